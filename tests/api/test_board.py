"""The dispatcher's board by program: what it lists, how it is sifted and walked, and what it refuses."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.states import DeskRole
from api.board import COLUMNS
from matching import actions
from matching.models import Opening
from matching.queries import board
from tests.api.test_own import V1, client_of, said
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.factories.regions import district, street

pytestmark = pytest.mark.django_db
PATH = V1 + "board/"


def need(hours: int = 48, home: str = "310101001", **given: Any) -> Opening:
    """Return an open need that begins so many hours after noon."""
    resident = accounts.resident(region=street(home))
    at = NOON + timedelta(hours=hours)
    return matching.opening(help_requests.visit(resident, starts_at=at, **given))


@pytest.fixture
def office(clock):
    return client_of(accounts.officer(DeskRole.DISTRICT, district()))


@pytest.fixture
def rows(clock):
    """Return needs that differ in all that is asked for."""
    rows = {
        "asked": need(24),
        "urgent": need(30, urgency="URGENT"),
        "neighbour": need(48, "310101002", places=3),
        "escalated": need(72),
    }
    matching.offer(rows["asked"])
    Opening.objects.filter(pk=rows["escalated"].pk).update(
        escalated_at=NOON, opened_at=NOON - timedelta(days=1), automatic=True
    )
    return rows


def test_a_need_is_told_with_what_was_tried(office):
    opening = need(24, places=2, urgency="SOON")
    matching.offer(opening)
    no = matching.offer(opening)
    actions.decline_offer(offer=no, reason="NO_TIME", by=no.volunteer, now=NOON)

    [row] = said(office.get(PATH))["results"]

    alone = said(office.get(f"{V1}openings/{opening.ref}/"))
    more = {name: row.pop(name) for name in ("urgency", "opened_at", "gap", "asked", "refused")}
    assert row == alone
    opened_at = more.pop("opened_at")
    assert opened_at.endswith("+08:00")
    assert more == {"urgency": "SOON", "gap": 2, "asked": 1, "refused": 1}


def test_nothing_of_elsewhere_of_before_or_of_shifts(office):
    mine, full, past = need(), need(), need()
    need(home="310115001")
    matching.shift_opening()
    Opening.objects.filter(pk=full.pk).update(state="FULL")
    Opening.objects.filter(pk=past.pk).update(starts_at=NOON - timedelta(hours=1))

    listed = said(office.get(PATH))["results"]

    assert [row["ref"] for row in listed] == [mine.ref]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("", "asked urgent neighbour escalated"),
        ("urgency=URGENT", "urgent"),
        ("by_hand=true", "asked urgent neighbour"),
        ("by_hand=false", "asked urgent neighbour escalated"),
        ("region=310101002", "neighbour"),
        ("escalated=true", "escalated"),
        ("nobody_asked=true&order=gap", "neighbour urgent escalated"),
    ],
)
def test_it_is_sifted(asked, wanted, rows, office):
    listed = said(office.get(f"{PATH}?{asked}"))["results"]

    assert [row["ref"] for row in listed] == [rows[name].ref for name in wanted.split()]


@pytest.mark.parametrize("order", board.ORDERS)
def test_it_is_walked_in_the_order_of_the_page(order, rows, office):
    path, walked = f"{PATH}?order={order}&page_size=1", []

    while path:
        page = said(office.get(path))
        walked += [row["ref"] for row in page["results"]]
        path = page["next"]

    there = board.sifted(Opening.objects.filter(pk__in=[r.pk for r in rows.values()]), order=order)
    assert walked == [row.ref for row in there]
    assert said(office.get(page["previous"]))["results"][0]["ref"] == walked[-2]


def test_every_order_of_the_page_can_be_asked_for():
    assert list(COLUMNS) == list(board.ORDERS)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"urgency": "zz"}, "invalid_choice"),
        ({"region": "310115001"}, "unknown"),
        ({"nobody_asked": "perhaps"}, "invalid"),
        ({"escalated": "perhaps"}, "invalid"),
        ({"by_hand": ""}, "invalid"),
        ({"order": "-start"}, "invalid_choice"),
        ({"oder": "start"}, "unknown_field"),
        ({"cursor": "abc"}, "bad_cursor"),
        ({"cursor": b64encode(b"p=3").decode()}, "bad_cursor"),
    ],
)
def test_what_is_not_offered_is_said_at_its_field(given, code, office):
    street("310115001")

    told = said(office.get(PATH, given), 400)

    assert (told["field"], told["code"]) == (*given, code)


def test_a_cursor_of_another_order_is_refused(rows, office):
    cursor = said(office.get(PATH, {"page_size": 1}))["next"].split("cursor=")[1].split("&")[0]

    told = said(office.get(f"{PATH}?order=gap&cursor={cursor}"), 400)

    assert (told["field"], told["code"]) == ("cursor", "bad_cursor")


def test_who_does_not_dispatch_finds_nothing(clock):
    opening = need()
    strangers = [
        accounts.user(),
        accounts.officer(DeskRole.REVIEWER),
        organizations.organization().registered_by,
    ]

    for user in strangers:
        board_of, line = (
            client_of(user).get(path) for path in (PATH, f"{V1}openings/{opening.ref}/candidates/")
        )
        assert (board_of.status_code, board_of.json()) == (404, line.json())
    assert client_of(None).get(PATH).status_code == 401


def test_reads_do_not_grow_with_the_needs(clock):
    counts = []

    for more in (1, 3):
        for _more in range(more):
            matching.offer(need())
        office = client_of(accounts.officer(DeskRole.DISTRICT, district()))
        with CaptureQueriesContext(connection) as asked:
            assert said(office.get(PATH))["results"]
        counts.append(len(asked))

    assert counts[0] == counts[1]

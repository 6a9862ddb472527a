"""The dispatcher's board: what it lists, in which order, and that its map says no more than its list."""

import re
from datetime import timedelta

import pytest

from accounts.states import DeskRole
from matching import actions
from matching.models import Opening
from matching.queries import board
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.regions import city, district, street
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
PAGE = "/console/board/"


def need(hours: int = 48, home: str = "310101001", **given) -> Opening:
    """Return an open need that begins so many hours after noon."""
    resident = given.pop("resident", None) or accounts.resident(region=street(home))
    at = NOON + timedelta(hours=hours)
    return matching.opening(help_requests.visit(resident, starts_at=at, **given))


def listed(page: str) -> list[str]:
    """Return the addresses of the needs in the list, in order."""
    table = page.split("<tbody")[1].split("</tbody>")[0]
    return re.findall(r'<a class="vh-deed" href="([^"]+)"', table)


def address(opening: Opening) -> str:
    return f"/console/openings/{opening.ref}/"


@pytest.fixture
def clerk(clock: Clock) -> Visitor:
    return Visitor(accounts.officer())


def test_the_soonest_comes_first_with_what_was_tried(clerk):
    later, sooner = need(72), need(24, places=2)
    matching.offer(sooner)
    said_no = matching.offer(sooner)
    actions.decline_offer(offer=said_no, reason="NO_TIME", by=said_no.volunteer, now=NOON)

    page = clerk.see(PAGE, "2 项待安排", "24 小时", "3 天", "2 / 2")

    assert listed(page) == [address(sooner), address(later)]
    assert board.tried([sooner, later]) == {sooner.pk: board.Tried(asked=1, refused=1)}


def test_nothing_of_elsewhere_of_before_or_of_shifts(clerk):
    mine = need()
    need(home="310115001")
    matching.shift_opening()
    full = need()
    Opening.objects.filter(pk=full.pk).update(state="FULL")
    past = need()
    Opening.objects.filter(pk=past.pk).update(starts_at=NOON - timedelta(hours=1))

    assert listed(clerk.see(PAGE)) == [address(mine)]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("urgency=URGENT", "urgent"),
        ("by_hand=on", "asked urgent neighbour"),
        ("region=310101002", "neighbour"),
        ("escalated=on", "escalated"),
        ("nobody_asked=on", "urgent neighbour escalated"),
        ("order=urgency", "urgent asked neighbour escalated"),
        ("order=age", "escalated asked urgent neighbour"),
        ("order=gap", "neighbour asked urgent escalated"),
    ],
)
def test_it_is_sifted_and_ordered(asked, wanted, clock: Clock):
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

    page = Visitor(accounts.officer(DeskRole.DISTRICT, district())).see(f"{PAGE}?{asked}")

    assert listed(page) == [address(rows[name]) for name in wanted.split()]


def test_a_place_that_is_not_the_viewers_is_not_offered(clerk):
    need(home="310115001")

    answer = clerk.client.get(f"{PAGE}?region=310115001")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "310115001" not in page.split("<form")[-1]


def test_an_empty_board_says_why(clerk):
    assert "不缺人" in clerk.see(PAGE)
    need()
    assert "没有符合的" in clerk.see(f"{PAGE}?urgency=URGENT")


def test_each_dot_is_a_need_of_the_list_and_has_its_words(clerk):
    need(24)
    far = help_requests.service_type("A1", remote=True)
    need(48, service_type=far, place="REMOTE")

    page = clerk.see(PAGE)

    dots = re.findall(r'<a href="([^"]+)" class="vh-dot[^>]+aria-label="(\d+)', page)
    assert dots == [(listed(page)[0], "1")]


def test_needs_of_one_place_are_one_pin_that_leads_to_their_list(clerk):
    resident = accounts.resident()
    here = [need(24, resident=resident), need(48, resident=resident, urgency="URGENT")]
    there = need(72)
    Opening.objects.filter(pk=there.pk).update(lat=31.2, lng=121.5)

    page = clerk.see(PAGE)
    pins = re.findall(
        r'<a href="([^"]+)" class="vh-dot vh-dot--(\w+)"\s+aria-label="([^"]+)"', page
    )

    (several, pressing, words), (one, _normal, _words) = pins
    assert (several, pressing) == (f"{PAGE}?place={here[0].ref}", "urgent")
    assert words.endswith("：1、2")
    assert one == address(there)
    assert listed(clerk.see(several, "只看同一地点")) == [address(row) for row in here]
    assert "没有符合的" in clerk.see(f"{PAGE}?place=elsewhere")


def test_a_filter_that_is_not_offered_is_said_above_and_at_its_field(clerk):
    need()

    answer = clerk.client.get(f"{PAGE}?urgency=zz")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'href="#id_urgency"' in page.split('id="error-summary"')[1]


def test_pages_go_on_counting_and_the_map_shows_the_others_as_points(clerk):
    resident = accounts.resident()
    for n in range(26):
        need(24 + 3 * n, resident=resident)
    Opening.objects.filter(visit__starts_at__gt=NOON + timedelta(hours=98)).update(
        lat=31.2, lng=121.5
    )

    first, second = clerk.see(PAGE), clerk.see(f"{PAGE}?page=2")

    assert len(listed(first)) == 25
    assert "vh-map-other" in first
    assert ">\n          26. " in second


def test_only_the_list_is_sent_to_htmx(clerk):
    need()
    answer = clerk.client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "1 项待安排" in answer


def test_of_a_large_area_the_districts_are_named(clock: Clock, monkeypatch):
    monkeypatch.setattr("web.console.board.MOST_NAMES", 0)
    opening = need()
    sheet = Visitor(accounts.officer(DeskRole.CITY, city())).see(PAGE).split("<svg viewBox")[1]
    assert f">{opening.region.parent.name}</text>" in sheet
    assert f">{opening.region.name}</text>" not in sheet

"""What if one thing of a need were otherwise: who could go then, by the page and the API alike."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from accounts import actions as people
from accounts.models import User
from matching import actions, queries
from matching.models import Offer, Opening
from tests.api.test_own import V1, client_of, said
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.web.test_chain import Visitor
from web.console.added import Answer

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("door", ["web", "api"])


@pytest.fixture
def clerk(clock: Clock) -> User:
    return accounts.officer()


def farther(need: Opening, name: str, code: str = "310101001") -> User:
    """Return somebody who lives a kilometre and a half farther than they chose to go."""
    user = matching.ready_volunteer(name, home=street(code))
    people.set_area(
        volunteer=user.volunteer,
        region=street(code),
        radius_m=3000,
        lat=need.lat + 0.04,
        lng=need.lng,
        by=user,
        now=NOON,
    )
    return user


def ask(door: str, clerk: User, need: Opening, key: str) -> Any:
    """Return what is said of who would be added: a part of the page, or of the answer."""
    if door == "api":
        path = f"{V1}openings/{need.ref}/widening/"
        return said(client_of(clerk).get(path, {"otherwise": key}))["added"]
    page = Visitor(clerk).see(f"/console/openings/{need.ref}/?otherwise={key}")
    return page.split('id="added"')[1].split("</section>")[0]


@both
def test_who_would_have_to_come_farther_is_named_and_cannot_be_asked(door, clerk):
    need = matching.opening()
    person = farther(need, "李远").volunteer
    farther(need, "邻区人", "310115001")

    told = ask(door, clerk, need, "radius:2")

    if door == "web":
        for words in (
            "李远",
            "另有 2 人能去",
            "其中 1 人住在",
            "选择最远走 3.0 公里",
            "公里",
            "做主",
        ):
            assert words in told
        assert "邻区人" not in told
        assert "<form" not in told
        return
    [one] = told["listed"]
    assert (told["people"], told["elsewhere"], told["is_all"]) == (2, 1, True)
    assert (one["name"], one["volunteer"]) == (person.name, person.ref)
    assert one["distance_m"] > one["radius_m"] == 3000
    assert len(one["lacks"]) == 1


@both
def test_who_only_did_not_choose_the_kind_can_be_asked_by_hand(door, clerk):
    need, person = matching.opening(), matching.ready_volunteer("李愿")
    people.set_categories(volunteer=person.volunteer, categories=[], by=person, now=NOON)

    told = ask(door, clerk, need, "category")

    if door == "api":
        assert (told["people"], told["listed"][0]["lacks"]) == (1, [])
        return
    path = f"/console/openings/{need.ref}/offer/{person.volunteer.ref}/"
    assert f'action="{path}"' in told
    Visitor(clerk).do(path)
    assert Offer.objects.get().volunteer == person


@both
def test_what_is_counted_leads_to_who_is_named(door, clerk):
    need = matching.opening(
        help_requests.visit(service_type=help_requests.service_type("H1", skills={"LAW": 1}))
    )
    matching.ready_volunteer("王技")
    path = f"/console/openings/{need.ref}/"
    if door == "web":
        assert 'href="?otherwise=skill%3ALAW%3A0#added"' in Visitor(clerk).see(path + "?more=1")
    else:
        bare = said(client_of(clerk).get(f"{V1}openings/{need.ref}/widening/"))
        assert (bare["added"], bare["skill"][0]["people"]) == (None, 1)

    assert "王技" in str(ask(door, clerk, need, "skill:LAW:0"))


@both
@pytest.mark.parametrize("key", ["hour:1", "radius:1"])
def test_where_nobody_could_go_then_it_is_said(door, key, clerk):
    told = ask(door, clerk, matching.opening(), key)
    if door == "web":
        assert "没有别的人能去" in told
    else:
        assert told == {"people": 0, "elsewhere": 0, "is_all": True, "listed": []}


@both
@pytest.mark.parametrize("key", ["", "radius:4", "skill:LAW:0", "hour", "\x00"])
def test_what_cannot_be_is_refused_at_its_field(door, key, clerk):
    need = matching.opening()
    if door == "web":
        answer = Visitor(clerk).client.get(f"/console/openings/{need.ref}/", {"otherwise": key})
        assert answer.status_code == 422
        assert 'id="id_otherwise_error"' in answer.content.decode()
        assert 'id="added"' not in answer.content.decode()
    else:
        path = f"{V1}openings/{need.ref}/widening/"
        answer = client_of(clerk).get(path, {"otherwise": key})
        assert (answer.status_code, answer.json()["field"]) == (400, "otherwise")


def test_of_a_need_that_is_called_off_nobody_is_named(clerk):
    need = matching.opening()
    farther(need, "李远")
    actions.cancel_opening(opening=need, now=NOON)

    answer = client_of(clerk).get(f"{V1}openings/{need.ref}/widening/", {"otherwise": "radius:2"})

    assert (answer.status_code, answer.json()["code"]) == (409, "opening_closed")


def test_a_need_that_is_over_is_not_otherwise(clerk):
    task = matching.assignment()
    page = Visitor(clerk).see(f"/console/openings/{task.opening.ref}/?otherwise=radius:2")
    assert "otherwise" not in page.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "2 people more could go",
                "there may be more",
                "The 1 who suits best is named",
                "km away",
            ],
        ),
        ("zh-hans", ["另有 2 人能去", "可能还有", "列出最合适的 1 人", "公里"]),
    ],
)
def test_the_page_says_that_not_all_are_looked_at_or_named(language, words, clerk):
    need = matching.opening()
    for _n in range(3):
        farther(need, "李远")
    change = queries.change_of(need, "radius:2", now=NOON)
    found = queries.widened(need, change, viewer=clerk, now=NOON, top=1, most=2)

    with override(language):
        told = render_to_string(
            "web/console/added.html", {"added": Answer("radius", "x", found), "row": need}
        )

    assert [one for one in words if one not in told] == []
    assert told.count("<h3>") == 1

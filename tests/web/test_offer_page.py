"""Why was I asked: every part in words and as a share of what it can give, and nothing about others."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts import actions as people
from accounts.states import DeskRole
from matching import actions
from matching.models import Offer
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.web.test_chain import Visitor
from web.volunteer.why import tenths, why

pytestmark = pytest.mark.django_db


def reasons(page: str) -> str:
    """Return the part of the page that says why."""
    return page.split('id="why"')[1].split('class="vh-actions"')[0]


def points(page: str) -> list[tuple[float, float]]:
    """Return the points of each line and what it can give; the last line is the sum."""
    found = re.findall(r"满分 ([\d.]+)，得 ([\d.]+)", reasons(page))
    return [(float(value), float(most)) for most, value in found]


def test_the_points_of_the_parts_add_up_to_the_score(clock: Clock):
    offer = matching.offer()

    page = Visitor(offer.volunteer).see(f"/offers/{offer.ref}/")

    *lines, (total, most) = points(page)
    assert sum(value for value, _most in lines) == pytest.approx(total, abs=0.01)
    assert sum(most for _value, most in lines) == pytest.approx(100)
    assert (most, total) == (100, pytest.approx(100 * offer.features["score"], abs=0.3))
    assert "近来问过" not in page


def test_the_weights_are_those_of_when_it_was_sent(clock: Clock):
    offer = matching.offer()
    before = points(Visitor(offer.volunteer).see(f"/offers/{offer.ref}/"))
    boss = accounts.desk(DeskRole.CITY).user
    later = NOON + timedelta(hours=1)
    actions.set_weights(parameters={"near": 9}, reason="近的先问", by=boss, now=later)

    after = Visitor(offer.volunteer).see(f"/offers/{offer.ref}/")

    assert points(after) == before


def test_the_page_says_who_picked_and_links_to_what_counts(clock: Clock):
    offer = matching.offer()
    visitor = Visitor(offer.volunteer)
    path = f"/offers/{offer.ref}/"
    visitor.see(path, "工作人员从能去的人里选了您", "/how-we-pick/")

    Offer.objects.filter(pk=offer.pk).update(sent_by=None)
    visitor.see(path, "由电脑选中您")
    Offer.objects.filter(pk=offer.pk).update(explored=True, propensity=0.1)
    visitor.see(path, "抽签")


def test_everybody_reads_what_counts_since_when_and_why(clock: Clock):
    assert "近的先问" not in Client().get("/how-we-pick/").content.decode()
    boss = accounts.desk(DeskRole.CITY).user
    actions.set_weights(parameters={"near": 9}, reason="近的先问", by=boss, now=NOON)

    page = Client().get("/how-we-pick/").content.decode()

    assert "近的先问" in page
    assert str(boss.phone) not in page


def test_who_is_wished_for_reads_it_and_others_cannot_tell():
    """Without the own share of it, the others sum to a hundred whether or not somebody else has it."""
    for has in (["known"], ["preferred"], []):
        offer = matching.offer()
        offer.reasons = [*offer.reasons, *([code, 1.0, {}] for code in has)]
        lines = why(offer).lines
        assert sum(line.most for line in lines) == pytest.approx(100)
        assert len(lines) == 6 + len(has)


@pytest.mark.parametrize("shares", [[1 / 3] * 3, [1 / 7] * 7, [0.285714, 0.714286], [1.0]])
def test_tenths_lose_nothing(shares):
    assert sum(tenths(shares)) == pytest.approx(100)


def test_whoever_is_asked_and_whoever_comes_reads_the_language(clock: Clock):
    need = matching.opening(help_requests.visit(language="SIGN_SHANGHAI"))
    who = matching.ready_volunteer()
    people.set_skills(volunteer=who.volunteer, skills={"SIGN_SHANGHAI": 2}, by=who, now=NOON)
    offer = matching.offer(need, who)
    visitor = Visitor(who)

    visitor.see(f"/offers/{offer.ref}/", "上海手语")

    task = actions.accept_offer(offer=offer, by=who, now=clock.now)
    visitor.see(f"/assignments/{task.ref}/", "上海手语")


def test_nothing_is_said_of_who_else_could_go(clock: Clock):
    need = matching.opening()
    other = matching.ready_volunteer("赵六")
    offer = matching.offer(need)
    matching.offer(need, other)

    page = Visitor(offer.volunteer).see(f"/offers/{offer.ref}/")

    assert "赵六" not in page
    assert other.volunteer.number not in page


def test_offers_of_before_are_still_explained(clock: Clock):
    offer = matching.offer()
    Offer.objects.filter(pk=offer.pk).update(reasons=[["wants_this", 1.0, {}]])
    assert "100" in reasons(Visitor(offer.volunteer).see(f"/offers/{offer.ref}/"))

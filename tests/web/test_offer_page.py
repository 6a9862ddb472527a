"""Why was I asked: every part in words and as a share of what it can give, and nothing about others."""

import re

import pytest

from accounts import actions as people
from matching import actions
from matching.models import Offer
from tests.conftest import Clock
from tests.factories import help_requests, matching
from tests.factories.accounts import NOON
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def reasons(page: str) -> str:
    """Return the part of the page that says why."""
    return page.split("为什么找您")[1].split("</ul>")[0]


def test_each_part_has_its_words_and_its_share(clock: Clock):
    offer = matching.offer()

    page = Visitor(offer.volunteer).see(f"/offers/{offer.ref}/")

    points = [float(found) for found in re.findall(r"满分 100，得 ([\d.]+)", reasons(page))]
    assert points == pytest.approx([100 * value for _code, value, _facts in offer.reasons], abs=0.1)
    assert reasons(page).count("vh-meter-frame") == len(offer.reasons)


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

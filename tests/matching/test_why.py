"""Why somebody was asked, as it was weighed then."""

from datetime import timedelta

import pytest

from accounts.states import DeskRole
from matching import actions
from matching.models import Proposal, Run
from matching.queries.why import Picked, parameters_at, picked, weighed
from tests.factories import accounts, matching
from tests.factories.accounts import NOON
from tests.factories.regions import street

pytestmark = pytest.mark.django_db


def test_the_parameters_of_a_moment_are_those_set_last_before():
    boss = accounts.desk(DeskRole.CITY).user
    actions.set_weights(parameters={"near": 9}, reason="近的先问", by=boss, now=NOON)

    assert parameters_at(NOON).near == 9
    assert parameters_at(NOON - timedelta(minutes=1)).near != 9


def test_who_picked():
    offer = matching.offer()
    assert picked(offer) == Picked.PERSON
    offer.sent_by = None
    assert picked(offer) == Picked.COMPUTER
    offer.explored = True
    assert picked(offer) == Picked.LOT
    day = NOON.date()
    run = Run.objects.create(region=street(), first_day=day, last_day=day, asked_at=NOON)
    Proposal.objects.create(
        run=run,
        opening=offer.opening,
        volunteer=offer.volunteer,
        score=1,
        chosen=True,
        offer=offer,
    )
    assert picked(offer) == Picked.PLAN


def test_what_parts_are_worth_sums_to_one_and_who_is_known_has_a_share_for_it():
    offer = matching.offer()
    for reasons in (offer.reasons, [*offer.reasons, ["known", 1.0, {}]]):
        offer.reasons = reasons
        assert sum(part.worth for part in weighed(offer)) == pytest.approx(1)
    assert [part.code for part in weighed(offer)][-1] == "known"


def test_of_an_offer_of_before_nothing_is_weighed():
    offer = matching.offer()
    offer.reasons = [["wants_this", 1.0, {}]]
    assert weighed(offer) is None
    offer.chance = None
    assert weighed(offer) is None

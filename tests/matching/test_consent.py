"""A resident allows automatic matching or does not: what is open follows at once."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import Purpose
from kernel import deliveries
from kernel.workdays import local_date
from matching import actions, jobs, queries
from matching.models import Offer, Opening
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def need(clock):
    """Return a need whose resident allows automatic matching."""
    resident = accounts.resident()
    say_yes(resident)
    return matching.opening(help_requests.visit(resident))


def say_yes(resident):
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )


def say_no(resident):
    consent = resident.consents.get(purpose=Purpose.MATCHING, withdrawn_at=None)
    people.withdraw_consent(consent=consent, by=resident.user, now=NOON)


def whose(need):
    return need.visit.request.resident


def fresh(need):
    return Opening.objects.get(pk=need.pk)


def to_plan(need):
    first = local_date(NOON)
    return [row for row, _places in queries.to_plan(need.region, first, first + 6 * DAY, now=NOON)]


def deliver():
    while deliveries.run_due(clock=lambda: NOON):
        pass


def test_without_it_no_wave_and_no_plan_asks_and_who_was_asked_may_answer(need):
    asked = [matching.ready_volunteer() for _n in range(4)]
    offers = actions.send_wave(opening=need, now=NOON)
    assert {offer.volunteer for offer in offers} == set(asked)
    more = matching.ready_volunteer()

    say_no(whose(need))

    after = fresh(need)
    assert (after.automatic, after.next_wave_at) == (False, None)
    assert actions.ask_again(now=NOON + DAY) == 0
    deliver()
    assert not Offer.objects.filter(volunteer=more).exists()
    assert fresh(need).escalated_at is None  # four people think
    task = actions.accept_offer(offer=offers[0], by=offers[0].volunteer, now=NOON)
    assert task.state == "LIVE"


def test_it_is_not_planned_nor_is_a_plan_carried_out(need):
    matching.ready_volunteer()
    office = accounts.officer(role="DISTRICT", region=need.region.parent)
    assert to_plan(need) == [need]
    run = matching.run(need.region.parent)
    actions.accept_run(run=run, chosen=None, by=office, now=NOON)

    say_no(whose(need))
    jobs.send_run(run.pk)

    assert to_plan(need) == []
    (proposal,) = queries.proposals_of(run)
    assert (proposal.offer, proposal.against) == (None, ["by_hand"])
    assert queries.against_words(proposal) == ["居民希望由人来选"]


def test_the_dispatcher_is_told_when_nobody_was_asked(need):
    before = last_event()
    say_no(whose(need))
    deliver()
    assert names_since(before) == ["consent.withdrawn", "opening.escalated"]
    assert fresh(need).widening is None


def test_with_it_again_the_first_are_asked_at_once(need):
    say_no(whose(need))
    deliver()
    one = matching.ready_volunteer()

    say_yes(whose(need))

    after = fresh(need)
    assert (after.automatic, after.escalated_at, after.raises_at) == (True, None, None)
    assert to_plan(need) == [need]
    deliver()
    assert [offer.volunteer for offer in fresh(need).offers.all()] == [one]
    assert fresh(need).next_wave_at is not None


def test_what_is_full_follows_too_and_other_consents_and_needs_are_nothing_to_it(need):
    matching.assignment(need)
    other = matching.opening()
    resident = whose(need)
    people.give_consent(
        subject=resident, purpose=Purpose.HEALTH, text_version="1", by=resident.user, now=NOON
    )
    deliver()
    assert fresh(need).automatic

    say_no(resident)
    deliver()
    assert not fresh(need).automatic
    say_yes(whose(other))
    assert (fresh(need).automatic, fresh(other).automatic) == (False, True)


def test_a_place_that_is_lost_is_looked_at_once_and_left_to_a_person(need):
    task = matching.assignment(need)
    say_no(whose(need))
    actions.cancel_assignment(assignment=task, reason="", by=task.volunteer, now=NOON)
    assert fresh(need).next_wave_at == NOON
    matching.ready_volunteer()

    assert actions.ask_again(now=NOON) == 1
    assert actions.ask_again(now=NOON) == 0

    after = fresh(need)
    assert (after.next_wave_at, after.escalated_at) == (None, NOON)
    assert not Offer.objects.filter(state="SENT").exists()

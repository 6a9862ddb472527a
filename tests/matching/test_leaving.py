"""Who leaves is waited for by nobody: offers, applications and tasks end, places are free at once."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import BlockSide
from kernel import deliveries
from kernel.workdays import local_date
from matching import actions
from matching.models import Application, Assignment, Offer, Opening
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_everything_that_waits_ends_and_a_service_under_way_goes_on():
    me = matching.ready_volunteer()
    need = matching.shift_opening()
    for _place in range(4):
        matching.application(need)
    waiting = matching.application(need, me)
    offer = matching.offer(to=me)
    task = matching.assignment(matching.opening(), matching.ready_volunteer())
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=task.opening.starts_at)

    actions.let_go(volunteer=me, now=NOON)
    actions.let_go(volunteer=task.volunteer, now=NOON)

    assert Application.objects.get(pk=waiting.pk).state == "LAPSED"
    assert Offer.objects.get(pk=offer.pk).state == "WITHDRAWN"
    assert Assignment.objects.get(pk=task.pk).state == "CHECKED_IN"


def test_a_task_to_come_frees_its_place_and_asked_again_nothing_happens():
    task = matching.assignment()
    actions.let_go(volunteer=task.volunteer, now=NOON)
    before = last_event()
    actions.let_go(volunteer=task.volunteer, now=NOON)
    assert names_since(before) == []
    assert Assignment.objects.get(pk=task.pk).state == "CANCELLED"
    assert Opening.objects.get(pk=task.opening_id).state == "OPEN"


def stop_the_person(me, clerk):
    people.suspend(user=me, by=None, now=NOON)


def stop_the_volunteer(me, clerk):
    people.suspend_volunteer(volunteer=me.volunteer, reason="投诉属实", by=clerk, now=NOON)


def take_the_guardians_word_back(me, clerk):
    ward, guardian = me.volunteer, accounts.user()
    people.record_guardian(volunteer=ward, name="王大力", phone=guardian.phone, by=me, now=NOON)
    people.confirm_guardian(volunteer=ward, by=guardian, now=NOON)
    people.withdraw_guardian(volunteer=ward, by=guardian, now=NOON)


@pytest.mark.parametrize(
    "stop", [stop_the_person, stop_the_volunteer, take_the_guardians_word_back]
)
def test_nobody_waits_for_who_may_not_help_any_more(stop):
    task = matching.assignment()
    later = matching.opening(help_requests.visit(starts_at=help_requests.VISIT_AT + DAY))
    offer = matching.offer(later, task.volunteer)
    clerk = accounts.officer(region=task.volunteer.volunteer.region)

    stop(task.volunteer, clerk)
    deliveries.run_due(clock=lambda: NOON)

    assert Assignment.objects.get(pk=task.pk).state == "CANCELLED"
    assert Offer.objects.get(pk=offer.pk).state == "WITHDRAWN"
    assert Opening.objects.get(pk=later.pk).next_wave_at == NOON  # somebody else is asked


def block(resident, user, side):
    return people.add_block(
        resident=resident,
        volunteer=user.volunteer,
        side=side,
        by=resident.user if side == BlockSide.RESIDENT else user,
        now=NOON,
    )


@pytest.mark.parametrize("side", list(BlockSide))
def test_what_was_offered_is_taken_back_when_either_side_does_not_want_to(side):
    offer, other = matching.offer(), matching.ready_volunteer()
    resident, me = offer.opening.visit.request.resident, offer.volunteer
    elsewhere, theirs = matching.offer(to=me), matching.offer(offer.opening, other)
    Opening.objects.update(next_wave_at=None)
    before = last_event()

    block(resident, me, side)

    assert names_since(before) == ["block.made", "offer.withdrawn"]
    assert Offer.objects.get(pk=offer.pk).state == "WITHDRAWN"
    for stays in (elsewhere, theirs):
        assert Offer.objects.get(pk=stays.pk).state == "SENT"
    looked_at = Opening.objects.filter(next_wave_at=NOON)
    assert list(looked_at) == [offer.opening]
    with refused("offer_answered"):
        actions.accept_offer(offer=offer, by=me, now=NOON)


def test_a_task_that_was_agreed_stands_until_somebody_calls_it_off():
    task = matching.assignment()
    block(task.opening.visit.request.resident, task.volunteer, BlockSide.RESIDENT)
    assert Assignment.objects.get(pk=task.pk).state == "LIVE"


def lawyer():
    """Return a volunteer with a valid paper, and the paper."""
    user = matching.ready_volunteer()
    paper, clerk = accounts.credential(user.volunteer), accounts.officer()
    people.decide_credential(credential=paper, accept=True, reason="", by=clerk, now=NOON)
    return user, paper


def needs_lawyer(**given):
    law = help_requests.service_type("A2", credentials=["LAWYER"])
    return matching.opening(help_requests.visit(service_type=law, **given))


def test_who_takes_a_paper_back_is_not_waited_for_where_it_is_asked_for():
    me, paper = lawyer()
    asks = matching.offer(needs_lawyer(), me)
    plain = matching.offer(matching.opening(), me)

    people.withdraw_credential(credential=paper, by=me, now=NOON)
    deliveries.run_due(clock=lambda: NOON)

    assert Offer.objects.get(pk=asks.pk).state == "WITHDRAWN"
    assert Offer.objects.get(pk=plain.pk).state == "SENT"


def test_nor_is_who_lets_it_run_out():
    me, paper = lawyer()
    asks = matching.offer(needs_lawyer(), me)
    type(paper).objects.filter(pk=paper.pk).update(valid_until=local_date(NOON) - DAY)

    people.expire_papers(now=NOON)
    deliveries.run_due(clock=lambda: NOON)

    assert Offer.objects.get(pk=asks.pk).state == "WITHDRAWN"

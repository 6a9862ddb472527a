"""Who leaves is waited for by nobody: offers, applications and tasks end, places are free at once."""

import pytest

from accounts import actions as people
from kernel import deliveries
from matching import actions
from matching.models import Application, Assignment, Offer, Opening
from tests.factories import accounts, matching
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since

pytestmark = pytest.mark.django_db


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
    clerk = accounts.officer(region=task.volunteer.volunteer.region)

    stop(task.volunteer, clerk)
    deliveries.run_due(clock=lambda: NOON)

    assert Assignment.objects.get(pk=task.pk).state == "CANCELLED"

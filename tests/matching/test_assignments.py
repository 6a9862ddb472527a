"""Somebody will come, cannot, came, or did not."""

from datetime import timedelta

import pytest

from accounts import queries as people
from accounts.states import ProxyKind
from help_requests import actions as requests
from matching import actions, queries
from matching.models import Assignment, Opening
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def cancel(task, *, by=None, now=NOON, reason="家里有事"):
    return actions.cancel_assignment(
        assignment=task, reason=reason, by=by or task.volunteer, now=now
    )


def no_show(task, *, by, now):
    return actions.mark_no_show(assignment=task, by=by, now=now)


def test_cannot_come_and_the_place_is_free_at_once():
    task = matching.assignment()
    before = last_event()

    cancel(task)

    opening = Opening.objects.get(pk=task.opening_id)
    assert (task.state, task.ended_by, task.reason) == ("CANCELLED", task.volunteer, "家里有事")
    assert (opening.state, opening.filled, opening.next_wave_at) == ("OPEN", 0, NOON)
    assert opening.visit.state == "PLANNED"
    assert names_since(before) == ["assignment.cancelled", "opening.reopened", "visit.opened_again"]


def test_one_of_two_lost_reopens_a_full_one_only():
    need = matching.opening(help_requests.visit(places=2))
    first = matching.assignment(need)
    before = last_event()
    cancel(first)
    assert names_since(before) == ["assignment.cancelled"]


def test_the_office_calls_off_too_but_no_stranger():
    task, stranger = matching.assignment(), accounts.user()
    with refused("not_yours"):
        cancel(task, by=stranger)
    cancel(task, by=accounts.officer(region=task.opening.region))
    with refused("task_over"):
        cancel(task)


def test_not_after_the_end():
    task = matching.assignment()
    with refused("task_over"):
        cancel(task, now=task.opening.ends_at)
    with refused("too_long"):
        cancel(task, reason="长" * 201)


@pytest.mark.parametrize("who", ["resident", "guardian", "office", "clock"])
def test_who_may_say_that_nobody_came(who):
    task = matching.assignment()
    resident = task.opening.visit.request.resident
    by = {
        "resident": lambda: resident.user,
        "guardian": lambda: accounts.grant(resident, kind=ProxyKind.GUARDIAN).proxy,
        "office": lambda: accounts.officer(region=task.opening.region),
        "clock": lambda: None,
    }[who]()

    no_show(task, by=by, now=task.opening.starts_at)

    assert (task.state, task.ended_by) == ("NO_SHOW", by)
    assert Opening.objects.get(pk=task.opening_id).state == "OPEN"


def test_nobody_failed_to_come_before_the_start_and_no_stranger_says_so():
    task, stranger = matching.assignment(), accounts.user()
    resident = task.opening.visit.request.resident.user
    with refused("not_begun"):
        no_show(task, by=resident, now=task.opening.starts_at - timedelta(seconds=1))
    with refused("not_yours"):
        no_show(task, by=stranger, now=task.opening.starts_at)
    with refused("not_yours"):
        no_show(task, by=task.volunteer, now=task.opening.starts_at)


def test_of_a_shift_its_coordinator_says_so():
    need = matching.shift_opening()
    application = matching.application(need)
    task = Assignment.objects.get(application=application)
    with refused("not_yours"):
        no_show(task, by=application.volunteer, now=need.starts_at)
    no_show(task, by=organizations.membership(need.organization).user, now=need.starts_at)
    assert task.state == "NO_SHOW"


def test_checked_in_and_done_are_moves_of_their_own():
    task = matching.assignment()
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=task.opening.starts_at)
    with refused("task_over"):
        cancel(task)
    actions.mark_done(assignment=task, by=task.volunteer, now=task.opening.ends_at)
    assert (task.state, task.ended_at) == ("DONE", task.opening.ends_at)


def test_the_address_from_two_hours_before_to_the_end():
    resident = accounts.resident(address="人民路1号3楼")
    task = matching.assignment(matching.opening(help_requests.visit(resident)))
    starts, ends = task.opening.starts_at, task.opening.ends_at
    second = timedelta(seconds=1)

    def address(viewer, now):
        return queries.address_of(Assignment.objects.get(pk=task.pk), viewer, now=now)

    me = task.volunteer
    assert address(me, starts - timedelta(hours=2) - second) is None
    assert address(me, starts - timedelta(hours=2)) == "人民路1号3楼"
    assert address(me, ends) == "人民路1号3楼"
    assert address(me, ends + second) is None
    assert address(resident.user, starts) is None
    assert address(accounts.officer(region=task.opening.region), starts) is None
    cancel(task, now=starts)
    assert address(me, starts) is None


def test_who_takes_and_calls_off_again_and_again_sees_no_address():
    me = matching.ready_volunteer()
    for day in range(3):
        visit = help_requests.visit(starts_at=help_requests.VISIT_AT + timedelta(days=day))
        cancel(matching.assignment(matching.opening(visit), me))
    resident = accounts.resident(address="人民路1号")
    task = matching.assignment(matching.opening(help_requests.visit(resident)), me)
    assert queries.cancels_of_late(me, now=NOON) == 3
    assert queries.address_of(task, me, now=task.opening.starts_at) is None
    assert queries.cancels_of_late(me, now=NOON + timedelta(days=31)) == 0


def test_where_else_it_may_be():
    need = matching.shift_opening()
    shift_task = Assignment.objects.get(application=matching.application(need))
    assert queries.address_of(shift_task, shift_task.volunteer, now=need.starts_at) == "社区活动室"
    kind = help_requests.service_type("C2", remote=True)
    for place, address in (("OTHER", "人民广场1号口"), ("REMOTE", None)):
        visit = help_requests.visit(service_type=kind, place=place, address="人民广场1号口")
        task = matching.assignment(matching.opening(visit))
        seen = queries.address_of(task, task.volunteer, now=task.opening.starts_at)
        assert seen == address, place


def test_a_cancelled_visit_takes_its_task_along():
    task = matching.assignment()
    request = task.opening.visit.request
    requests.cancel_request(request=request, reason="NOT_NEEDED", by=request.asked_by, now=NOON)
    actions.clear_cancelled(opening=Opening.objects.get(pk=task.opening_id), now=NOON)
    assert Assignment.objects.get(pk=task.pk).state == "CANCELLED"


def test_either_side_may_wish_never_to_meet_again_and_only_it_sees_that():
    task, stranger = matching.assignment(), accounts.user()
    resident = task.opening.visit.request.resident
    with refused("not_your_side"):
        actions.part_ways(assignment=task, by=stranger, now=NOON)

    mine = actions.part_ways(assignment=task, by=task.volunteer, now=NOON)
    theirs = actions.part_ways(assignment=task, by=resident.user, now=NOON)

    assert (mine.side, theirs.side) == ("VOLUNTEER", "RESIDENT")
    assert list(people.blocks_for(task.volunteer, now=NOON)) == [mine]
    assert list(people.blocks_for(resident.user, now=NOON)) == [theirs]
    assert list(people.blocks_for(None, now=NOON)) == []


def test_at_a_shift_there_is_no_resident():
    task = Assignment.objects.get(application=matching.application())
    with refused("no_resident"):
        actions.part_ways(assignment=task, by=task.volunteer, now=NOON)

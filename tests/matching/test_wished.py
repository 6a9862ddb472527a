"""Whom a resident would like to see again comes first, and stays free to say no."""

import pytest

from accounts import actions as people
from accounts.states import Purpose
from matching import actions, queries
from matching.engine.files import problem_of
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(clock):
    """Return a task that was done for a resident who allows automatic matching."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    task = matching.assignment(matching.opening(help_requests.visit(resident)))
    clock.now = task.opening.ends_at
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=clock.now)
    actions.mark_done(assignment=task, by=task.volunteer, now=clock.now)
    return task


def test_who_is_wished_for_is_first_and_the_planner_is_told(served, clock):
    resident = served.opening.visit.request.resident
    others = [matching.ready_volunteer() for _n in range(3)]
    again = help_requests.visit(resident, starts_at=served.opening.starts_at + (clock.now - NOON))
    need = matching.opening(again, now=clock.now)
    before = last_event()

    wished = actions.wish_again(assignment=served, by=resident.user, now=clock.now)
    same = actions.wish_again(assignment=served, by=resident.user, now=clock.now)

    assert (same, names_since(before)) == (wished, ["wish.made"])
    first, *rest = queries.candidates(need, now=clock.now)
    assert first.candidate.id == served.volunteer_id
    assert first.candidate.parts["preferred"] == 0.15
    assert {one.candidate.id for one in rest} == {user.pk for user in others}
    assert all(one.candidate.parts["preferred"] == 0 for one in rest)
    [told] = queries.problems([(need, 1)], parameters=queries.parameters_now(), now=clock.now)
    assert told["needs"][0]["preferred"] == [served.volunteer.volunteer.ref]

    actions.wish_no_more(wished=wished, by=resident.user, now=clock.now)
    actions.wish_no_more(wished=wished, by=resident.user, now=clock.now)
    assert names_since(before) == ["wish.made", "wish.ended"]
    assert queries.candidates(need, now=clock.now)[0].candidate.parts["preferred"] == 0
    assert not queries.wished_for(resident.user, now=clock.now).exists()


def test_whom_one_does_not_want_to_meet_again_is_not_wished_for(served, clock):
    side = served.opening.visit.request.resident.user
    wished = actions.wish_again(assignment=served, by=side, now=clock.now)
    before = last_event()

    block = actions.part_ways(assignment=served, by=side, now=clock.now)

    assert names_since(before) == ["block.made", "wish.ended"]
    wished.refresh_from_db()
    assert wished.ended_at == clock.now
    with refused("parted"):
        actions.wish_again(assignment=served, by=side, now=clock.now)
    people.lift_block(block=block, by=side, now=clock.now)
    assert actions.wish_again(assignment=served, by=side, now=clock.now).ended_at is None


def test_that_the_other_side_does_not_want_to_is_not_told_and_counts(served, clock):
    resident = served.opening.visit.request.resident
    wished = actions.wish_again(assignment=served, by=resident.user, now=clock.now)

    actions.part_ways(assignment=served, by=served.volunteer, now=clock.now)

    assert list(queries.wished_for(resident.user, now=clock.now)) == [wished]
    assert actions.wish_again(assignment=served, by=resident.user, now=clock.now) == wished
    again = help_requests.visit(resident, starts_at=served.opening.starts_at + (clock.now - NOON))
    need = matching.opening(again, now=clock.now)
    assert queries.candidates(need, now=clock.now) == []
    [told] = queries.problems([(need, 1)], parameters=queries.parameters_now(), now=clock.now)
    [asked] = problem_of(told).needs.values()  # which takes nobody both preferred and excluded
    assert asked.excluded == {served.volunteer.volunteer.ref}
    assert asked.preferred == asked.known == frozenset()


def test_only_the_residents_side_wishes_and_only_once_it_was_done(served, clock):
    live = matching.assignment()
    resident, stranger = live.opening.visit.request.resident, accounts.user()
    with refused("not_served"):
        actions.wish_again(assignment=live, by=resident.user, now=NOON)
    for other in (stranger, served.volunteer):
        with refused("not_your_side"):
            actions.wish_again(assignment=served, by=other, now=clock.now)
    side = served.opening.visit.request.resident
    wished = actions.wish_again(assignment=served, by=side.user, now=clock.now)
    with refused("not_your_side"):
        actions.wish_no_more(wished=wished, by=stranger, now=clock.now)
    at_a_shift = matching.assignment(matching.shift_opening())
    with refused("no_resident"):
        actions.wish_again(assignment=at_a_shift, by=side.user, now=NOON)
    assert list(queries.wished_for(side.user, now=clock.now)) == [wished]
    assert not queries.wished_for(None, now=clock.now).exists()

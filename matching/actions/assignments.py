"""Somebody will come, came, or did not."""

from datetime import datetime

from django.db import transaction

from accounts import actions as people
from accounts.models import Block, User, VolunteerProfile
from accounts.queries import acting
from accounts.states import BlockSide
from kernel.transitions import move
from matching import events, queries, rules
from matching.actions.places import give_back, lock_opening
from matching.models import Assignment
from matching.states import AssignmentState


@transaction.atomic
def cancel_assignment(
    *, assignment: Assignment, reason: str, by: User, now: datetime
) -> Assignment:
    """Call a task off before it begins: the volunteer ("cannot come"), or who dispatches.

    The place is free at once; the next in line or the next wave follows. Raises ``NotAllowed``,
    ``Conflict`` (``task_over``).
    """
    opening = lock_opening(assignment.opening_id)
    assignment.refresh_from_db(fields=["state"])
    may = assignment.volunteer_id == by.pk or queries.may_dispatch(by, opening, now=now)
    rules.check_cancels(assignment=assignment, may=may, now=now)
    move(
        assignment,
        AssignmentState.CANCELLED,
        event=events.ASSIGNMENT_CANCELLED,
        by=by,
        at=now,
        ended_at=now,
        ended_by=by,
        reason=rules.check_note(reason),
    )
    give_back(opening=opening, by=by, now=now)
    return assignment


@transaction.atomic
def mark_no_show(*, assignment: Assignment, by: User | None, now: datetime) -> Assignment:
    """Say that the volunteer did not come: the resident's side, who runs it, the office, or the clock.

    Raises ``NotAllowed``, ``Conflict`` (``not_begun``, ``illegal_move``).
    """
    opening = lock_opening(assignment.opening_id)
    assignment.refresh_from_db(fields=["state"])
    may = by is None or queries.may_dispatch(by, opening, now=now)
    if not may and opening.visit:
        may = acting(by, opening.visit.request.resident, deed="confirm", now=now) is not None
    rules.check_no_show(assignment=assignment, may=may, now=now)
    move(
        assignment,
        AssignmentState.NO_SHOW,
        event=events.ASSIGNMENT_NO_SHOW,
        by=by,
        at=now,
        ended_at=now,
        ended_by=by,
    )
    give_back(opening=opening, by=by, now=now)
    return assignment


@transaction.atomic
def mark_checked_in(*, assignment: Assignment, by: User, now: datetime) -> Assignment:
    """The volunteer is there. Called by service records."""
    move(assignment, AssignmentState.CHECKED_IN, event=events.ASSIGNMENT_CHECKED_IN, by=by, at=now)
    return assignment


@transaction.atomic
def mark_done(*, assignment: Assignment, by: User | None, now: datetime) -> Assignment:
    """The volunteer has gone. Called by service records."""
    move(
        assignment,
        AssignmentState.DONE,
        event=events.ASSIGNMENT_DONE,
        by=by,
        at=now,
        ended_at=now,
        ended_by=by,
    )
    return assignment


def part_ways(*, assignment: Assignment, by: User, now: datetime) -> Block:
    """Never bring the two of this task together again, as ``by``'s side wishes; the other is not told.

    Raises ``NotAllowed`` (``not_your_side``) or ``Conflict`` (``no_resident``: a shift has none).
    """
    visit = assignment.opening.visit
    rules.check_has_resident(visit=visit)
    assert visit is not None
    return people.add_block(
        resident=visit.request.resident,
        volunteer=VolunteerProfile.objects.get(user=assignment.volunteer_id),
        side=BlockSide.VOLUNTEER if assignment.volunteer_id == by.pk else BlockSide.RESIDENT,
        by=by,
        now=now,
    )

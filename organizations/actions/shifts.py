"""The dated parts of a project."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.events import record
from kernel.refusals import Conflict
from kernel.transitions import move
from organizations import events, queries, rules
from organizations.actions.projects import lock_project
from organizations.models import Project, Shift
from organizations.states import ProjectState, ShiftState


@transaction.atomic
def add_shift(
    *,
    project: Project,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    by: User,
    now: datetime,
) -> Shift:
    """Add a dated part; of a published project it is open at once.

    Raises ``NotAllowed``, ``Invalid`` (times, places) or ``Conflict`` (``not_editable``).
    """
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    rules.check_times(starts_at, ends_at, now=now)
    rules.check_places(places)
    lock_project(project)  # so that no shift is drafted behind the back of a publication
    is_open = project.state == ProjectState.PUBLISHED
    if not is_open:
        rules.check_editable(project.state)
    shift = Shift.objects.create(
        project=project,
        organization=project.organization,
        region=project.region,
        starts_at=starts_at,
        ends_at=ends_at,
        places=places,
    )
    record(events.SHIFT_ADDED, subject=shift, by=by, at=now)
    if is_open:
        move(shift, ShiftState.PUBLISHED, event=events.SHIFT_PUBLISHED, by=by, at=now)
    return shift


@transaction.atomic
def add_weekly_shifts(
    *,
    project: Project,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    weeks: int,
    by: User,
    now: datetime,
) -> list[Shift]:
    """Add the same shift in each of ``weeks`` (1–26) weeks, as ``rules.weekly`` previews them.

    All or none. Raises as ``add_shift``, and ``Invalid`` (``bad_weeks``).
    """
    return [
        add_shift(project=project, starts_at=starts, ends_at=ends, places=places, by=by, now=now)
        for starts, ends in rules.weekly(starts_at, ends_at, weeks=weeks, now=now)
    ]


@transaction.atomic
def change_shift(
    *,
    shift: Shift,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    by: User,
    now: datetime,
) -> Shift:
    """Move a shift or change its places; whoever keeps something true of it may refuse (within).

    Raises ``NotAllowed``, ``Invalid``, ``Conflict`` (``shift_over``, ``state_changed``, or a
    listener's own).
    """
    rules.check_runs(is_member=queries.is_member(by, shift.organization, now=now))
    rules.check_times(starts_at, ends_at, now=now)
    rules.check_places(places)
    rules.check_shift_open(shift, now=now)
    changed = {"starts_at": starts_at, "ends_at": ends_at, "places": places}
    moved = (shift.starts_at, shift.ends_at) != (starts_at, ends_at)
    # Only as it was read: a shift that was called off meanwhile must not move.
    if not Shift.objects.filter(pk=shift.pk, state=shift.state).update(**changed):
        raise Conflict("state_changed", _("Someone else was faster. Please look again."))
    shift.starts_at, shift.ends_at, shift.places = starts_at, ends_at, places
    record(events.SHIFT_CHANGED, subject=shift, by=by, at=now, moved=moved)
    return shift


@transaction.atomic
def cancel_shift(*, shift: Shift, reason: str, by: User, now: datetime) -> Shift:
    """Call a shift off, with a reason that the volunteers read.

    Raises ``NotAllowed``, ``Invalid`` (``reason_missing``), ``Conflict`` (``shift_over``,
    ``state_changed``).
    """
    rules.check_runs(is_member=queries.is_member(by, shift.organization, now=now))
    rules.check_shift_open(shift, now=now)
    move(
        shift,
        ShiftState.CANCELLED,
        event=events.SHIFT_CANCELLED,
        by=by,
        at=now,
        reason=rules.check_reason(reason),
    )
    return shift


def close_past_shifts(*, now: datetime) -> int:
    """Close shifts that are over; returns how many."""
    over = list(Shift.objects.filter(state=ShiftState.PUBLISHED, ends_at__lte=now)[:500])
    for shift in over:
        move(shift, ShiftState.CLOSED, event=events.SHIFT_CLOSED, by=None, at=now)
    return len(over)

"""Coming and going."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.states import Purpose
from help_requests import actions as requests
from help_requests.queries import wrong_tries
from help_requests.rules import MOST_TRIES
from help_requests.states import VisitState
from kernel.events import record
from kernel.references import clean_number, new_number
from kernel.refusals import Conflict
from kernel.transitions import move
from kernel.workdays import add_working_days, day_bounds, local_date
from matching import actions as matching
from matching.actions.places import lock_volunteer
from matching.models import Assignment
from matching.queries import may_dispatch
from matching.states import LIVE
from service_records import events, queries, rules
from service_records.models import CheckIn, CodeStep, ServiceRecord
from service_records.states import CheckMethod, RecordState

ARRIVAL_STEP = 0  # the arrival code has one step; those of a rotating code count from 1970


def check_in(
    *,
    assignment: Assignment,
    method: CheckMethod,
    by: User,
    now: datetime,
    code: str = "",
    point: tuple[float, float] | None = None,
) -> ServiceRecord:
    """Note that the volunteer has come, and open the record.

    With the resident's arrival code, a shift's rotating code, or marked by who runs it; without a code
    only once the arrival code was tried five times in vain. The point is kept (sealed) with the
    LOCATION consent only. A wrong code is counted although it is refused. Raises ``NotAllowed``,
    ``Invalid`` (``code_wrong``, ``code_first``), ``Conflict`` (``not_live``, ``too_early``,
    ``too_late``, ``another_open``, ``code_used``, ``code_locked``).
    """
    step = _prove(assignment, method, code=code, by=by, now=now)
    return _open(assignment, method, step=step, point=point, by=by, now=now)


def _prove(
    assignment: Assignment, method: CheckMethod, *, code: str, by: User, now: datetime
) -> int | None:
    """Judge how the coming is shown; returns the step of the code, None where there is none.

    Not in the transaction of the effect: the count of wrong tries must outlive the refusal.
    """
    _check_notes(assignment, method, by=by, now=now)
    rules.check_check_in(assignment=assignment, now=now)
    opening = assignment.opening
    if method == CheckMethod.COORDINATOR:
        return None
    if method == CheckMethod.ARRIVAL_CODE and opening.visit:
        requests.use_arrival_code(visit=opening.visit, code=code, by=by, now=now)
        return ARRIVAL_STEP
    if method == CheckMethod.NO_CODE and opening.visit:
        tries = wrong_tries(opening.visit)
        rules.check_code_exhausted(tries=tries, most=MOST_TRIES)
        return None
    steps = []
    if method == CheckMethod.ROTATING_CODE and opening.shift:
        this, typed = queries.step_at(now), clean_number(code)
        steps = [s for s in (this, this - 1) if queries.code_at(opening.shift, s) == typed]
    rules.check_rotating(fits=bool(steps))
    return steps[0]


def _check_notes(assignment: Assignment, method: CheckMethod, *, by: User, now: datetime) -> None:
    """The volunteer notes her own coming and going, or who runs it does; asked before any state is told."""
    if method == CheckMethod.COORDINATOR:
        rules.check_runs(may=may_dispatch(by, assignment.opening, now=now))
    else:
        rules.check_own(assignment=assignment, by=by)


@transaction.atomic
def _open(
    assignment: Assignment,
    method: CheckMethod,
    *,
    step: int | None,
    point: tuple[float, float] | None,
    by: User,
    now: datetime,
) -> ServiceRecord:
    volunteer = assignment.volunteer
    lock_volunteer(volunteer)
    if step is not None:
        _use_step(assignment, step, now=now)
    rules.check_no_other_open(other=queries.open_record(volunteer))
    matching.mark_checked_in(assignment=assignment, by=by, now=now)
    opening = assignment.opening
    keeps_point = point and people.has_consent(volunteer, Purpose.LOCATION)
    CheckIn.objects.create(
        key=volunteer.key,
        assignment=assignment,
        method=method,
        at=now,
        by=by,
        point=f"{point[0]},{point[1]}" if point and keeps_point else None,
    )
    starts_at = max(now, opening.starts_at)  # what they wait does not count; see ``check_out``
    day = local_date(starts_at)
    row = ServiceRecord.objects.create(
        number=new_number(ServiceRecord, "S"),
        assignment=assignment,
        volunteer=volunteer,
        organization=opening.organization,
        region=opening.region,
        category=opening.category,
        service_on=day,
        starts_at=starts_at,
        opened_at=now,
        record_due_on=add_working_days(day, rules.WORKING_DAYS_TO_RECORD),
    )
    record(events.RECORD_OPENED, subject=row, by=by, at=now, method=method)
    if opening.visit:
        requests.mark_visit_in_service(visit=opening.visit, by=by, now=now)
    return row


def _use_step(assignment: Assignment, step: int, *, now: datetime) -> None:
    try:
        with transaction.atomic():
            CodeStep.objects.create(assignment=assignment, step=step, at=now)
    except IntegrityError:
        raise Conflict("code_used", _("This code was already used."), field="code") from None


@transaction.atomic
def check_out(
    *, assignment: Assignment, by: User, now: datetime, method: CheckMethod = CheckMethod.SELF
) -> ServiceRecord:
    """Note that the volunteer has gone; the last minute counts once it is whole, the first at once.

    Who began early and goes early served from their coming on (``rules.counted_from``). A service
    over local midnight becomes two records. Raises ``NotAllowed``, ``Conflict`` (``not_open``).
    """
    _check_notes(assignment, method, by=by, now=now)
    row = ServiceRecord.objects.filter(assignment=assignment, state=RecordState.OPEN).first()
    rules.check_open(row)
    assert row is not None
    there = CheckIn.objects.defer("point").get(assignment=assignment)
    CheckIn.objects.filter(pk=there.pk).update(out_at=now, out_by=by, out_method=method)
    _finish(assignment, by=by, now=now)
    began = rules.counted_from(came=there.at, left=now, opening=assignment.opening)
    return _split(row, began, now, by=by, now=now)


def _finish(assignment: Assignment, *, by: User | None, now: datetime) -> None:
    """The task is done; the visit too, once nobody is there or still to come."""
    matching.mark_done(assignment=assignment, by=by, now=now)
    visit = assignment.opening.visit
    if visit is None:
        return
    visit.refresh_from_db(fields=["state"])
    others = Assignment.objects.filter(opening=assignment.opening, state__in=LIVE).exists()
    if not others and visit.state == VisitState.IN_SERVICE:
        requests.mark_visit_completed(visit=visit, by=by, now=now)


def _split(
    row: ServiceRecord, starts_at: datetime, ends_at: datetime, *, by: User, now: datetime
) -> ServiceRecord:
    """Close ``row`` at ``ends_at``, or at midnight with a second record that continues it."""
    day = local_date(starts_at)
    midnight = day_bounds(day)[1]
    first_end = min(ends_at, midnight)
    move(
        row,
        RecordState.UNCONFIRMED,
        event=events.RECORD_CHECKED_OUT,
        by=by,
        at=now,
        service_on=day,
        starts_at=starts_at,
        ends_at=first_end,
        minutes=rules.served_minutes(starts_at, first_end),
    )
    if ends_at > midnight:
        rest = ServiceRecord.objects.create(
            number=new_number(ServiceRecord, "S"),
            assignment=row.assignment,
            volunteer=row.volunteer,
            organization=row.organization,
            region=row.region,
            category=row.category,
            service_on=local_date(midnight),
            starts_at=midnight,
            ends_at=ends_at,
            minutes=rules.served_minutes(midnight, ends_at),
            opened_at=now,
            record_due_on=row.record_due_on,
            continues=row,
            state=RecordState.UNCONFIRMED,
        )
        record(events.RECORD_CHECKED_OUT, subject=rest, by=by, at=now)
    return row


def force_close_open(*, now: datetime, most: int = 500) -> int:
    """Close services whose planned end is two hours past, or whose day is over: 0 minutes until reviewed.

    Returns how many (DOMAIN §2: a forgotten check-out earns nothing by itself).
    """
    midnight = day_bounds(local_date(now))[0]
    forgotten = ServiceRecord.objects.filter(state=RecordState.OPEN).filter(
        assignment__opening__ends_at__lte=now - rules.GRACE
    ) | ServiceRecord.objects.filter(
        state=RecordState.OPEN,
        service_on__lt=local_date(now),
        assignment__opening__ends_at__lte=midnight,
    )
    closed = 0
    for row in forgotten.select_related(
        "assignment__opening__visit__request", "assignment__opening__shift"
    )[:most]:
        with transaction.atomic():
            _force(row, now=now)
            closed += 1
    return closed


def _force(row: ServiceRecord, *, now: datetime) -> None:
    planned = row.assignment.opening.ends_at
    ends_at = max(row.starts_at, min(planned, day_bounds(row.service_on)[1] - timedelta(minutes=1)))
    CheckIn.objects.filter(assignment=row.assignment).update(
        out_at=now, out_method=CheckMethod.CLOCK
    )
    move(
        row,
        RecordState.FORCED,
        event=events.RECORD_FORCED,
        by=None,
        at=now,
        ends_at=ends_at,
        minutes=0,
    )
    _finish(row.assignment, by=None, now=now)

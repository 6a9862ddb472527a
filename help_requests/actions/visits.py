"""Visits: planned from a request, moved along by matching and service records."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from help_requests import events, rules
from help_requests.models import ArrivalCode, HelpRequest, Visit
from help_requests.states import CancelReason, CloseReason, RequestState, VisitState
from kernel.events import record
from kernel.transitions import move
from kernel.workdays import local_date

WINDOW = timedelta(weeks=4)  # how far ahead a weekly series is planned


@transaction.atomic
def plan_visits(*, request: HelpRequest, by: User | None, now: datetime) -> list[Visit]:
    """Plan what is missing: the one visit, or those of a weekly series within four weeks.

    Asked again, nothing is planned twice. A weekly visit keeps its local time.
    """
    if request.starts_at is None or request.minutes is None:
        return []
    starts = [request.starts_at]
    if request.is_weekly:
        until = request.repeats_until or local_date(request.starts_at)
        while (following := starts[-1] + timedelta(weeks=1)) <= now + WINDOW:
            if local_date(following) > until:
                break
            starts.append(following)
    there = set(request.visits.values_list("starts_at", flat=True))
    planned = []
    for start in starts:
        if start in there or start <= now:
            continue
        visit = Visit.objects.create(
            request=request,
            region=request.region,
            starts_at=start,
            ends_at=start + timedelta(minutes=request.minutes),
            places=request.places,
        )
        record(events.VISIT_PLANNED, subject=visit, by=by, at=now)
        planned.append(visit)
    return planned


def plan_ahead(*, now: datetime) -> int:
    """Plan the coming visits of every weekly series, and close series that are over; returns how many."""
    planned = 0
    running = HelpRequest.objects.filter(state=RequestState.ACCEPTED, is_weekly=True)
    for request in running.iterator(chunk_size=500):
        planned += len(plan_visits(request=request, by=None, now=now))
        _close_if_over(request, now=now)
    return planned


def _close_if_over(request: HelpRequest, *, now: datetime) -> None:
    """Close an accepted request none of whose visits is still to come."""
    states = set(request.visits.values_list("state", flat=True))
    if request.state != RequestState.ACCEPTED or not all(map(Visit.machine.is_final, states)):
        return
    if request.is_weekly and local_date(now) <= (request.repeats_until or local_date(now)):
        return
    served = VisitState.COMPLETED in states
    move(
        request,
        RequestState.CLOSED,
        event=events.REQUEST_CLOSED,
        by=None,
        at=now,
        ended_at=now,
        reason=CloseReason.SERVED if served else CloseReason.NOBODY_FOUND,
    )


@transaction.atomic
def mark_visit_matched(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """Every place is filled: the resident gets an arrival code. Called by matching."""
    move(visit, VisitState.MATCHED, event=events.VISIT_MATCHED, by=by, at=now)
    ArrivalCode.objects.get_or_create(
        visit=visit,
        defaults={"key": visit.request.key, "code": f"{secrets.randbelow(10**6):06d}"},
    )
    return visit


@transaction.atomic
def mark_visit_open_again(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """A place was lost: somebody else is looked for. Called by matching."""
    move(visit, VisitState.PLANNED, event=events.VISIT_OPENED_AGAIN, by=by, at=now)
    return visit


@transaction.atomic
def mark_visit_in_service(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """The first volunteer has checked in. Called by service records."""
    if visit.state != VisitState.IN_SERVICE:
        move(visit, VisitState.IN_SERVICE, event=events.VISIT_STARTED, by=by, at=now)
    return visit


@transaction.atomic
def mark_visit_completed(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """The last volunteer has checked out; a one-visit request closes with it."""
    move(visit, VisitState.COMPLETED, event=events.VISIT_COMPLETED, by=by, at=now, ended_at=now)
    _close_if_over(visit.request, now=now)
    return visit


@transaction.atomic
def mark_visit_unfilled(*, visit: Visit, now: datetime) -> Visit:
    """Its time is over and nobody came. Called by matching's clock."""
    move(visit, VisitState.UNFILLED, event=events.VISIT_UNFILLED, by=None, at=now, ended_at=now)
    _close_if_over(visit.request, now=now)
    return visit


def _check_may_change(visit: Visit, *, by: User, now: datetime) -> None:
    acting = people.acting(by, visit.request.resident, deed="ask", now=now)
    mine = acting or (visit.request.asked_by_id == by.pk or None)
    office = people.may(by, Permission.ANSWER_REQUESTS, region=visit.region, now=now)
    rules.check_cancels(acting=mine, in_scope=office)
    rules.check_visit_open(visit)


@transaction.atomic
def move_visit(*, visit: Visit, starts_at: datetime, by: User, now: datetime) -> Visit:
    """Give a visit another time of the same length; matching may refuse (within).

    Raises ``NotAllowed``, ``Invalid`` (time), ``Conflict`` (``visit_over``, or a listener's own).
    """
    _check_may_change(visit, by=by, now=now)
    length = visit.ends_at - visit.starts_at
    rules.check_when(starts_at, int(length.total_seconds() // 60), now=now)
    visit.starts_at, visit.ends_at = starts_at, starts_at + length
    visit.save(update_fields=["starts_at", "ends_at"])
    record(events.VISIT_MOVED, subject=visit, by=by, at=now)
    return visit


def call_off(*, visit: Visit, reason: CancelReason, by: User | None, now: datetime) -> None:
    """Bring a visit to CANCELLED (inside an action that has checked)."""
    move(
        visit,
        VisitState.CANCELLED,
        event=events.VISIT_CANCELLED,
        by=by,
        at=now,
        reason=reason,
        ended_at=now,
    )


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by: User, now: datetime) -> Visit:
    """Call one visit off; the request closes when none is left. Raises ``NotAllowed``, ``Invalid``,
    ``Conflict`` (``visit_over``)."""
    _check_may_change(visit, by=by, now=now)
    code = CancelReason(rules.check_cancel_reason(reason))
    call_off(visit=visit, reason=code, by=by, now=now)
    _close_if_over(visit.request, now=now)
    return visit


def use_arrival_code(*, visit: Visit, code: str) -> None:
    """Judge the code typed at the door; a wrong one is counted, five at most, even though it is refused.

    Raises ``Invalid`` (``code_wrong``) or ``Conflict`` (``code_locked``).
    """
    with transaction.atomic():
        arrival = (
            ArrivalCode.objects.select_for_update(of=("self",))
            .select_related("key")
            .get(visit=visit)
        )
        fits = secrets.compare_digest(str(arrival.code), code)
        if not fits:
            ArrivalCode.objects.filter(pk=arrival.pk, tries__lt=rules.MOST_TRIES).update(
                tries=F("tries") + 1
            )
    rules.check_code(arrival, fits=fits)

"""Visits: planned from a request, moved along by matching and service records.

The request's row is locked before its visits: whoever asks "was this the last one?" sees every answer.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from help_requests import events, queries, rules
from help_requests.actions.codes import renew_code
from help_requests.models import HelpRequest, Visit
from help_requests.states import CancelReason, CloseReason, RequestState, VisitState
from kernel.events import record
from kernel.refusals import Conflict
from kernel.transitions import move

WINDOW = timedelta(weeks=4)  # how far ahead a weekly series is planned


def lock_request(request: HelpRequest) -> HelpRequest:
    """Lock the request's row and bring what planning depends on up to date."""
    request.refresh_from_db(
        fields=["state", "planned_until"],
        from_queryset=HelpRequest.objects.select_for_update(no_key=True),
    )
    return request


@transaction.atomic
def plan_visits(*, request: HelpRequest, by: User | None, now: datetime) -> list[Visit]:
    """Plan what is missing of an accepted request: its one visit, the first of a weekly series, and
    those of it within four weeks.

    Asked again, nothing is planned twice, also when a visit was moved to another time.
    """
    lock_request(request)
    if request.state != RequestState.ACCEPTED:
        return []
    assert request.minutes is not None
    length = timedelta(minutes=request.minutes)
    taken = set(request.visits.values_list("starts_at", flat=True))
    planned = []
    for start in rules.to_plan(request, until=now + WINDOW):
        request.planned_until = start
        if start <= now or start in taken:
            continue
        visit = Visit.objects.create(
            request=request,
            region=request.region,
            starts_at=start,
            ends_at=start + length,
            places=request.places,
        )
        record(events.VISIT_PLANNED, subject=visit, by=by, at=now)
        planned.append(visit)
    request.save(update_fields=["planned_until"])
    return planned


def plan_ahead(*, now: datetime) -> int:
    """Plan the coming visits of every weekly series, and close series that are over; returns how many."""
    planned = 0
    running = HelpRequest.objects.filter(state=RequestState.ACCEPTED, is_weekly=True)
    for request in list(running.select_related("region")):
        with transaction.atomic():  # one bad series must not hold up the others
            planned += len(plan_visits(request=request, by=None, now=now))
            _close_if_over(request, now=now)
    return planned


def _close_if_over(request: HelpRequest, *, now: datetime) -> None:
    """End an accepted request none of whose visits is still to come.

    Served at least once: CLOSED as such; otherwise nobody was found; when every visit was called off,
    the request is CANCELLED for the reason of the last.
    """
    if request.state != RequestState.ACCEPTED or next(rules.to_plan(request), None):
        return
    visits = list(request.visits.order_by("starts_at", "pk"))
    states = {visit.state for visit in visits}
    if not all(map(Visit.machine.is_final, states)):
        return
    if states == {VisitState.CANCELLED}:
        to, event, reason = RequestState.CANCELLED, events.REQUEST_CANCELLED, visits[-1].reason
    else:
        served = CloseReason.ENDED if request.is_weekly else CloseReason.SERVED
        to, event = RequestState.CLOSED, events.REQUEST_CLOSED
        reason = served if VisitState.COMPLETED in states else CloseReason.NOBODY_FOUND
    move(request, to, event=event, by=None, at=now, ended_at=now, reason=reason)


@transaction.atomic
def mark_visit_matched(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """Every place is filled: the resident gets a fresh arrival code. Called by matching."""
    move(visit, VisitState.MATCHED, event=events.VISIT_MATCHED, by=by, at=now)
    renew_code(visit=visit)
    return visit


@transaction.atomic
def mark_visit_open_again(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """A place was lost: somebody else is looked for. Called by matching."""
    move(visit, VisitState.PLANNED, event=events.VISIT_OPENED_AGAIN, by=by, at=now)
    return visit


@transaction.atomic
def mark_visit_in_service(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """The first volunteer has checked in; for the others nothing changes. Called by service records."""
    rows = Visit.objects.select_for_update(no_key=True)  # two may arrive at one moment
    visit.refresh_from_db(fields=["state"], from_queryset=rows)
    if visit.state != VisitState.IN_SERVICE:
        move(visit, VisitState.IN_SERVICE, event=events.VISIT_STARTED, by=by, at=now)
    return visit


@transaction.atomic
def mark_visit_completed(*, visit: Visit, by: User | None, now: datetime) -> Visit:
    """The last volunteer has checked out; a one-visit request closes with it."""
    request = lock_request(visit.request)
    move(visit, VisitState.COMPLETED, event=events.VISIT_COMPLETED, by=by, at=now, ended_at=now)
    _close_if_over(request, now=now)
    return visit


@transaction.atomic
def mark_visit_unfilled(*, visit: Visit, now: datetime) -> Visit:
    """Its time is over and nobody came. Called by matching's clock."""
    request = lock_request(visit.request)
    move(visit, VisitState.UNFILLED, event=events.VISIT_UNFILLED, by=None, at=now, ended_at=now)
    _close_if_over(request, now=now)
    return visit


def _check_may_change(visit: Visit, *, by: User, now: datetime) -> None:
    rules.check_cancels(**queries.cancel_facts(by, visit.request, now=now))
    rules.check_visit_open(visit)


@transaction.atomic
def move_visit(*, visit: Visit, starts_at: datetime, by: User, now: datetime) -> Visit:
    """Give a visit another time of the same length; matching may refuse (within).

    Raises ``NotAllowed`` (``not_your_request``), ``Invalid`` (``naive_time``, ``in_the_past``,
    ``too_far_ahead``), ``Conflict`` (``visit_over``, ``visit_there``, ``state_changed``, or a
    listener's own).
    """
    _check_may_change(visit, by=by, now=now)
    rules.check_start(starts_at, now=now)
    request = lock_request(visit.request)
    others = request.visits.exclude(pk=visit.pk)
    rules.check_free_start(is_taken=others.filter(starts_at=starts_at).exists())
    ends_at = starts_at + (visit.ends_at - visit.starts_at)
    # Only as it was read: a visit that began or was called off meanwhile must not move.
    same = Visit.objects.filter(pk=visit.pk, state=visit.state)
    if not same.update(starts_at=starts_at, ends_at=ends_at):
        raise Conflict("state_changed", _("Someone else was faster. Please look again."))
    visit.starts_at, visit.ends_at = starts_at, ends_at
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
    """Call one visit off; the request ends when none is left.

    Raises ``NotAllowed`` (``not_your_request``), ``Invalid`` (``reason_missing``), ``Conflict``
    (``visit_over``, ``state_changed``).
    """
    _check_may_change(visit, by=by, now=now)
    code = CancelReason(rules.check_cancel_reason(reason))
    request = lock_request(visit.request)
    call_off(visit=visit, reason=code, by=by, now=now)
    _close_if_over(request, now=now)
    return visit

"""Openings: born from a visit or a shift, kept true to it, closed by the clock."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import ResidentProfile
from accounts.queries import has_consent
from accounts.states import Purpose, SkillLevel
from help_requests import actions as requests
from help_requests.models import Visit
from help_requests.states import Place, VisitState
from kernel.events import record
from kernel.guards import refused_by
from kernel.refusals import Conflict
from kernel.transitions import move
from matching import events
from matching.actions.assignments import mark_no_show
from matching.actions.places import (
    lapse_applications,
    lock_opening,
    lock_openings,
    withdraw_offers,
)
from matching.guards import NO_OVERLAP_MOVED
from matching.models import Opening
from matching.states import LIVE, AssignmentState, OpeningState
from organizations.models import Shift

RUNNING = [OpeningState.OPEN, OpeningState.FULL]
PATIENCE = timedelta(hours=24)  # after the end, before silence counts as "did not come"


def _open(source: dict[str, Any], values: dict[str, Any], *, now: datetime) -> Opening:
    """Write the opening of a source, once."""
    opening, made = Opening.objects.get_or_create(**source, defaults={**values, "opened_at": now})
    if made:
        record(events.OPENING_OPENED, subject=opening, by=None, at=now)
    return opening


@transaction.atomic
def open_for_visit(*, visit: Visit, now: datetime) -> Opening | None:
    """Make the opening of a planned visit; asked again, the one that is there is returned."""
    if visit.state != VisitState.PLANNED:
        return Opening.objects.filter(visit=visit).first()
    request = visit.request
    kind = request.service_type
    assert kind is not None
    away = kind.remote or request.place == Place.REMOTE
    spoken = {request.language: SkillLevel.SOME.value} if request.language else {}
    return _open(
        {"visit": visit},
        {
            "organization": request.in_charge,
            "region": visit.region,
            "category": kind.category,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
            "lat": None if away else request.lat,
            "lng": None if away else request.lng,
            "places": visit.places,
            "skills": {**spoken, **kind.skills},
            "credentials": kind.credentials,
            "gender_wish": request.gender_wish,
            "adults_only": kind.adults_only,
            "only_own_volunteers": request.only_own_volunteers,
            "automatic": has_consent(request.resident, Purpose.MATCHING),
            "urgency": request.urgency,
        },
        now=now,
    )


@transaction.atomic
def open_for_shift(*, shift: Shift, now: datetime) -> Opening:
    """Make the opening of a published shift; asked again, the one that is there is returned."""
    project = shift.project
    return _open(
        {"shift": shift},
        {
            "organization": shift.organization,
            "region": shift.region,
            "category": project.category,
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
            "lat": project.lat,
            "lng": project.lng,
            "places": shift.places,
            "skills": project.skills,
            "credentials": project.credentials,
            "adults_only": project.adults_only,
            "automatic": False,
        },
        now=now,
    )


def _move(
    opening: Opening, *, starts_at: datetime, ends_at: datetime, places: int, now: datetime
) -> None:
    """Give the opening other times and places, and have it looked at whom to ask now; who holds a place must
    still be able to come."""
    if places < opening.filled:
        raise Conflict(
            "places_below_filled",
            _("%(n)d people have a place already.") % {"n": opening.filled},
            field="places",
        )
    try:
        with transaction.atomic():
            Opening.objects.filter(pk=opening.pk).update(
                starts_at=starts_at, ends_at=ends_at, places=places, next_wave_at=now
            )
    except IntegrityError as error:
        if refused_by(error) != NO_OVERLAP_MOVED:
            raise
        raise Conflict(
            "overlap", _("Somebody who comes has another service then."), field="starts_at"
        ) from None
    opening.refresh_from_db(fields=["starts_at", "ends_at", "places"])
    if opening.state == OpeningState.FULL and not opening.is_full:
        move(opening, OpeningState.OPEN, event=events.OPENING_REOPENED, by=None, at=now)
    elif opening.state == OpeningState.OPEN and opening.is_full:
        move(opening, OpeningState.FULL, event=events.OPENING_FILLED, by=None, at=now)
    record(events.OPENING_MOVED, subject=opening, by=None, at=now)


@transaction.atomic
def follow_visit(*, visit: Visit, now: datetime) -> None:
    """Keep the opening true to its visit: moved with it, or cancelled. Raises ``Conflict``."""
    row = Opening.objects.filter(visit=visit).first()
    if row is None:
        return
    opening = lock_opening(row.pk)
    if visit.state == VisitState.CANCELLED:
        cancel_opening(opening=opening, now=now)
    else:
        _move(
            opening, starts_at=visit.starts_at, ends_at=visit.ends_at, places=visit.places, now=now
        )


@transaction.atomic
def follow_shift(*, shift: Shift, now: datetime) -> None:
    """Keep the opening true to its shift: moved with it, or cancelled. Raises ``Conflict``."""
    row = Opening.objects.filter(shift=shift).first()
    if row is None:
        return
    opening = lock_opening(row.pk)
    if shift.state == "CANCELLED":
        cancel_opening(opening=opening, now=now)
    else:
        _move(
            opening, starts_at=shift.starts_at, ends_at=shift.ends_at, places=shift.places, now=now
        )


@transaction.atomic
def follow_consent(*, resident: ResidentProfile, now: datetime) -> None:
    """Keep the openings of ``resident`` that run true to whether they allow automatic matching. Without it no
    wave and no plan asks for them, a person chooses; who was asked already may still answer.

    They are to be looked at afterwards (``send_wave``): the first are asked, or the dispatcher is told.
    """
    automatic = has_consent(resident, Purpose.MATCHING)
    running = Opening.objects.filter(
        visit__request__resident=resident, state__in=RUNNING, ends_at__gt=now
    )
    keys = list(running.exclude(automatic=automatic).values_list("pk", flat=True))
    lock_openings(keys)
    anew = {"escalated_at": None, "raises_at": None} if automatic else {}
    Opening.objects.filter(pk__in=keys).update(
        automatic=automatic, next_wave_at=None, widening=None, **anew
    )


def cancel_opening(*, opening: Opening, now: datetime) -> None:
    """Bring a locked opening to CANCELLED; who was asked or had a place is told after commit."""
    if not Opening.machine.is_final(opening.state):
        move(
            opening,
            OpeningState.CANCELLED,
            event=events.OPENING_CANCELLED,
            by=None,
            at=now,
            next_wave_at=None,
        )


@transaction.atomic
def clear_cancelled(*, opening: Opening, now: datetime) -> None:
    """Withdraw the offers, lapse the applications and call off the tasks of a cancelled opening."""
    opening = lock_opening(opening.pk)
    withdraw_offers(opening=opening, now=now)
    lapse_applications(opening=opening, now=now)
    for assignment in opening.assignments.filter(state=AssignmentState.LIVE):
        move(
            assignment,
            AssignmentState.CANCELLED,
            event=events.ASSIGNMENT_CANCELLED,
            by=None,
            at=now,
            ended_at=now,
        )


def close_past_openings(*, now: datetime, most: int = 500) -> int:
    """Close openings that are over. Nobody came to a visit = it was not filled. Returns how many.

    Who took a place and was never seen is given 24 hours before the clock says "did not come".
    """
    over = Opening.objects.filter(state__in=RUNNING, ends_at__lte=now).order_by("ends_at", "pk")
    closed = 0
    for pk in over.values_list("pk", flat=True)[:most]:
        closed += _close(pk, now=now)
    return closed


@transaction.atomic
def _close(pk: int, *, now: datetime) -> bool:
    opening = lock_opening(pk)
    unseen = list(opening.assignments.filter(state=AssignmentState.LIVE))
    if opening.ends_at > now - PATIENCE and (unseen or _is_served(opening)):
        return False
    for assignment in unseen:
        mark_no_show(assignment=assignment, by=None, now=now)
    opening = lock_opening(pk)
    withdraw_offers(opening=opening, now=now)
    lapse_applications(opening=opening, now=now)
    if opening.visit and opening.visit.state == VisitState.PLANNED:
        requests.mark_visit_unfilled(visit=opening.visit, now=now)
    move(
        opening,
        OpeningState.CLOSED,
        event=events.OPENING_CLOSED,
        by=None,
        at=now,
        next_wave_at=None,
    )
    return True


def _is_served(opening: Opening) -> bool:
    return opening.assignments.filter(state__in=LIVE).exists()

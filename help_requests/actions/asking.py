"""A request is drafted, written on, and sent."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import queries as people
from accounts.models import ResidentProfile, User
from help_requests import events, rules
from help_requests.models import HelpRequest
from help_requests.states import Channel, Place, RequestState
from kernel.events import record
from kernel.places import check_point, snap
from kernel.references import new_number
from kernel.text import normalise
from kernel.transitions import move
from kernel.workdays import add_working_days, at_local, local_date

TEXTS = ("wish", "details", "address")
PLAIN = (
    "service_type",
    "wish_source",
    "region",
    "place",
    "starts_at",
    "minutes",
    "is_weekly",
    "repeats_until",
    "places",
    "gender_wish",
    "urgency",
)
CLOSES = 17 * 60  # the answer is due by the end of the next working day, local time


def _write(request: HelpRequest, given: dict[str, Any], *, now: datetime) -> None:
    """Put what was given into the draft, checked field by field."""
    unknown = set(given) - {*TEXTS, *PLAIN, "lat", "lng"}
    if unknown:
        raise TypeError(f"no such field: {sorted(unknown)}")
    for field in TEXTS:
        if field in given:
            setattr(request, field, normalise(given[field], field=field, lines=True) or None)
    for field in PLAIN:
        if field in given:
            setattr(request, field, given[field])
    if request.minutes is None and request.service_type:
        request.minutes = request.service_type.usual_minutes
    if request.starts_at is not None and request.minutes is not None:
        rules.check_when(request.starts_at, request.minutes, now=now)
        if request.is_weekly:
            rules.check_series(local_date(request.starts_at), request.repeats_until)
    rules.check_places(request.places)
    _place(request, given)


def _place(request: HelpRequest, given: dict[str, Any]) -> None:
    """Keep the snapped point: the resident's home, the other place's, or none for a remote service."""
    if request.place == Place.REMOTE:
        request.point = request.lat = request.lng = None
    elif request.place == Place.HOME:
        request.region = request.resident.region
        request.point = None
        request.lat, request.lng = request.resident.lat, request.resident.lng
    else:
        lat, lng = given.get("lat"), given.get("lng")
        point = (
            (request.region.lat, request.region.lng) if lat is None or lng is None else (lat, lng)
        )
        check_point(*point, field="address")
        request.point = f"{point[0]},{point[1]}"
        request.lat, request.lng = snap(*point)


@transaction.atomic
def draft_request(
    *,
    resident: ResidentProfile,
    by: User,
    now: datetime,
    channel: Channel = Channel.PAGE,
    call_number: str = "",
    **given: Any,
) -> HelpRequest:
    """Begin a request of ``resident``; ``by`` is the resident, holds a grant, or takes the call.

    ``given`` may hold any of ``TEXTS``, ``PLAIN``, ``lat`` and ``lng``. Raises ``NotAllowed``
    (``not_your_resident``) or ``Invalid`` at the field that is wrong.
    """
    acting = people.acting(by, resident, deed="ask", now=now)
    takes_calls = resident in people.residents_for(by, now=now) if acting is None else False
    rules.check_acts(acting=acting or (takes_calls or None))
    request = HelpRequest(
        number=new_number(HelpRequest, "R"),
        key=resident.key,
        resident=resident,
        region=resident.region,
        asked_by=by,
        grant=acting.grant if acting else None,
        channel=channel,
        call_number=call_number,
        made_at=now,
    )
    _write(request, given, now=now)
    request.save()
    record(events.REQUEST_DRAFTED, subject=request, by=by, at=now)
    return request


def _check_asks(request: HelpRequest, *, by: User, now: datetime) -> None:
    acting = people.acting(by, request.resident, deed="ask", now=now)
    rules.check_acts(acting=acting or (request.asked_by_id == by.pk or None))


@transaction.atomic
def change_draft(*, request: HelpRequest, by: User, now: datetime, **given: Any) -> HelpRequest:
    """Write on a draft. Raises as ``draft_request``, and ``Conflict`` (``not_a_draft``)."""
    _check_asks(request, by=by, now=now)
    rules.check_draft(request)
    _write(request, given, now=now)
    request.save()
    record(events.REQUEST_CHANGED, subject=request, by=by, at=now)
    return request


@transaction.atomic
def submit_request(*, request: HelpRequest, by: User, now: datetime) -> HelpRequest:
    """Send the request to the street, which answers within one working day.

    Raises ``NotAllowed``, ``Conflict`` (``not_a_draft``, ``state_changed``) or ``Invalid``
    (``what_missing``, ``when_missing``, ``where_missing``, ``consent_missing``).
    """
    _check_asks(request, by=by, now=now)
    rules.check_draft(request)
    missing = people.missing_consents(request.resident, rules.NEEDED_CONSENTS)
    rules.check_whole(request, missing_consents=missing, now=now)
    places = max(request.places, 2 if request.service_type.two_volunteers else 1)  # type: ignore[union-attr]
    move(
        request,
        RequestState.SUBMITTED,
        event=events.REQUEST_SUBMITTED,
        by=by,
        at=now,
        submitted_at=now,
        places=places,
        answer_due_at=at_local(add_working_days(local_date(now), 1), CLOSES),
    )
    return request

"""A request is drafted, written on, and sent."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import queries as people
from accounts.models import ResidentProfile, User
from accounts.states import Language, Sex
from help_requests import events, queries, rules
from help_requests.models import HelpRequest
from help_requests.states import Channel, Place, RequestState, Urgency, WishSource
from kernel.events import record
from kernel.references import new_number
from kernel.text import plain
from kernel.transitions import move
from kernel.workdays import local_date
from regions.places import check_point, snap

TEXTS = {"wish": 500, "details": 1000, "address": 200}  # and how long they may be
LISTS = {
    "wish_source": ["", *WishSource.values],
    "place": Place.values,
    "gender_wish": ["", *Sex.values],
    "language": ["", *Language.values],
    "urgency": Urgency.values,
}
PLAIN = ("service_type", "region", "starts_at", "minutes", "is_weekly", "repeats_until", "places")
POINT = ("lat", "lng")


def _check_given(given: dict[str, Any], *, now: datetime) -> None:
    """Judge each value that was given by itself; what is left out is not looked at."""
    if unknown := set(given) - {*TEXTS, *LISTS, *PLAIN, *POINT}:
        raise TypeError(f"no such field: {sorted(unknown)}")
    for field, known in LISTS.items():
        if field in given:
            rules.check_known(given[field], known, field=field)
    if given.get("service_type"):
        rules.check_offered(given["service_type"])
    if given.get("region"):
        rules.check_street(given["region"])
    if given.get("starts_at") is not None:
        rules.check_start(given["starts_at"], now=now)
    if given.get("minutes") is not None:
        rules.check_minutes(given["minutes"])
    if "places" in given:
        rules.check_places(given["places"])


def _write(request: HelpRequest, given: dict[str, Any], *, now: datetime) -> None:
    """Put what was given into the draft."""
    _check_given(given, now=now)
    for field, most in TEXTS.items():
        if field in given:
            text = rules.check_text(given[field], field=field, most=most)
            setattr(request, field, text)
    for field in (*LISTS, *PLAIN):
        if field in given:
            setattr(request, field, given[field])
    if "starts_at" in given:
        rules.check_notice(request, now=now)
    if request.minutes is None and request.service_type:
        request.minutes = request.service_type.usual_minutes
    if request.is_weekly and given.keys() & {"is_weekly", "starts_at", "repeats_until"}:
        rules.check_series(local_date(request.starts_at or now), request.repeats_until)
    _place(request, given)


def _place(request: HelpRequest, given: dict[str, Any]) -> None:
    """Keep the snapped point: the resident's home, the other place's, or none for a remote service."""
    if request.place == Place.REMOTE:
        request.point = request.lat = request.lng = None
    elif request.place == Place.HOME:
        request.region = request.resident.region
        request.point = None
        request.lat, request.lng = request.resident.lat, request.resident.lng
    elif request.point is None or given.keys() & {"region", *POINT}:
        lat, lng = given.get("lat"), given.get("lng")
        if lat is None or lng is None:
            lat, lng = request.region.lat, request.region.lng
        check_point(lat, lng, field="address")
        request.point = f"{lat},{lng}"
        request.lat, request.lng = snap(lat, lng)


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

    ``given`` may hold any of ``TEXTS``, ``LISTS``, ``PLAIN`` and ``POINT``. At home, street and point
    are the resident's own. Raises ``NotAllowed`` (``not_your_resident``) or ``Invalid`` at the field
    that is wrong.
    """
    acting = people.acting(by, resident, deed="ask", now=now)
    rules.check_acts(acts=bool(acting) or queries.takes_calls_of(by, resident, now=now))
    rules.check_known(channel, Channel.values, field="channel")
    request = HelpRequest(
        number=new_number(HelpRequest, "R"),
        key=resident.key,
        resident=resident,
        region=resident.region,
        asked_by=by,
        grant=acting.grant if acting else None,
        channel=channel,
        call_number=plain(call_number, field="call_number")[:20],
        made_at=now,
    )
    _write(request, given, now=now)
    request.save()
    record(events.REQUEST_DRAFTED, subject=request, by=by, at=now)
    return request


def _lock(request: HelpRequest) -> None:
    """Read the row again and hold it: a draft open in two windows may have been written on, or sent."""
    request.refresh_from_db(
        from_queryset=HelpRequest.objects.select_related(
            "key", "resident__key", "resident__region", "region", "service_type"
        ).select_for_update(of=("self",), no_key=True)
    )


@transaction.atomic
def change_draft(*, request: HelpRequest, by: User, now: datetime, **given: Any) -> HelpRequest:
    """Write on a draft. Raises as ``draft_request``, and ``Conflict`` (``not_a_draft``)."""
    rules.check_acts(acts=queries.speaks_for(by, request, now=now))
    _lock(request)
    rules.check_draft(request)
    _write(request, given, now=now)
    request.save()
    record(events.REQUEST_CHANGED, subject=request, by=by, at=now)
    return request


@transaction.atomic
def submit_request(*, request: HelpRequest, by: User, now: datetime) -> HelpRequest:
    """Send the request to the street, which answers within one working day.

    Where the service takes two volunteers, two are looked for. Raises ``NotAllowed``
    (``not_your_resident``), ``Conflict`` (``not_a_draft``) or ``Invalid`` (``what_missing``,
    ``when_missing``, ``too_soon``, ``where_missing``, ``not_from_afar``, ``wish_missing``,
    ``not_offered``, a time that is over, ``consent_missing`` with ``purposes``).
    """
    rules.check_acts(acts=queries.speaks_for(by, request, now=now))
    _lock(request)
    rules.check_draft(request)
    missing = people.missing_consents(request.resident, rules.NEEDED_CONSENTS)
    rules.check_whole(request, missing_consents=missing, now=now)
    move(
        request,
        RequestState.SUBMITTED,
        event=events.REQUEST_SUBMITTED,
        by=by,
        at=now,
        submitted_at=now,
        places=max(request.places, rules.least_volunteers(request.service_type)),
        answer_due_at=rules.answer_due(now),
    )
    return request

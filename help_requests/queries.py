"""Which requests and visits a viewer may see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, When

from accounts import queries as people
from accounts.models import ResidentProfile, User
from accounts.roles import Permission
from help_requests import rules
from help_requests.models import HelpRequest, ServiceType, Visit
from help_requests.states import Channel, RequestState, Tile, VisitState
from kernel.references import clean_number
from kernel.text import mask_name
from organizations.queries import organization_keys
from organizations.states import OrganizationState
from regions.models import Region

OFFICE = (Permission.ANSWER_REQUESTS,)
OPEN_VISITS = (VisitState.PLANNED, VisitState.MATCHED, VisitState.IN_SERVICE)
CALLS = (Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS)


def service_types() -> QuerySet[ServiceType]:
    """Return the catalogue as it is offered."""
    return ServiceType.objects.filter(is_active=True)


def tiles() -> list[tuple[Tile, list[ServiceType]]]:
    """Return the twelve pictures and "something else", each with its entries of the catalogue."""
    under: dict[str, list[ServiceType]] = {tile: [] for tile in Tile.values}
    for service_type in service_types():
        under[service_type.tile].append(service_type)
    return [(Tile(tile), entries) for tile, entries in under.items()]


def takes_calls_of(user: User, resident: ResidentProfile, *, now: datetime) -> bool:
    """Say whether ``user`` serves the resident's area on the phone or at the counter."""
    return people.may(user, *CALLS, region=resident.region, now=now)


def taken_down_at(
    user: User, resident: ResidentProfile, *, call_number: str, now: datetime
) -> Channel:
    """Return the door through which ``user`` asks for a caller: the hotline's, whose posts take calls
    and whose calls have a number, or a street's counter."""
    takes = people.may(user, Permission.TAKE_CALLS, region=resident.region, now=now)
    return Channel.HOTLINE if takes or call_number else Channel.COUNTER


def has_open_visits(request: HelpRequest) -> bool:
    """Say whether a visit of the request is to come or under way."""
    return request.visits.filter(state__in=OPEN_VISITS).exists()


def speaks_for(user: User, request: HelpRequest, *, now: datetime) -> bool:
    """Say whether ``user`` is the resident, holds a live grant, or took the call and still takes calls.

    Having asked once is not enough: a grant that ended ends what its proxy may do.
    """
    if people.acting(user, request.resident, deed="ask", now=now):
        return True
    return request.asked_by_id == user.pk and takes_calls_of(user, request.resident, now=now)


def shown_name(viewer: User, request: HelpRequest, *, now: datetime) -> str:
    """Return who the help is for: in full to the resident's own side, covered to every desk and body,
    also the one that asks for a caller (``accounts.actions.reveal`` shows it, and leaves a trace)."""
    resident = request.resident
    is_side = resident.pk in people.resident_keys(viewer, now=now)
    return str(resident.name) if is_side else mask_name(str(resident.name))


class CancelFacts(TypedDict):
    """What ``rules.check_cancels`` asks about who calls a request off."""

    is_side: bool
    in_scope: bool


def cancel_facts(user: User, request: HelpRequest, *, now: datetime) -> CancelFacts:
    """Return whether ``user`` speaks for the resident, or answers for the place of the request."""
    return {
        "is_side": speaks_for(user, request, now=now),
        "in_scope": people.may(user, *OFFICE, region=request.region, now=now),
    }


def _seen_by(viewer: User, *, now: datetime, field: str = "") -> Q:
    """Return the condition that a request (at ``field``) is the viewer's, or in the viewer's charge.

    Who took a call sees what they asked for the caller while they hold the post. What was never sent is
    seen by who wrote it, and by whom it is about.
    """
    residents = people.resident_keys(viewer, now=now)
    bodies = organization_keys(viewer, OrganizationState.VERIFIED, now=now)
    own_side = Q(**{f"{field}resident__in": residents})
    if not field:  # visits are of requests that were sent
        own_side &= Q(submitted_at__isnull=False) | Q(asked_by=viewer) | Q(resident__user=viewer)
    return (
        own_side
        | (
            Q(**{f"{field}asked_by": viewer})
            & people.scope_q(viewer, *CALLS, now=now, field=f"{field}resident__region")
        )
        | Q(**{f"{field}in_charge__in": bodies})
    )


def requests_for(viewer: User | None, *, now: datetime) -> QuerySet[HelpRequest]:
    """Return requests of the viewer's side, of the viewer's organization, or of the viewer's area."""
    if viewer is None:
        return HelpRequest.objects.none()
    office = people.scope_q(viewer, *OFFICE, now=now) & ~Q(state=RequestState.DRAFT)
    return _rows(HelpRequest.objects.filter(_seen_by(viewer, now=now) | office))


def _rows(found: QuerySet[HelpRequest]) -> QuerySet[HelpRequest]:
    """Fetch with the requests what every page about them shows."""
    return found.select_related(
        "key",
        "resident__key",
        "resident__region",
        "service_type",
        "region__parent",
        "in_charge",
    ).prefetch_related(Prefetch("visits", Visit.objects.order_by("starts_at", "pk")))


def my_requests(viewer: User, *, now: datetime) -> QuerySet[HelpRequest]:
    """Return the requests of the residents that the viewer is or may ask for, newest first; what was
    never sent only where the viewer wrote it."""
    mine = people.my_residents(viewer, now=now).values("pk")
    shown = Q(submitted_at__isnull=False) | Q(asked_by=viewer)
    return _rows(HelpRequest.objects.filter(shown, resident__in=mine)).order_by("-pk")


def requests_to_copy(user: User, *, now: datetime) -> QuerySet[HelpRequest]:
    """Return ``my_requests`` and every other one about the person, newest first: what a copy holds."""
    mine = my_requests(user, now=now).order_by().values("pk")
    return _rows(HelpRequest.objects.filter(Q(pk__in=mine) | Q(resident__user=user))).order_by(
        "-pk"
    )


def half_written(user: User, resident: ResidentProfile, *, now: datetime) -> HelpRequest | None:
    """Return the draft that ``user`` began for the resident and has not sent, the newest."""
    drafts = my_requests(user, now=now).filter(resident=resident, state=RequestState.DRAFT)
    return drafts.first()


def find_requests(
    viewer: User | None, *, now: datetime, number: str = "", resident: ResidentProfile | None = None
) -> QuerySet[HelpRequest]:
    """Return what the hotline finds while a caller waits: by the request's whole number or the caller.

    Only in the area whose calls the viewer takes, sent requests and the viewer's own drafts.
    """
    wanted = Q(pk__in=[])
    if number:
        wanted |= Q(number=clean_number(number))
    if resident:
        wanted |= Q(resident=resident)
    area = people.scope_q(viewer, *CALLS, now=now, field="resident__region")
    drafts = Q(state=RequestState.DRAFT) & ~Q(asked_by=viewer)
    return _rows(HelpRequest.objects.filter(wanted & area & ~drafts)).order_by("-pk")


def request_queue(
    viewer: User, *, now: datetime, state: str = "", text: str = ""
) -> QuerySet[HelpRequest]:
    """Return the requests of the viewer's area: what waits for an answer, the one due first at the top;
    then what is under way, and at the end what is over.

    ``text`` is a number as people say it, or part of one, or words of the kind of service.
    """
    area = people.scope_q(viewer, *OFFICE, now=now)
    found = _rows(HelpRequest.objects.filter(area)).exclude(state=RequestState.DRAFT)
    if state:
        found = found.filter(state=state)
    if text:
        named = Q(service_type__name_zh__icontains=text) | Q(service_type__name_en__icontains=text)
        if number := clean_number(text):
            named |= Q(number__contains=number)
        found = found.filter(named)
    ended = [state for state in RequestState if HelpRequest.machine.is_final(state)]
    turn = Case(
        When(state=RequestState.SUBMITTED, then=0), When(state__in=ended, then=2), default=1
    )
    return found.order_by(turn, "answer_due_at", "pk")


def answers_by_path(
    region: Region, *, since: datetime, now: datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """Return, by street (its path), the requests sent since then, and those that were answered in time;
    what still waits is in time until its day is over."""
    in_time = Q(answered_at__lte=F("answer_due_at")) | Q(
        answered_at__isnull=True, answer_due_at__gt=now
    )
    sent = HelpRequest.objects.filter(region__path__startswith=region.path, submitted_at__gte=since)
    return _counts(sent, Q(), in_time)


def visits_by_path(region: Region, *, since: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Return, by street (its path), the visits served since then, and those that nobody came to."""
    ended = Visit.objects.filter(region__path__startswith=region.path, ends_at__gte=since)
    served, unfilled = Q(state=VisitState.COMPLETED), Q(state=VisitState.UNFILLED)
    return _counts(ended, served, unfilled)


def _counts(rows: "QuerySet[Any]", one: Q, other: Q) -> tuple[dict[str, int], dict[str, int]]:
    """Count, by street, the rows for which each of two conditions holds, in one look."""
    found = list(
        rows.values_list("region__path")
        .annotate(one=Count("pk", filter=one), other=Count("pk", filter=other))
        .order_by()
    )
    return {path: n for path, n, _m in found}, {path: m for path, _n, m in found}


def visits_for(viewer: User | None, *, now: datetime) -> QuerySet[Visit]:
    """Return the visits of the requests that the viewer may see; volunteers come through matching."""
    if viewer is None:
        return Visit.objects.none()
    # Visits exist from acceptance on, so no draft can be seen through them.
    office = people.scope_q(viewer, *OFFICE, now=now)
    return Visit.objects.filter(
        _seen_by(viewer, now=now, field="request__") | office
    ).select_related(
        "request__key",
        "request__resident__key",
        "request__resident__region",
        "request__service_type",
        "request__region__parent",
        "region",
        "arrival_code__key",
    )


def shown_state(request: HelpRequest) -> tuple[str, str]:
    """Return ``rules.shown_state`` of the request and its visits."""
    visits = sorted(request.visits.all(), key=lambda visit: (visit.starts_at, visit.pk))
    return rules.shown_state(request.state, [visit.state for visit in visits])


def visits_of(requests: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return (reference, state) of the visits of each request, named by its key, in order of time."""
    found: dict[int, list[tuple[str, str]]] = {key: [] for key in requests}
    visits = Visit.objects.filter(request__in=found).order_by("starts_at", "pk")
    for key, ref, state in visits.values_list("request", "ref", "state"):
        found[key].append((ref, state))
    return found


def arrival_code_for(viewer: User | None, visit: Visit, *, now: datetime) -> str | None:
    """Return the code for the resident's side, from two hours before to the end; else None."""
    if not rules.is_code_shown(visit, now=now):
        return None
    if people.acting(viewer, visit.request.resident, deed="ask", now=now) is None:
        return None
    arrival = getattr(visit, "arrival_code", None)
    return str(arrival.code) if arrival else None


def wrong_tries(visit: Visit) -> int:
    """Return how often a wrong arrival code was typed; a visit without a code has no try left.

    (Some of several volunteers may come to a visit that was never filled: there is no code then.)
    """
    arrival = getattr(visit, "arrival_code", None)
    return arrival.tries if arrival else rules.MOST_TRIES

"""Which requests and visits a viewer may see."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from help_requests import rules
from help_requests.models import HelpRequest, ServiceType, Visit
from help_requests.states import RequestState, VisitState
from organizations.queries import my_organizations

OFFICE = (Permission.ANSWER_REQUESTS,)


def service_types() -> QuerySet[ServiceType]:
    """Return the catalogue as it is offered."""
    return ServiceType.objects.filter(is_active=True)


def _seen_by(viewer: User, *, now: datetime, field: str = "") -> Q:
    """Return the condition that a request (at ``field``) is the viewer's, or in the viewer's charge."""
    residents = people.my_residents(viewer, now=now).values("pk")
    return (
        Q(**{f"{field}resident__in": residents})
        | Q(**{f"{field}asked_by": viewer})
        | Q(**{f"{field}in_charge__in": my_organizations(viewer, now=now).values("pk")})
    )


def requests_for(viewer: User | None, *, now: datetime) -> QuerySet[HelpRequest]:
    """Return requests of the viewer's side, of the viewer's organization, or of the viewer's area."""
    if viewer is None:
        return HelpRequest.objects.none()
    office = people.scope_q(viewer, *OFFICE, now=now) & ~Q(state=RequestState.DRAFT)
    return (
        HelpRequest.objects.filter(_seen_by(viewer, now=now) | office)
        .select_related(
            "key",
            "resident__key",
            "resident__region",
            "service_type",
            "region__parent",
            "in_charge",
        )
        .prefetch_related(Prefetch("visits", Visit.objects.order_by("starts_at")))
    )


def my_requests(viewer: User, *, now: datetime) -> QuerySet[HelpRequest]:
    """Return requests that the viewer's side asked, newest first."""
    residents = people.my_residents(viewer, now=now).values("pk")
    return (
        requests_for(viewer, now=now)
        .filter(Q(resident__in=residents) | Q(asked_by=viewer))
        .order_by("-pk")
    )


def request_queue(
    viewer: User, *, now: datetime, state: str = "", text: str = ""
) -> QuerySet[HelpRequest]:
    """Return the requests of the viewer's area, the one due first at the top."""
    found = requests_for(viewer, now=now).filter(people.scope_q(viewer, *OFFICE, now=now))
    found = found.exclude(state=RequestState.DRAFT)
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(
            Q(number__icontains=text)
            | Q(service_type__name_zh__icontains=text)
            | Q(service_type__name_en__icontains=text)
        )
    return found.order_by("answer_due_at", "pk")


def visits_for(viewer: User | None, *, now: datetime) -> QuerySet[Visit]:
    """Return the visits of the requests that the viewer may see; volunteers come through matching."""
    if viewer is None:
        return Visit.objects.none()
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
    """Return (machine, state) as the resident sees it: the request's own, or from ACCEPTED on that of
    its next visit (HOUSE §2)."""
    if request.state != RequestState.ACCEPTED:
        return "help_requests_helprequest", request.state
    visits = sorted(request.visits.all(), key=lambda visit: (visit.starts_at, visit.pk))
    ahead = [v for v in visits if not Visit.machine.is_final(v.state)]
    if ahead:
        return "help_requests_visit", ahead[0].state
    return (
        ("help_requests_visit", visits[-1].state)
        if visits
        else (
            "help_requests_helprequest",
            request.state,
        )
    )


def arrival_code_for(viewer: User, visit: Visit, *, now: datetime) -> str | None:
    """Return the code for the resident's side, from two hours before to the end; else None."""
    if not rules.is_code_shown(visit, now=now):
        return None
    if people.acting(viewer, visit.request.resident, deed="ask", now=now) is None:
        return None
    arrival = getattr(visit, "arrival_code", None)
    return str(arrival.code) if arrival else None


def visits_to_fill(*, now: datetime) -> QuerySet[Visit]:
    """Return visits whose start is over and that nobody took."""
    return Visit.objects.filter(state=VisitState.PLANNED, ends_at__lte=now)

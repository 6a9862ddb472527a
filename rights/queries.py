"""Which cases a viewer may see."""

import secrets
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel import vault
from kernel.references import clean_number
from organizations import queries as bodies
from organizations.models import Membership
from rights.models import Appeal, Complaint, Incident
from rights.states import CaseState, IncidentState
from service_records.models import ServiceRecord

RUNNING = (
    CaseState.SUBMITTED,
    CaseState.ACKNOWLEDGED,
    CaseState.IN_HAND,
    CaseState.UNDER_REVIEW,
)


def complaints_for(viewer: User | None, *, now: datetime) -> QuerySet[Complaint]:
    """Return the viewer's own complaints, and those of the viewer's area that are not about the viewer."""
    if viewer is None:
        return Complaint.objects.none()
    mine = Membership.objects.filter(user=viewer).values("organization")
    handled = (
        people.scope_q(viewer, Permission.HANDLE_CASES, now=now)
        & (Q(about_user__isnull=True) | ~Q(about_user=viewer))
        & (Q(about_organization__isnull=True) | ~Q(about_organization__in=mine))
    )
    return (
        Complaint.objects.filter(Q(by=viewer) | handled)
        .select_related(
            "key", "region__parent", "about_user__volunteer", "about_organization", "handler"
        )
        .order_by("conclude_by", "pk")
    )


def appeals_for(viewer: User | None, *, now: datetime) -> QuerySet[Appeal]:
    """Return the viewer's own appeals, and those of the viewer's area that the viewer did not decide."""
    if viewer is None:
        return Appeal.objects.none()
    handled = (
        people.scope_q(viewer, Permission.HANDLE_CASES, now=now)
        & ~Q(by=viewer)
        & (Q(record__recorded_by__isnull=True) | ~Q(record__recorded_by=viewer))
        & ~Q(record__reviews__reviewer=viewer)
    )
    return (
        Appeal.objects.filter(Q(by=viewer) | handled)
        .select_related(
            "key",
            "by__volunteer",
            "record__region",
            "record__organization",
            "region__parent",
            "handler",
        )
        .distinct()
        .order_by("conclude_by", "pk")
    )


def incidents_for(viewer: User | None, *, now: datetime) -> QuerySet[Incident]:
    """Return the viewer's own reports, and those of the viewer's area or organization."""
    if viewer is None:
        return Incident.objects.none()
    mine = bodies.my_organizations(viewer, now=now).values("pk")
    return (
        Incident.objects.filter(
            Q(by=viewer)
            | people.scope_q(viewer, Permission.HANDLE_INCIDENTS, now=now)
            | Q(assignment__opening__organization__in=mine)
        )
        .select_related("key", "region__parent", "assignment__opening", "handler")
        .order_by("-pk")
    )


def case_queue(viewer: User, *, now: datetime) -> list[Complaint | Appeal]:
    """Return the running cases that are the viewer's to handle, the one due first at the top."""
    complaints = complaints_for(viewer, now=now).filter(state__in=RUNNING)
    appeals = appeals_for(viewer, now=now).filter(state__in=RUNNING).exclude(by=viewer)
    cases: list[Complaint | Appeal] = [*complaints.exclude(by=viewer), *appeals]
    return sorted(cases, key=lambda case: (case.conclude_by, case.pk))


def open_incidents(viewer: User, *, now: datetime) -> QuerySet[Incident]:
    """Return the incidents of the viewer's area that are not closed."""
    return incidents_for(viewer, now=now).exclude(state=IncidentState.CLOSED).exclude(by=viewer)


def track(number: str, code: str) -> Complaint | None:
    """Return the complaint with this number and code, for who has no account; the same work either way."""
    complaint = Complaint.objects.select_related("key").filter(number=clean_number(number)).first()
    asked = vault.blind("complaint-code", clean_number(code))
    kept = complaint.track_index if complaint else vault.blind("complaint-code", "")
    fits = secrets.compare_digest(asked, kept)
    return complaint if complaint and complaint.track_index and fits else None


def decided_by(record: ServiceRecord) -> set[int | None]:
    """Return the keys of all who had a part in a record: volunteer, recorder, reviewers."""
    return {
        record.volunteer_id,
        record.recorded_by_id,
        record.approved_by_id,
        *record.reviews.values_list("reviewer", flat=True),
    } - {None}

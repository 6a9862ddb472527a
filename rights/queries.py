"""Which cases a viewer may see."""

import secrets
from datetime import date, datetime
from typing import Any, TypedDict

from django.db.models import F, Q, QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel import vault
from kernel.references import clean_number
from kernel.workdays import local_date
from matching.models import Assignment
from matching.queries import assignments_for
from organizations import queries as bodies
from organizations.models import Membership
from rights.models import Appeal, Complaint, Incident
from rights.states import RUNNING, CaseState, IncidentState
from service_records.models import HoursReview, ServiceRecord


def complaints_for(viewer: User | None, *, now: datetime) -> QuerySet[Complaint]:
    """Return the viewer's own complaints, and those of the viewer's area that are not about the viewer."""
    if viewer is None:
        return Complaint.objects.none()
    mine = Membership.objects.filter(user=viewer).values("organization")
    decided = ServiceRecord.objects.filter(
        Q(volunteer=viewer)
        | Q(recorded_by=viewer)
        | Q(approved_by=viewer)
        | Q(reviews__reviewer=viewer)
    ).values("assignment")
    # An absent value compares to nothing in SQL, so each "not" stands beside "or there is none".
    handled = (
        people.scope_q(viewer, Permission.HANDLE_CASES, now=now)
        & (Q(about_user__isnull=True) | ~Q(about_user=viewer))
        & (Q(about_organization__isnull=True) | ~Q(about_organization__in=mine))
        & (Q(assignment__isnull=True) | ~Q(assignment__in=decided))
        & (Q(assignment__isnull=True) | ~Q(assignment__volunteer=viewer))
    )
    return (
        Complaint.objects.filter(Q(by=viewer) | handled)
        .select_related(
            "key",
            "region__parent",
            "about_user__volunteer",
            "about_organization",
            "assignment__volunteer__volunteer",
            "assignment__opening__visit__request__service_type",
            "assignment__opening__shift__project",
            "handler__key",
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
        & (Q(record__approved_by__isnull=True) | ~Q(record__approved_by=viewer))
        & ~Q(record__in=HoursReview.objects.filter(reviewer=viewer).values("record"))
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
        .order_by("conclude_by", "pk")
    )


def incidents_for(viewer: User | None, *, now: datetime) -> QuerySet[Incident]:
    """Return the viewer's own reports, and those of the viewer's area or organization."""
    if viewer is None:
        return Incident.objects.none()
    mine = bodies.organization_keys(viewer, now=now)
    return (
        Incident.objects.filter(
            Q(by=viewer)
            | people.scope_q(viewer, Permission.HANDLE_INCIDENTS, now=now)
            | Q(assignment__opening__organization__in=mine)
        )
        .select_related("key", "region__parent", "assignment__opening", "handler")
        .order_by("-pk")
    )


class AppealFacts(TypedDict):
    """What ``rules.check_appeals`` asks about a record."""

    decided_at: datetime | None
    is_corrected: bool
    is_running: bool


def appeal_facts(record: ServiceRecord) -> AppealFacts:
    """Return when a record was decided, whether another stands in its place, whether an appeal runs."""
    last = None if record.approved_at else record.reviews.last()
    return {
        "decided_at": record.approved_at or (last.at if last else None),
        "is_corrected": ServiceRecord.objects.filter(corrects=record).exists(),
        "is_running": Appeal.objects.filter(record=record, state__in=RUNNING).exists(),
    }


def case_queue(viewer: User, *, now: datetime) -> list[Complaint | Appeal]:
    """Return the running cases that are the viewer's to handle, the one due first at the top."""
    complaints = complaints_for(viewer, now=now).filter(state__in=RUNNING)
    appeals = appeals_for(viewer, now=now).filter(state__in=RUNNING).exclude(by=viewer)
    cases: list[Complaint | Appeal] = [*complaints.exclude(by=viewer), *appeals]
    return sorted(cases, key=lambda case: (case.due_on or case.conclude_by, case.pk))


def case_for(viewer: User, ref: str, *, now: datetime) -> Complaint | Appeal | None:
    """Return the case with this reference, decided or not, when it is the viewer's own or to handle."""
    complaint = complaints_for(viewer, now=now).filter(ref=ref).first()
    return complaint or appeals_for(viewer, now=now).filter(ref=ref).first()


def my_cases(viewer: User, *, now: datetime) -> list[Complaint | Appeal]:
    """Return the viewer's own complaints and appeals, the newest first."""
    complaints = complaints_for(viewer, now=now).filter(by=viewer)
    appeals = appeals_for(viewer, now=now).filter(by=viewer)
    cases: list[Complaint | Appeal] = [*complaints, *appeals]
    return sorted(cases, key=lambda case: case.submitted_at, reverse=True)


def met_in(assignment: Assignment, *, by: User) -> User | None:
    """Return whom ``by`` met in a service: the resident whom the volunteer helped, else the volunteer."""
    if assignment.volunteer_id != by.pk:
        return assignment.volunteer
    visit = assignment.opening.visit
    return visit.request.resident.user if visit else None


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


def decided_by(record: ServiceRecord) -> set[int]:
    """Return the keys of all who had a part in a record: volunteer, recorder, reviewers."""
    keys = {record.volunteer_id, record.recorded_by_id, record.approved_by_id}
    keys |= set(record.reviews.values_list("reviewer", flat=True))
    return {key for key in keys if key}


def involved_in(case: Complaint | Appeal) -> set[int]:
    """Return the keys of everybody who must not deal with a case.

    Who brought it and whom it is about; everybody who has or had a post in the organization it is
    about; of the service it is about the volunteer and who recorded, approved or returned its hours.
    """
    if isinstance(case, Appeal):
        return {case.by_id, *decided_by(case.record)}
    keys = {case.by_id, case.about_user_id}
    if case.about_organization_id:
        posts = Membership.objects.filter(organization=case.about_organization_id)
        keys |= set(posts.values_list("user", flat=True))
    if case.assignment:
        keys.add(case.assignment.volunteer_id)
        for record in ServiceRecord.objects.filter(assignment=case.assignment):
            keys |= decided_by(record)
    return {key for key in keys if key}


def handlers_of(case: Complaint | Appeal, *, now: datetime) -> list[User]:
    """Return the case handlers whose it is: the nearest who are not part of it, else one level up."""
    return people.holders(case.region, Permission.HANDLE_CASES, now=now, without=involved_in(case))


def services_of(viewer: User, *, now: datetime) -> QuerySet[Assignment]:
    """Return the services that the viewer gave, or that a resident had whom the viewer is or acts for."""
    residents = people.resident_keys(viewer, now=now)
    return assignments_for(viewer, now=now).filter(
        Q(volunteer=viewer) | Q(opening__visit__request__resident__in=residents)
    )


def settled_on(case: Complaint | Appeal, *, now: datetime) -> date:
    """Return the local date of the latest answer; before there is one, of today."""
    last = case.rulings.order_by("pk").last()
    return local_date(last.at if last else now)


def is_own(case: Complaint | Appeal, *, by: User | None, code: str) -> bool:
    """Say whether the case was brought by ``by``, or by who has no account and knows its ``code``."""
    if by is not None:
        return case.by_id == by.pk
    return track(case.number, code) == case


def overdue_cases(model: type[Complaint] | type[Appeal], *, today: date) -> QuerySet[Any]:
    """Return the running cases of a kind whose clock has run out, and that was not announced yet."""
    waiting = Q(state=CaseState.SUBMITTED, acknowledge_by__lt=today) & ~Q(
        overdue_for=F("acknowledge_by"), overdue_for__isnull=False
    )
    in_hand = Q(
        state__in=[state for state in RUNNING if state != CaseState.SUBMITTED],
        conclude_by__lt=today,
    ) & ~Q(overdue_for=F("conclude_by"), overdue_for__isnull=False)
    return model.objects.filter(waiting | in_hand).order_by("conclude_by", "pk")


def overdue_incidents(*, now: datetime) -> QuerySet[Incident]:
    """Return the incidents whose 48 hours are over, not closed and not announced yet."""
    return Incident.objects.filter(report_due_at__lt=now, overdue_at__isnull=True).exclude(
        state=IncidentState.CLOSED
    )

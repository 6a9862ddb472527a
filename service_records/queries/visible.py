"""Which records a viewer may see, and which wait for whom."""

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from matching.models import Assignment
from organizations import queries as bodies
from organizations.models import Shift
from service_records.models import CheckIn, Evaluation, HoursReview, ServiceRecord
from service_records.states import Decision, RecordState

TO_CONFIRM = (RecordState.UNCONFIRMED, RecordState.FORCED, RecordState.RETURNED)
TO_REVIEW = (RecordState.PROPOSED, RecordState.HELD)
AT_HAND = (
    "volunteer__volunteer",
    "organization",
    "region__parent",
    "recorded_by__key",
    "approved_by__key",
    "assignment__opening__visit__request__service_type",
    "assignment__opening__visit__request__resident__key",
    "assignment__opening__visit__request__resident__region",
    "assignment__opening__visit__request__key",
    "assignment__opening__shift__project",
    "assignment__opening__region",
    "correction",
)


def records_for(viewer: User | None, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return the viewer's own records, and those to confirm, run or review."""
    if viewer is None:
        return ServiceRecord.objects.none()
    seen = Q(volunteer=viewer) | people.scope_q(
        viewer,
        Permission.REVIEW_HOURS,
        Permission.CONFIRM_SERVICE,
        Permission.HANDLE_CASES,
        now=now,
    )
    if mine := bodies.organization_keys(viewer, now=now):
        seen |= Q(organization__in=mine)
    if residents := people.resident_keys(viewer, now=now):  # four tables away
        seen |= Q(assignment__opening__visit__request__resident__in=residents)
    found = ServiceRecord.objects.filter(seen)
    return found.select_related(*AT_HAND).order_by("-service_on", "-pk")


def may_confirm(user: User, row: ServiceRecord, *, now: datetime) -> bool:
    """Say whether ``user`` confirms this record: resident's side, who runs it, or the street's clerk."""
    visit = row.assignment.opening.visit
    if visit and people.acting(user, visit.request.resident, deed="confirm", now=now):
        return True
    if bodies.is_member(user, row.organization, now=now):
        return True
    return people.may(user, Permission.CONFIRM_SERVICE, region=row.region, now=now)


def own_records(volunteer: User) -> QuerySet[ServiceRecord]:
    """Return a volunteer's own records, the newest first."""
    return (
        ServiceRecord.objects.filter(volunteer=volunteer)
        .select_related(*AT_HAND)
        .order_by("-service_on", "-pk")
    )


def records_to_confirm_at_home(viewer: User, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return what the residents that the viewer is or acts for have to confirm, the newest first."""
    residents = people.my_residents(viewer, now=now).values("pk")
    return (
        ServiceRecord.objects.filter(
            assignment__opening__visit__request__resident__in=residents,
            state=RecordState.UNCONFIRMED,
        )
        .select_related("assignment__opening__visit__request__service_type")
        .order_by("-service_on", "-pk")
    )


def review_queue(viewer: User, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return what the viewer may review, the one due first at the top.

    Left out: the viewer's own, those the viewer recorded, and those the viewer holds for a second: who
    returned or held one before it was handed in again may be that second.
    """
    holds = HoursReview.objects.filter(record=OuterRef("pk"), decision=Decision.HOLD)
    holder = holds.order_by("-at", "-pk").values("reviewer")[:1]
    return (
        ServiceRecord.objects.filter(
            people.scope_q(viewer, Permission.REVIEW_HOURS, now=now), state__in=TO_REVIEW
        )
        .exclude(volunteer=viewer)
        .exclude(recorded_by=viewer)
        .alias(holder=Subquery(holder))
        .exclude(state=RecordState.HELD, holder=viewer.pk)
        .select_related(*AT_HAND)
        .order_by("record_due_on", "pk")
    )


def next_to_review(viewer: User, record: ServiceRecord, *, now: datetime) -> ServiceRecord | None:
    """Return what comes after ``record`` in the viewer's queue; at its end what is due first."""
    others = review_queue(viewer, now=now).exclude(pk=record.pk)
    due = record.record_due_on
    after = Q(record_due_on__gt=due) | Q(record_due_on=due, pk__gt=record.pk)
    return others.filter(after).first() or others.first()


def organization_records(viewer: User | None, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return the records of the organizations that the viewer runs, the one due first at the top."""
    return (
        ServiceRecord.objects.filter(organization__in=bodies.organization_keys(viewer, now=now))
        .select_related(*AT_HAND)
        .order_by("record_due_on", "pk")
    )


def records_of_area(viewer: User | None, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return the records of the area in which the viewer's post confirms, the one due first at the top."""
    return (
        ServiceRecord.objects.filter(people.scope_q(viewer, Permission.CONFIRM_SERVICE, now=now))
        .select_related(*AT_HAND)
        .order_by("record_due_on", "pk")
    )


def records_to_confirm(
    viewer: User, *, now: datetime, state: str = "", project: str = "", shift: str = ""
) -> QuerySet[ServiceRecord]:
    """Return what waits for the viewer's organizations, by state, and by reference of project or shift."""
    found = organization_records(viewer, now=now)
    found = found.filter(state=state) if state else found.filter(state__in=TO_CONFIRM)
    if project:
        found = found.filter(assignment__opening__shift__project__ref=project)
    if shift:
        found = found.filter(assignment__opening__shift__ref=shift)
    return found


def shifts_to_confirm(viewer: User, *, now: datetime, most: int = 200) -> list[Shift]:
    """Return the shifts of which hours wait for the viewer's organizations, the oldest first."""
    waiting = records_to_confirm(viewer, now=now).order_by().values("assignment__opening__shift")
    shifts = Shift.objects.filter(pk__in=waiting).select_related("project")
    return list(shifts.order_by("starts_at", "pk")[:most])


def open_record(volunteer: User) -> ServiceRecord | None:
    """Return the service that the volunteer is in now."""
    return ServiceRecord.objects.filter(volunteer=volunteer, state=RecordState.OPEN).first()


def records_of(assignment: Assignment) -> QuerySet[ServiceRecord]:
    """Return the records of a task, oldest first; more than one after midnight or a correction."""
    return (
        ServiceRecord.objects.filter(assignment=assignment).select_related(*AT_HAND).order_by("pk")
    )


def check_in_of(assignment: Assignment) -> CheckIn | None:
    """Return the evidence of coming and going."""
    return CheckIn.objects.filter(assignment=assignment).select_related("key", "by").first()


def evaluations_for(viewer: User | None, *, now: datetime) -> QuerySet[Evaluation]:
    """Return the evaluations the viewer gave, and those of shifts and areas in the viewer's charge."""
    if viewer is None:
        return Evaluation.objects.none()
    mine = bodies.organization_keys(viewer, now=now)
    return Evaluation.objects.filter(
        Q(by=viewer)
        | Q(assignment__opening__organization__in=mine)
        | people.scope_q(viewer, Permission.DISPATCH, now=now, field="assignment__opening__region")
    ).select_related("key", "assignment__opening__region", "by__key")

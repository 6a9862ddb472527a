"""Which records a viewer may see, and what they add up to."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel import vault
from kernel.workdays import local_date
from matching.models import Assignment
from organizations import queries as bodies
from organizations.models import Organization, Shift
from regions.models import Region
from service_records.models import CheckIn, Evaluation, ServiceRecord
from service_records.rules import STEP_SECONDS
from service_records.states import Evidence, Face, RecordState

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
    residents = people.resident_keys(viewer, now=now)
    mine = bodies.organization_keys(viewer, now=now)
    return (
        ServiceRecord.objects.filter(
            Q(volunteer=viewer)
            | Q(organization__in=mine)
            | Q(assignment__opening__visit__request__resident__in=residents)
            | people.scope_q(
                viewer,
                Permission.REVIEW_HOURS,
                Permission.CONFIRM_SERVICE,
                Permission.HANDLE_CASES,
                now=now,
            )
        )
        .select_related(*AT_HAND)
        .order_by("-service_on", "-pk")
    )


def review_queue(viewer: User, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return what the viewer may review, the one due first at the top.

    Left out: the viewer's own, those the viewer recorded, and those the viewer has held for a second.
    """
    return (
        ServiceRecord.objects.filter(
            people.scope_q(viewer, Permission.REVIEW_HOURS, now=now), state__in=TO_REVIEW
        )
        .exclude(volunteer=viewer)
        .exclude(recorded_by=viewer)
        .exclude(state=RecordState.HELD, reviews__reviewer=viewer)
        .select_related(*AT_HAND)
        .order_by("record_due_on", "pk")
    )


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


def counted(volunteer: User) -> QuerySet[ServiceRecord]:
    """Return the approved records of a volunteer that nobody corrects: what totals are made of."""
    return ServiceRecord.objects.filter(
        volunteer=volunteer, state=RecordState.APPROVED, correction__isnull=True
    )


class Totals(NamedTuple):
    """Minutes of the two classes of evidence, which are never added into one figure."""

    verified: int
    declared: int


def totals(volunteer: User) -> Totals:
    """Return the volunteer's minutes that count."""
    sums = dict(counted(volunteer).values_list("evidence").annotate(sum=Sum("minutes")).order_by())
    return Totals(sums.get(Evidence.VERIFIED, 0), sums.get(Evidence.DECLARED, 0))


def day_minutes(volunteer: User, day: date) -> int:
    """Return the minutes of one volunteer on one local day, all records that are not turned down."""
    rows = (
        ServiceRecord.objects.filter(volunteer=volunteer, service_on=day, correction__isnull=True)
        .exclude(state=RecordState.RETURNED)
        .aggregate(sum=Sum("minutes"))
    )
    return int(rows["sum"] or 0)


def minutes_by_path(region: Region, *, since: date) -> dict[str, int]:
    """Return the verified minutes approved for services since that day, by street (its path)."""
    return dict(
        ServiceRecord.objects.filter(
            region__path__startswith=region.path,
            service_on__gte=since,
            state=RecordState.APPROVED,
            evidence=Evidence.VERIFIED,
            correction__isnull=True,
        )
        .values_list("region__path")
        .annotate(sum=Sum("minutes"))
        .order_by()
    )


FEWEST = 5  # services or evaluations behind a published share


def recording_of(organization: Organization, *, now: datetime) -> int | None:
    """Return the per cent of an organization's services that were recorded within ten working days
    (民政部令67号 Art 11); None while fewer than five are due."""
    due = ServiceRecord.objects.filter(
        organization=organization, corrects__isnull=True, record_due_on__lt=local_date(now)
    )
    whole = due.count()
    in_time = due.filter(recorded_at__isnull=False).filter(
        recorded_at__date__lte=F("record_due_on")
    )
    return round(100 * in_time.count() / whole) if whole >= FEWEST else None


def satisfaction_of(organization: Organization) -> int | None:
    """Return the per cent of good faces that residents and volunteers gave; None below five."""
    given = Evaluation.objects.filter(assignment__opening__organization=organization).exclude(
        face=""
    )
    whole = given.count()
    return round(100 * given.filter(face=Face.GOOD).count() / whole) if whole >= FEWEST else None


def step_at(now: datetime) -> int:
    """Return the number of the rotating code's step at ``now``."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(shift: Shift, step: int) -> str:
    """Return the six digits of a step; who has only the database cannot make them."""
    return f"{int(vault.blind('rotating-code', f'{shift.ref} {step}')[:12], 16) % 10**6:06d}"


def rotating_code(shift: Shift, *, now: datetime) -> tuple[str, int]:
    """Return the code on the coordinator's screen and for how many seconds it stays."""
    return code_at(shift, step_at(now)), STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS


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

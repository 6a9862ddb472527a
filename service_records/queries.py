"""Which records a viewer may see, and what they add up to."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts import queries as people
from accounts.models import Consent, User, VolunteerProfile
from accounts.roles import Permission
from accounts.states import Purpose
from kernel import vault
from kernel.refusals import Refusal, refusal_of
from kernel.text import mask_name
from kernel.workdays import local_date
from matching.models import Application, Assignment
from matching.states import ApplicationState, AssignmentState
from organizations import queries as bodies
from organizations.models import Organization, Shift
from regions.models import Region
from service_records import rules
from service_records.models import CheckIn, Evaluation, HoursReview, ServiceRecord
from service_records.states import Activity, Decision, Evidence, Face, RecordState

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


def own_records(volunteer: User) -> QuerySet[ServiceRecord]:
    """Return a volunteer's own records, the newest first."""
    return (
        ServiceRecord.objects.filter(volunteer=volunteer)
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


def next_to_review(viewer: User, record: ServiceRecord, *, now: datetime) -> ServiceRecord | None:
    """Return what comes after ``record`` in the viewer's queue; at its end what is due first."""
    others = review_queue(viewer, now=now).exclude(pk=record.pk)
    due = record.record_due_on
    after = Q(record_due_on__gt=due) | Q(record_due_on=due, pk__gt=record.pk)
    return others.filter(after).first() or others.first()


class Pair(NamedTuple):
    """Earlier services of a volunteer with the same resident, or with the same organization.

    ``minutes`` are those that count; ``returned`` were sent back at least once; ``latest`` first.
    """

    services: int
    minutes: int
    returned: int
    corrected: int
    latest: list[ServiceRecord]


def pair_history(record: ServiceRecord, viewer: User, *, now: datetime, most: int = 5) -> Pair:
    """Return what the same two did before ``record``, as far as the viewer may see it."""
    visit = record.assignment.opening.visit
    same = (
        Q(assignment__opening__visit__request__resident=visit.request.resident_id)
        if visit
        else Q(organization=record.organization_id)
    )
    rows = (
        records_for(viewer, now=now)
        .filter(same, volunteer=record.volunteer_id, service_on__lte=record.service_on)
        .exclude(pk=record.pk)
    )
    counts = Q(state=RecordState.APPROVED, correction__isnull=True)
    sums = rows.order_by().aggregate(
        services=Count("assignment", distinct=True),
        minutes=Sum("minutes", filter=counts, default=0),
        corrected=Count("pk", filter=Q(corrects__isnull=False)),
    )
    sent_back = HoursReview.objects.filter(
        record__in=rows.order_by().values("pk"), decision=Decision.RETURN
    )
    returned = sent_back.values("record").distinct().count()
    return Pair(returned=returned, latest=list(rows[:most]), **sums)


def organization_records(viewer: User | None, *, now: datetime) -> QuerySet[ServiceRecord]:
    """Return the records of the organizations that the viewer runs, the one due first at the top."""
    return (
        ServiceRecord.objects.filter(organization__in=bodies.organization_keys(viewer, now=now))
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


class Sheet(NamedTuple):
    """A record to confirm, and its evidence.

    ``day_minutes`` are those of the volunteer on that day; ``against`` says why it is not confirmed
    together with others, None that it may be.
    """

    record: ServiceRecord
    check_in: CheckIn | None
    day_minutes: int
    against: Refusal | None


def sheets(records: Iterable[ServiceRecord], *, by: User, now: datetime) -> list[Sheet]:
    """Return the evidence of ``records``, judged for ``by``, in as many queries for many as for one."""
    rows = list(records)
    check_ins = {
        row.assignment_id: row
        for row in CheckIn.objects.filter(
            assignment__in={record.assignment_id for record in rows}
        ).defer("point")
    }
    days = {
        (volunteer, day): minutes
        for volunteer, day, minutes in _counting()
        .filter(
            volunteer__in={record.volunteer_id for record in rows},
            service_on__in={record.service_on for record in rows},
        )
        .values_list("volunteer", "service_on")
        .annotate(sum=Sum("minutes"))
        .order_by()
    }
    mine = bodies.organization_keys(by, now=now)
    found = []
    for record in rows:
        facts = {
            "record": record,
            "check_in": check_ins.get(record.assignment_id),
            "day_minutes": days.get((record.volunteer_id, record.service_on), 0),
        }
        may = record.organization_id in mine or people.may(
            by, Permission.CONFIRM_SERVICE, region=record.region, now=now
        )
        against = refusal_of(rules.check_together, may=may, by=by, **facts)
        found.append(Sheet(against=against, **facts))
    return found


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


def _counting() -> QuerySet[ServiceRecord]:
    """Return the records that make up a day: all that are neither corrected nor turned down."""
    return ServiceRecord.objects.filter(correction__isnull=True).exclude(state=RecordState.RETURNED)


def day_minutes(volunteer: User, day: date) -> int:
    """Return the minutes of one volunteer on one local day, all records that are not turned down."""
    rows = _counting().filter(volunteer=volunteer, service_on=day)
    return int(rows.aggregate(sum=Sum("minutes"))["sum"] or 0)


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


def recording_of(organization: Organization, *, now: datetime) -> int | None:
    """Return the per cent of an organization's services that were recorded in time."""
    return share_recorded([organization], now=now)


def share_recorded(organizations: Iterable[Organization], *, now: datetime) -> int | None:
    """Return the per cent of these organizations' services that were recorded within ten working days
    (民政部令67号 Art 11); None while fewer than five are due."""
    due = ServiceRecord.objects.filter(
        organization__in=organizations, corrects__isnull=True, record_due_on__lt=local_date(now)
    )
    in_time = Q(recorded_at__isnull=False, recorded_at__date__lte=F("record_due_on"))
    found = due.aggregate(whole=Count("pk"), kept=Count("pk", filter=in_time))
    return rules.published_share(found["kept"], found["whole"])


def satisfaction_of(organization: Organization) -> int | None:
    """Return the per cent of good faces that residents and volunteers gave; None below five."""
    given = Evaluation.objects.filter(assignment__opening__organization=organization).exclude(
        face=""
    )
    found = given.aggregate(whole=Count("pk"), good=Count("pk", filter=Q(face=Face.GOOD)))
    return rules.published_share(found["good"], found["whole"])


def step_at(now: datetime) -> int:
    """Return the number of the rotating code's step at ``now``."""
    return int(now.timestamp()) // rules.STEP_SECONDS


def code_at(shift: Shift, step: int) -> str:
    """Return the six digits of a step; who has only the database cannot make them."""
    return f"{int(vault.blind('rotating-code', f'{shift.ref} {step}')[:12], 16) % 10**6:06d}"


def rotating_code(shift: Shift, *, now: datetime) -> tuple[str, int]:
    """Return the code on the coordinator's screen and for how many seconds it stays."""
    return code_at(shift, step_at(now)), rules.STEP_SECONDS - int(
        now.timestamp()
    ) % rules.STEP_SECONDS


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


def helpers_of(
    viewer: User | None, *, now: datetime, activity: str = "", text: str = ""
) -> QuerySet[VolunteerProfile]:
    """Return who serves with the organizations that the viewer runs, whom they saw last at the top.

    These are volunteers with a place of theirs, now or before, or with an application that waits. Each row
    says ``last_on``, ``services``, ``verified`` and ``declared`` (minutes that count, with these
    organizations alone), and ``shares``: whether the volunteer allows sharing with organizations.
    ``text`` finds by name and number those who share only.
    """
    mine = bodies.organization_keys(viewer, now=now)
    held = Assignment.objects.filter(opening__organization__in=mine).exclude(
        state=AssignmentState.CANCELLED
    )
    asks = Application.objects.filter(
        opening__organization__in=mine, state__in=[ApplicationState.SENT, ApplicationState.WAITING]
    )
    given = ServiceRecord.objects.filter(
        volunteer=OuterRef("user"), organization__in=mine, correction__isnull=True
    ).order_by()
    approved = given.filter(state=RecordState.APPROVED).values("volunteer")
    minutes = approved.annotate(sum=Sum("minutes")).values("sum")
    found = VolunteerProfile.objects.filter(
        Q(user__in=held.values("volunteer")) | Q(user__in=asks.values("volunteer")),
        user__erased_at__isnull=True,
    ).annotate(
        last_on=Subquery(given.values("volunteer").annotate(d=Max("service_on")).values("d")),
        services=Coalesce(
            Subquery(approved.annotate(n=Count("assignment", distinct=True)).values("n")), 0
        ),
        verified=Coalesce(Subquery(minutes.filter(evidence=Evidence.VERIFIED)), 0),
        declared=Coalesce(Subquery(minutes.filter(evidence=Evidence.DECLARED)), 0),
        shares=Exists(
            Consent.objects.filter(
                user=OuterRef("user"), purpose=Purpose.SHARING, withdrawn_at__isnull=True
            )
        ),
    )
    since = local_date(now) - rules.LATELY
    by_activity = {
        Activity.RECENT: Q(last_on__gte=since),
        Activity.AWAY: Q(last_on__lt=since),
        Activity.NEW: Q(last_on__isnull=True),
    }
    if activity in by_activity:
        found = found.filter(by_activity[Activity(activity)])
    if text:
        found = found.filter(Q(name__icontains=text) | Q(number=text), shares=True)
    return found.order_by(F("last_on").desc(nulls_last=True), "-pk")


def name_shown(volunteer: VolunteerProfile) -> str:
    """Return the name of a row of ``helpers_of``: in full with the consent to share, else masked."""
    return volunteer.name if volunteer.shares else mask_name(volunteer.name)  # type: ignore[attr-defined]

"""Who served with whom before: a pair beside a review, an organization's helpers."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Consent, User, VolunteerProfile
from accounts.states import Purpose
from kernel.text import mask_name
from kernel.workdays import local_date
from matching.models import Application, Assignment
from matching.states import ApplicationState, AssignmentState
from organizations import queries as bodies
from organizations.states import OrganizationState
from service_records import rules
from service_records.models import HoursReview, ServiceRecord
from service_records.queries.visible import records_for
from service_records.states import Activity, Decision, Evidence, RecordState


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


def helpers_of(
    viewer: User | None, *, now: datetime, activity: str = "", text: str = ""
) -> QuerySet[VolunteerProfile]:
    """Return who serves with the organizations that the viewer runs, whom they saw last at the top.

    Only verified organizations have such a list: one that is suspended reads no names. These are
    volunteers with a place of theirs, now or before, or with an application that waits. Each row says
    ``last_on``, ``services``, ``verified`` and ``declared`` (minutes that count, with these organizations
    alone), and ``shares``: whether the volunteer allows sharing with organizations. ``text`` finds by
    name and number those who share only.
    """
    mine = bodies.organization_keys(viewer, OrganizationState.VERIFIED, now=now)
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

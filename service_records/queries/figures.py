"""What records add up to."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import User
from kernel.workdays import local_date
from organizations.models import Organization
from regions.models import Region
from service_records import rules
from service_records.models import Evaluation, ServiceRecord
from service_records.states import Evidence, Face, RecordState


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


def standing_records() -> QuerySet[ServiceRecord]:
    """Return the records that make up a day: all that are neither corrected nor turned down."""
    return ServiceRecord.objects.filter(correction__isnull=True).exclude(state=RecordState.RETURNED)


def day_minutes(volunteer: User, day: date) -> int:
    """Return the minutes of one volunteer on one local day, all records that are not turned down."""
    rows = standing_records().filter(volunteer=volunteer, service_on=day)
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

"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import F, Q, Sum

from kernel.workdays import local_date
from service_records.models import DayTotal, ServiceRecord
from service_records.rules import TOLERANCE, evidence_minutes
from service_records.states import Evidence, RecordState

SETTLED = (RecordState.PROPOSED, RecordState.HELD, RecordState.APPROVED)


def broken() -> Iterator[tuple[str, str]]:
    """Yield records whose people are not three (I9), whose minutes or day are wrong (I10)."""
    settled = ServiceRecord.objects.filter(state__in=SETTLED)
    same = settled.filter(
        Q(recorded_by=F("volunteer"))
        | Q(approved_by=F("volunteer"))
        | Q(approved_by=F("recorded_by"))
        | Q(recorded_by__isnull=True)
    )
    for pk in same.values_list("pk", flat=True):
        yield (
            "I9",
            f"service_records_servicerecord#{pk}: volunteer, recorder and approver are not three",
        )
    for row in settled.filter(corrects__isnull=True, evidence=Evidence.VERIFIED).iterator():
        if not 0 < row.minutes <= evidence_minutes(row) + TOLERANCE:
            yield "I10", f"service_records_servicerecord#{row.pk}: {row.minutes} minutes"
        if local_date(row.starts_at) != row.service_on:
            yield "I10", f"service_records_servicerecord#{row.pk}: of another day"
    yield from _days()


def _days() -> Iterator[tuple[str, str]]:
    sums = {
        (volunteer, day): minutes
        for volunteer, day, minutes in ServiceRecord.objects.filter(correction__isnull=True)
        .exclude(state=RecordState.RETURNED)
        .values_list("volunteer", "service_on")
        .annotate(sum=Sum("minutes"))
        .order_by()
    }
    for total in DayTotal.objects.iterator():
        true = sums.get((total.volunteer_id, total.day), 0)
        if true != total.minutes:
            yield "I10", f"service_records_daytotal#{total.pk}: {total.minutes}, counted {true}"

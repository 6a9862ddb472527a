"""Records to confirm as a clerk reads them: the evidence, and what speaks against a tick."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, Sum

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel.refusals import Refusal, refusal_of
from organizations import queries as bodies
from service_records import rules
from service_records.models import CheckIn, ServiceRecord
from service_records.queries.figures import standing_records


class Sheet(NamedTuple):
    """A record to confirm, and its evidence.

    ``day_minutes`` are those of the volunteer on that day with the organizations that the viewer runs:
    what somebody did elsewhere is not theirs to read. ``against`` says why it is not confirmed together
    with others, None that it may be; the whole day is judged, and not told.
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
    mine = bodies.organization_keys(by, now=now)
    days = {
        (volunteer, day): (whole, here)
        for volunteer, day, whole, here in standing_records()
        .filter(
            volunteer__in={record.volunteer_id for record in rows},
            service_on__in={record.service_on for record in rows},
        )
        .values_list("volunteer", "service_on")
        .annotate(
            whole=Sum("minutes"),
            here=Sum("minutes", filter=Q(organization__in=mine), default=0),
        )
        .order_by()
    }
    found = []
    for record in rows:
        whole, here = days.get((record.volunteer_id, record.service_on), (0, 0))
        check_in = check_ins.get(record.assignment_id)
        may = record.organization_id in mine or people.may(
            by, Permission.CONFIRM_SERVICE, region=record.region, now=now
        )
        against = refusal_of(
            rules.check_together,
            record=record,
            may=may,
            check_in=check_in,
            day_minutes=whole,
            by=by,
        )
        found.append(Sheet(record, check_in, here, against))
    return found

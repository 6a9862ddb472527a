"""Service as it was given, built through actions."""

from datetime import timedelta

from accounts.models import User
from accounts.states import DeskRole
from help_requests.models import ArrivalCode
from matching.models import Assignment, Opening
from service_records import actions
from service_records.models import ServiceRecord
from service_records.states import CheckMethod, ReturnReason
from tests.factories import accounts, matching
from tests.factories.help_requests import VISIT_AT

SERVED = timedelta(minutes=90)
DONE_AT = VISIT_AT + SERVED  # of the visit that the factories make
NEXT_DAY = DONE_AT + timedelta(days=1)


def open_record(of: Assignment | None = None) -> ServiceRecord:
    """Return the record of a service that has just begun, with the resident's code."""
    task = of or matching.assignment()
    code = ArrivalCode.objects.get(visit=task.opening.visit).code
    return actions.check_in(
        assignment=task,
        method=CheckMethod.ARRIVAL_CODE,
        code=str(code),
        by=task.volunteer,
        now=task.opening.starts_at,
    )


def unconfirmed(of: Assignment | None = None) -> ServiceRecord:
    """Return the record of a service of 90 minutes that is over."""
    row = open_record(of)
    return actions.check_out(
        assignment=row.assignment, by=row.volunteer, now=row.starts_at + SERVED
    )


def resident_of(row: ServiceRecord) -> User:
    """Return the account of the resident who was helped."""
    visit = row.assignment.opening.visit
    assert visit is not None
    assert visit.request.resident.user is not None
    return visit.request.resident.user


def proposed(of: Assignment | None = None) -> ServiceRecord:
    """Return a record that the resident confirmed."""
    row = unconfirmed(of)
    return actions.confirm_record(record=row, by=resident_of(row), now=DONE_AT)


def approved(of: Assignment | None = None, *, by: User | None = None) -> ServiceRecord:
    """Return a record that the street's reviewer approved."""
    row = proposed(of)
    reviewer = by or accounts.officer(DeskRole.REVIEWER, row.region)
    return actions.approve_hours(record=row, by=reviewer, now=NEXT_DAY)


def returned(of: Assignment | None = None, *, by: User | None = None) -> ServiceRecord:
    """Return a record that the street's reviewer sent back."""
    row = proposed(of)
    reviewer = by or accounts.officer(DeskRole.REVIEWER, row.region)
    return actions.return_hours(
        record=row, reason=ReturnReason.values[0], words="时间对不上", by=reviewer, now=NEXT_DAY
    )


def shift_record(
    of: Opening | None = None, who: User | None = None, *, minutes: int = 120
) -> ServiceRecord:
    """Return the record of a shift, of which its coordinator marked coming and going."""
    need = of or matching.shift_opening()
    task = Assignment.objects.get(application=matching.application(need, who))
    runs = need.shift.project.organization.registered_by
    by_hand = {"assignment": task, "by": runs, "method": CheckMethod.COORDINATOR}
    actions.check_in(now=need.starts_at, **by_hand)
    return actions.check_out(now=need.starts_at + timedelta(minutes=minutes), **by_hand)

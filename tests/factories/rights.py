"""Complaints, appeals and incidents, built through actions."""

from typing import Any

from accounts.models import User
from accounts.states import DeskRole
from rights import actions
from rights.models import Appeal, Complaint, Incident
from rights.states import AppealReason, ComplaintKind, IncidentKind
from service_records.models import ServiceRecord
from tests.factories import accounts, service_records
from tests.factories.accounts import NOON
from tests.factories.regions import street


def handler(**given: Any) -> User:
    """Return a case handler, of the first street unless told."""
    return accounts.officer(DeskRole.CASE_HANDLER, given.get("region") or street())


def complaint_with_code(**given: Any) -> tuple[Complaint, str]:
    """Return a complaint and, of who has no account (``by=None``), the code to follow it."""
    values = {
        "kind": ComplaintKind.PERSON,
        "words": "说话很不客气",
        "region": street(),
        "now": NOON,
        **given,
    }
    if "by" not in values:
        values["by"] = accounts.user()
    return actions.submit_complaint(**values)


def complaint(**given: Any) -> Complaint:
    """Return a complaint that has just arrived, of somebody with an account unless told."""
    return complaint_with_code(**given)[0]


def appeal(record: ServiceRecord | None = None, **given: Any) -> Appeal:
    """Return the volunteer's appeal against an approved record, made on the day after."""
    row = record or service_records.approved()
    values = {
        "reason": AppealReason.MINUTES,
        "words": "我做了两个小时",
        "claimed_minutes": 120,
        "by": row.volunteer,
        "now": service_records.NEXT_DAY,
        **given,
    }
    return actions.submit_appeal(record=row, **values)


def incident(**given: Any) -> Incident:
    """Return an incident that was put on record with nothing but its kind."""
    values = {"kind": IncidentKind.FALL, "region": street(), "now": NOON, **given}
    if "by" not in values:
        values["by"] = accounts.user()
    return actions.report_incident(**values)

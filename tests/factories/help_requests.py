"""Requests and visits, built through actions."""

from datetime import timedelta
from typing import Any

from accounts.models import ResidentProfile
from help_requests import actions
from help_requests.models import ArrivalCode, HelpRequest, ServiceType, Visit
from tests.factories.accounts import NOON, officer
from tests.factories.accounts import resident as make_resident

VISIT_AT = NOON + timedelta(days=2)


def service_type(code: str = "B1", **given: Any) -> ServiceType:
    """Return an entry of the catalogue, without loading the whole of it."""
    values = {
        "category": code[0],
        "tile": "medical",
        "name_zh": "陪同就医",
        "name_en": "Accompany to a doctor",
        "usual_minutes": 180,
        "national_code": "0017",
        **given,
    }
    entry, _made = ServiceType.objects.get_or_create(code=code, defaults=values)
    return entry


def draft(resident: ResidentProfile | None = None, **given: Any) -> HelpRequest:
    """Return a whole draft of a resident: one visit the day after tomorrow."""
    whose = resident or make_resident()
    values = {
        "service_type": given.get("service_type") or service_type(),
        "starts_at": VISIT_AT,
        "minutes": 120,
        "by": whose.user or whose.registered_by,
        "now": NOON,
        **given,
    }
    return actions.draft_request(resident=whose, **values)


def submitted(resident: ResidentProfile | None = None, **given: Any) -> HelpRequest:
    """Return a request that waits for the street's answer."""
    request = draft(resident, **given)
    return actions.submit_request(request=request, by=request.asked_by, now=NOON)


def accepted(resident: ResidentProfile | None = None, **given: Any) -> HelpRequest:
    """Return a request that the street accepted; its visits are planned."""
    answer = {
        name: given.pop(name) for name in ("in_charge", "only_own_volunteers") if name in given
    }
    request = submitted(resident, **given)
    office = officer(region=request.region)
    return actions.accept_request(request=request, by=office, now=NOON, **answer)


def visit(resident: ResidentProfile | None = None, **given: Any) -> Visit:
    """Return the planned visit of an accepted request."""
    return accepted(resident, **given).visits.get()


def matched_visit(resident: ResidentProfile | None = None, **given: Any) -> Visit:
    """Return a visit whose places are filled."""
    return actions.mark_visit_matched(visit=visit(resident, **given), by=None, now=NOON)


def arrival_code(of: Visit | None = None) -> ArrivalCode:
    """Return the code of a matched visit."""
    return ArrivalCode.objects.get(visit=of or matched_visit())

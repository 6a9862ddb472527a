"""A copy of everything that is kept about me, for me (PIPL Art 45)."""

import json
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import queries as people
from accounts.models import ResidentProfile, User
from help_requests import queries as requests
from incentives import queries as earned
from matching import queries as matched
from notifications import queries as told
from rights import queries as cases
from service_records import queries as served
from web.shared.pages import me


def _fields(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _resident(resident: ResidentProfile) -> dict[str, Any]:
    return {
        **_fields(resident, "number", "name", "phone", "birth_on", "sex", "address"),
        **_fields(resident, "certificate", "practical", "health_notes", "no_voice"),
        "disability": people.facts(resident.disability),
        "needs": people.listed(resident.needs),
        "guardian": people.facts(resident.guardian),
        "emergency_contact": people.facts(resident.emergency_contact),
        "consents": _consents(resident),
        "looks": [
            _fields(look, "field", "reason", "call_number", "at")
            for look in people.reveals_of(resident)
        ],
    }


def _consents(subject: User | ResidentProfile) -> list[dict[str, Any]]:
    names = ("purpose", "text_version", "given_at", "withdrawn_at")
    return [_fields(row, *names) for row in people.consents_of(subject)]


def _volunteer(user: User, *, now: datetime) -> dict[str, Any] | None:
    profile = people.volunteers_for(user, now=now).filter(user=user).first()
    if profile is None:
        return None
    return {
        **_fields(profile, "number", "name", "sex", "birth_on", "radius_m", "minutes_per_week"),
        "region": profile.region and profile.region.code,
        "skills": {skill.code: skill.level for skill in profile.skills.all()},
        "windows": list(profile.windows.values("weekday", "starts", "ends")),
        "papers": [
            _fields(paper, "kind", "number", "issuer", "issued_on", "valid_until", "state")
            for paper in people.credentials_for(user, now=now).filter(volunteer=profile)
        ],
    }


def everything(user: User, *, now: datetime) -> dict[str, Any]:
    """Return all that is kept about ``user``, opened, by room."""
    resident = people.my_residents(user, now=now).filter(user=user).first()
    return {
        "account": _fields(user, "ref", "name", "phone", "email", "language", "joined_at"),
        "consents": _consents(user),
        "devices": [
            _fields(row, "browser", "began_at", "seen_at")
            for row in people.sessions_of(user, now=now)
        ],
        "passkeys": [
            _fields(row, "name", "created_at", "last_used_at") for row in people.passkeys_of(user)
        ],
        "resident": _resident(resident) if resident else None,
        "volunteer": _volunteer(user, now=now),
        "help_requests": [
            _fields(row, "number", "state", "wish", "details", "starts_at", "made_at")
            for row in requests.requests_to_copy(user, now=now)
        ],
        "offers": [
            _fields(row, "state", "sent_at", "answered_at") for row in matched.offers_for(user)
        ],
        "tasks": [
            _fields(row, "state", "made_at", "ended_at")
            for row in matched.assignments_for(user, now=now).filter(volunteer=user)
        ],
        "service_records": [
            _fields(row, "number", "service_on", "minutes", "evidence", "state")
            for row in served.own_records(user)
        ],
        "points": [_fields(row, "kind", "amount", "at") for row in earned.entries_for(user)],
        "proofs": [
            _fields(row, "number", "starts_on", "ends_on", "issued_at")
            for row in earned.proofs_for(user, now=now)
        ],
        "complaints": [
            _fields(row, "number", "kind", "words", "state", "submitted_at")
            for row in cases.complaints_for(user, now=now).filter(by=user)
        ],
        "notices": [_fields(row, "kind", "made_at", "read_at") for row in told.notices_for(user)],
    }


@login_required
def copy(request: HttpRequest) -> HttpResponse:
    """Send the copy as a file; it is made now and kept nowhere."""
    now = timezone.now()
    body = json.dumps(
        everything(me(request), now=now), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1
    )
    name = f"volunteer-hub-{timezone.localdate(now).isoformat()}.json"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(body, content_type="application/json", headers=headers)

"""What a scene is, and the facts that several of them share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import (
    ResidentProfile,
    User,
    VolunteerProfile,
)
from help_requests.models import ServiceType, Visit
from matching.models import Application, Assignment, Opening
from matching.states import LIVE, ApplicationState
from organizations.models import Organization
from regions.models import Region

# What is fetched with a row, so that its scene asks nothing more; not a column beyond, they are many.
WHOM = ("resident__key", "resident__user__key")
REQUEST = ("service_type", "region", "in_charge", *WHOM)
WHAT = ("shift__project", "visit__request__service_type")
OPENING = (*WHAT, "region", "organization", *(f"visit__request__{name}" for name in WHOM))
TASK = ("volunteer__key", *(f"opening__{name}" for name in OPENING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What happened to whom; ``link`` is for those concerned, ``desk_link`` for the office that works on
    it, ``body_link`` for who runs the organization (as ``link`` where empty), ``side_link`` for the
    resident's side where ``link`` is somebody else's.

    ``situation`` is the subject's state now, or a word where the state alone does not say enough.
    """

    facts: dict[str, Any]
    link: str
    desk_link: str = ""
    body_link: str = ""
    side_link: str = ""
    situation: str = ""
    owner: User | None = None
    resident: ResidentProfile | None = None
    ward: VolunteerProfile | None = None  # whose guardian is meant
    coming: tuple[tuple[User, str], ...] = ()  # who comes or waits in line, and their own link
    organization: Organization | None = None
    region: Region | None = None
    recorder: User | None = None
    handler: User | None = None
    involved: frozenset[int] = frozenset()  # who must not deal with it


def moment(instant: datetime) -> str:
    """Return an instant as it stands in ``facts``."""
    return instant.isoformat()


def names(kind: ServiceType | None) -> dict[str, str]:
    """Return the name of a service in both languages."""
    return {"zh": kind.name_zh, "en": kind.name_en} if kind else {"zh": "", "en": ""}


def visit_facts(visit: Visit) -> dict[str, Any]:
    """Return which service, when, of which request."""
    return {
        "number": visit.request.number,
        "what": names(visit.request.service_type),
        "starts_at": moment(visit.starts_at),
        "ends_at": moment(visit.ends_at),
    }


def opening_facts(opening: Opening) -> dict[str, Any]:
    """Return which service or project, and when."""
    if opening.visit:
        what: Any = names(opening.visit.request.service_type)
    else:
        assert opening.shift is not None
        what = opening.shift.project.title
    return {
        "what": what,
        "starts_at": moment(opening.starts_at),
        "ends_at": moment(opening.ends_at),
    }


def farther_facts(opening: Opening) -> dict[str, int]:
    """Return the least way farther at which anybody more was found when nobody was left to ask."""
    for km, people in (opening.widening or {}).get("radius", [])[:1]:
        return {"farther_km": km, "farther_people": people}
    return {}


def desk_link(opening: Opening) -> str:
    """Return where who works on it sees an opening."""
    if opening.visit:
        return f"/console/requests/{opening.visit.request.ref}/"
    assert opening.shift is not None
    return f"/org/shifts/{opening.shift.ref}/"


def body_link(opening: Opening) -> str:
    """Return where who runs the organization in charge sees an opening."""
    if opening.visit:
        return f"/visits/{opening.visit.ref}/"
    return desk_link(opening)


def resident_of(opening: Opening) -> ResidentProfile | None:
    """Return whose visit an opening fills."""
    return opening.visit.request.resident if opening.visit else None


def coming(opening: Opening | None, *, waiting: bool = False) -> tuple[tuple[User, str], ...]:
    """Return who holds a place of the opening, and on demand who waits for one."""
    if opening is None:
        return ()
    tasks = Assignment.objects.filter(opening=opening, state__in=LIVE)
    found = [
        (t.volunteer, f"/assignments/{t.ref}/") for t in tasks.select_related("volunteer__key")
    ]
    if waiting and opening.shift:
        asked = Application.objects.filter(
            opening=opening, state__in=[ApplicationState.SENT, ApplicationState.WAITING]
        )
        link = f"/projects/{opening.shift.project.ref}/"
        found += [(a.volunteer, link) for a in asked.select_related("volunteer__key")]
    return tuple(found)

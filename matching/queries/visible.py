"""What each viewer may see of offers, applications and assignments."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User, VolunteerProfile
from accounts.roles import Permission
from help_requests.states import Place
from kernel.refusals import Conflict
from matching import rules
from matching.engine import Candidate, Reason, refusals
from matching.models import Application, Assignment, Offer, Opening
from matching.queries.against import against
from matching.queries.facts import need_of, people_of
from matching.queries.posting_sql import Asked
from matching.queries.search import best_of
from matching.queries.weights import parameters_now
from matching.states import LIVE, ApplicationState, AssignmentState
from organizations import queries as bodies
from organizations.models import Shift

SOURCES = (
    "visit__request__service_type",
    "visit__request__resident__key",
    "visit__request__resident__region",
    "visit__request__key",
    "shift__project__organization",
    "region__parent",
)


def _of_opening(prefix: str, *names: str) -> list[str]:
    return [f"{prefix}{name}" for name in (*SOURCES, *names)]


def may_dispatch(user: User | None, opening: Opening, *, now: datetime) -> bool:
    """Say whether ``user`` fills this opening by hand: the area's office, or who runs it."""
    return people.may(
        user, Permission.DISPATCH, region=opening.region, now=now
    ) or bodies.is_member(user, opening.organization, now=now)


def offers_for(viewer: User | None) -> QuerySet[Offer]:
    """Return the offers made to the viewer, the newest first."""
    return (
        Offer.objects.filter(volunteer=viewer)
        .select_related(*_of_opening("opening__"))
        .order_by("-pk")
    )


def openings_for(viewer: User | None, *, now: datetime) -> QuerySet[Opening]:
    """Return the openings that the viewer fills by hand, and those of shifts, which are public."""
    seen = Q(shift__in=bodies.shifts_for(viewer, now=now).values("pk"))
    if viewer:
        seen |= people.scope_q(viewer, Permission.DISPATCH, now=now)
        seen |= Q(organization__in=bodies.organization_keys(viewer, now=now))
    return Opening.objects.filter(seen).select_related(*SOURCES, "organization")


def applications_for(viewer: User | None, *, now: datetime) -> QuerySet[Application]:
    """Return the viewer's own applications, and those to the shifts that the viewer runs."""
    if viewer is None:
        return Application.objects.none()
    mine = bodies.organization_keys(viewer, now=now)
    return (
        Application.objects.filter(Q(volunteer=viewer) | Q(opening__organization__in=mine))
        .select_related("volunteer__volunteer", *_of_opening("opening__", "organization"))
        .order_by("applied_at", "pk")
    )


def assignments_for(viewer: User | None, *, now: datetime) -> QuerySet[Assignment]:
    """Return the viewer's own tasks, those of the viewer's residents, shifts and area."""
    if viewer is None:
        return Assignment.objects.none()
    residents = people.resident_keys(viewer, now=now)
    mine = bodies.organization_keys(viewer, now=now)
    return (
        Assignment.objects.filter(
            Q(volunteer=viewer)
            | Q(opening__visit__request__resident__in=residents)
            | Q(opening__organization__in=mine)
            | people.scope_q(viewer, Permission.DISPATCH, now=now, field="opening__region")
        )
        .select_related("volunteer__volunteer", *_of_opening("opening__", "organization"))
        .order_by("-opening__starts_at", "-pk")
    )


def roster(shift: Shift) -> QuerySet[Assignment]:
    """Return who comes to a shift, in the order of their names; for who runs it."""
    return (
        Assignment.objects.filter(opening__shift=shift)
        .exclude(state=AssignmentState.CANCELLED)
        .select_related("volunteer__volunteer", *_of_opening("opening__"))
        .order_by("volunteer__volunteer__name", "pk")
    )


def opening_of(shift: Shift) -> Opening:
    """Return the opening of a shift. Raises ``Conflict`` (``opening_closed``) while there is none."""
    opening = Opening.objects.filter(shift=shift).select_related(*SOURCES, "organization").first()
    if opening is None:
        raise Conflict("opening_closed", _("This service is no longer open."))
    return opening


def live_assignments(opening: Opening) -> QuerySet[Assignment]:
    """Return who holds a place of the opening."""
    return Assignment.objects.filter(opening=opening, state__in=LIVE)


def overlapping(*, volunteer: User, opening: Opening) -> Assignment | None:
    """Return a live task of ``volunteer`` that shares a moment with ``opening``; back to back is none."""
    return (
        Assignment.objects.filter(
            volunteer=volunteer,
            state__in=LIVE,
            opening__starts_at__lt=opening.ends_at,
            opening__ends_at__gt=opening.starts_at,
        )
        .exclude(opening=opening)
        .first()
    )


class Shown(NamedTuple):
    """A candidate with the profile and the sentences that a dispatcher reads, for and against."""

    candidate: Candidate
    profile: VolunteerProfile
    reasons: list[str]
    against: list[str]


def line_of(opening: Opening, *, now: datetime, top: int = 20) -> list[Candidate]:
    """Return the best of those who can go, whether or not they want to be asked automatically.

    Who was asked already, or holds a place, is left out.
    """
    urgency = rules.urgency_of(opening=opening, now=now)
    asked = Asked(need_of(opening), parameters_now(), urgency=urgency)
    taken = VolunteerProfile.objects.filter(user__in=met(opening))
    gone = set(taken.values_list("pk", flat=True))
    return best_of(asked, top=top, now=now, without=gone)


def met(opening: Opening) -> set[int]:
    """Return the users who were asked for the opening already, or hold a place."""
    asked = opening.offers.values_list("volunteer", flat=True)
    return {*asked, *live_assignments(opening).values_list("volunteer", flat=True)}


def candidates(opening: Opening, *, now: datetime, top: int = 20) -> list[Shown]:
    """Return those of ``line_of`` with what a dispatcher reads of them."""
    best = line_of(opening, now=now, top=top)
    rows = VolunteerProfile.objects.filter(user__in=[candidate.id for candidate in best])
    profiles = {row.user_id: row for row in rows.select_related("region__parent")}
    drawbacks = against(opening, best, profiles, parameters_now(), now=now)
    return [
        Shown(one, profiles[one.id], rules.words_of(one.reasons), rules.words_of(drawbacks[one.id]))
        for one in best
    ]


def why_not(opening: Opening, volunteer: User, *, now: datetime) -> list[Reason]:
    """Return every hard rule between ``volunteer`` and ``opening``; empty when they can go."""
    need = need_of(opening)
    found = people_of(need, VolunteerProfile.objects.filter(user=volunteer), now=now)
    if not found:
        return [Reason("not_verified", 0.0, {})]
    return refusals(need, found[0], parameters_now())


def waiting_position(application: Application) -> int | None:
    """Return the place in the line, 1 = next; None for who does not wait."""
    if application.state != ApplicationState.WAITING:
        return None
    ahead = Application.objects.filter(
        opening_id=application.opening_id, state=ApplicationState.WAITING
    ).filter(
        Q(applied_at__lt=application.applied_at)
        | Q(applied_at=application.applied_at, pk__lt=application.pk)
    )
    return ahead.count() + 1


def waiting_positions(applications: Iterable[Application]) -> dict[int, int]:
    """Return the place in the line by key of those that wait, asked once for all of them."""
    openings = {row.opening_id for row in applications if row.state == ApplicationState.WAITING}
    lines: dict[int, int] = {}
    places: dict[int, int] = {}
    waiting = Application.objects.filter(opening__in=openings, state=ApplicationState.WAITING)
    for key, opening in waiting.order_by("applied_at", "pk").values_list("pk", "opening"):
        places[key] = lines[opening] = lines.get(opening, 0) + 1
    return places


def cancels_of_late(volunteer: User, *, now: datetime) -> int:
    """Return how often the volunteer took a task and called it off in the last 30 days."""
    return Assignment.objects.filter(
        volunteer=volunteer,
        ended_by=volunteer,
        state=AssignmentState.CANCELLED,
        ended_at__gte=now - rules.CANCELS_REMEMBERED,
    ).count()


def address_of(assignment: Assignment, viewer: User, *, now: datetime) -> str | None:
    """Return the full address for who accepted, from two hours before to the end; else None."""
    opening = assignment.opening
    if assignment.volunteer_id != viewer.pk:
        return None
    if not rules.is_on_the_way(assignment.state, opening.starts_at, opening.ends_at, now=now):
        return None
    if cancels_of_late(viewer, now=now) >= rules.MOST_CANCELS:
        return None
    if opening.shift:
        return str(opening.shift.project.place)
    assert opening.visit is not None
    request = opening.visit.request
    if request.place == Place.REMOTE:
        return None
    return str(
        (request.address if request.place == Place.OTHER else request.resident.address) or ""
    )


def door_notes_of(assignment: Assignment, viewer: User, *, now: datetime) -> str | None:
    """Return what the resident wrote about door and home, for who reads the address; else None."""
    visit = assignment.opening.visit
    if visit is None or address_of(assignment, viewer, now=now) is None:
        return None
    return str(visit.request.resident.practical or "") or None


def addresses(viewer: User, keys: Iterable[int], *, now: datetime) -> dict[int, str | None]:
    """Return ``address_of`` by key, of those of these tasks that are the viewer's (who is on the way to
    one or two of them at a time)."""
    mine = Assignment.objects.filter(pk__in=keys, volunteer=viewer)
    return {
        task.pk: address_of(task, viewer, now=now)
        for task in mine.select_related(*_of_opening("opening__"))
    }

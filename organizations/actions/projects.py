"""Projects on their way through moderation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from kernel.events import record
from kernel.references import new_number
from kernel.refusals import Conflict
from kernel.transitions import move
from organizations import events, queries, rules
from organizations.actions.bodies import check_office
from organizations.models import Organization, Project, Shift
from organizations.states import ProjectState, ShiftState
from regions.models import Region
from regions.places import check_point
from regions.states import AccessFact


def _project_values(
    *,
    title: str,
    summary: str,
    description: str,
    category: str,
    region: Region,
    place: str,
    skills: Mapping[str, int] | None = None,
    credentials: Sequence[str] = (),
    access: Sequence[str] = (),
    lat: float | None = None,
    lng: float | None = None,
    auto_accept: bool = True,
    adults_only: bool = False,
    insured: bool = False,
) -> dict[str, Any]:
    """Return the columns of a project, each value checked; without a point the street's stands in."""
    point = (region.lat, region.lng) if lat is None or lng is None else (lat, lng)
    check_point(*point, field="place")
    return {
        "title": rules.check_text(title, field="title", most=60),
        "summary": rules.check_text(summary, field="summary", most=120),
        "place": rules.check_text(place, field="place", most=200),
        "description": rules.check_text(description, field="description", most=4000, lines=True),
        "category": rules.check_category(category),
        "region": rules.check_street(region),
        "lat": point[0],
        "lng": point[1],
        "skills": rules.check_skills(dict(skills or {})),
        "credentials": rules.check_papers(credentials),
        "access": sorted(set(access) & set(AccessFact.values)),
        "auto_accept": auto_accept,
        "adults_only": adults_only,
        "insured": insured,
    }


def lock_project(project: Project) -> Project:
    """Hold the project's row and read it again: in a second window it may have been sent or published."""
    project.refresh_from_db(
        from_queryset=Project.objects.select_related("organization", "region").select_for_update(
            of=("self",), no_key=True
        )
    )
    return project


@transaction.atomic
def make_project(*, organization: Organization, by: User, now: datetime, **values: Any) -> Project:
    """Draft a project (see ``_project_values`` for what it takes). Raises ``NotAllowed``, ``Invalid``."""
    rules.check_runs(is_member=queries.is_member(by, organization, now=now))
    rules.check_active(organization)
    project = Project.objects.create(
        organization=organization,
        number=new_number(Project, "P"),
        made_by=by,
        made_at=now,
        **_project_values(**values),
    )
    record(events.PROJECT_DRAFTED, subject=project, by=by, at=now)
    return project


@transaction.atomic
def change_project(*, project: Project, by: User, now: datetime, **values: Any) -> Project:
    """Write a draft anew; its shifts go with it to another street (GUARDS I12).

    Raises ``NotAllowed``, ``Invalid`` or ``Conflict`` (``not_editable``).
    """
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    lock_project(project)
    rules.check_editable(project.state)
    for name, value in _project_values(**values).items():
        setattr(project, name, value)
    project.save()
    project.shifts.update(region=project.region)
    record(events.PROJECT_CHANGED, subject=project, by=by, at=now)
    return project


def _shifts_to_come(project: Project, *, now: datetime) -> list[Shift]:
    """Return the drafted shifts still to come; a project without one is not worth a reader's time."""
    shifts = list(project.shifts.filter(state=ShiftState.DRAFT, starts_at__gt=now))
    if not shifts:
        raise Conflict("no_shifts", _("Add a shift that is still to come."))
    return shifts


@transaction.atomic
def submit_project(*, project: Project, by: User, now: datetime) -> Project:
    """Hand a project in for moderation; it has at least one shift.

    Raises ``NotAllowed``, ``Conflict`` (``not_verified``, ``no_shifts``, ``illegal_move``).
    """
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    rules.check_active(project.organization)
    _shifts_to_come(project, now=now)
    move(
        project,
        ProjectState.SUBMITTED,
        event=events.PROJECT_SUBMITTED,
        by=by,
        at=now,
        submitted_at=now,
    )
    return project


@transaction.atomic
def publish_project(*, project: Project, by: User, now: datetime) -> Project:
    """Publish a project and its shifts to come: moderation says yes.

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``), ``Conflict`` (``not_verified``,
    ``no_shifts``: all of them passed while it waited, ``illegal_move``).
    """
    check_office(project.organization, Permission.MODERATE_PROJECTS, project.region, by, now)
    rules.check_active(project.organization)
    move(
        project,
        ProjectState.PUBLISHED,
        event=events.PROJECT_PUBLISHED,
        by=by,
        at=now,
        moderated_by=by,
        published_at=now,
        reason="",
    )
    for shift in _shifts_to_come(project, now=now):
        move(shift, ShiftState.PUBLISHED, event=events.SHIFT_PUBLISHED, by=by, at=now)
    return project


@transaction.atomic
def return_project(*, project: Project, reason: str, by: User, now: datetime) -> Project:
    """Send a project back with a reason. Raises as ``publish_project``, ``Invalid`` (``reason_missing``)."""
    check_office(project.organization, Permission.MODERATE_PROJECTS, project.region, by, now)
    move(
        project,
        ProjectState.RETURNED,
        event=events.PROJECT_RETURNED,
        by=by,
        at=now,
        moderated_by=by,
        reason=rules.check_reason(reason),
    )
    return project


@transaction.atomic
def close_project(*, project: Project, by: User, now: datetime) -> Project:
    """End a project; shifts still to come are cancelled. Raises ``NotAllowed``, ``Conflict``."""
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    move(project, ProjectState.CLOSED, event=events.PROJECT_CLOSED, by=by, at=now)
    for shift in project.shifts.filter(
        state__in=[ShiftState.DRAFT, ShiftState.PUBLISHED], starts_at__gt=now
    ):
        move(
            shift,
            ShiftState.CANCELLED,
            event=events.SHIFT_CANCELLED,
            by=by,
            at=now,
            reason=_("The project was closed."),
        )
    return project


@transaction.atomic
def archive_project(*, project: Project, by: User, now: datetime) -> Project:
    """Put away a draft that was given up, or a closed project. Raises ``NotAllowed``, ``Conflict``."""
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    move(project, ProjectState.ARCHIVED, event=events.PROJECT_ARCHIVED, by=by, at=now)
    return project

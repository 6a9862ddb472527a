"""Projects on their way through moderation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission
from accounts.states import CredentialKind, SkillCode
from kernel.events import record
from kernel.places import check_point
from kernel.references import new_number
from kernel.refusals import Conflict, Invalid
from kernel.text import normalise
from kernel.transitions import move
from organizations import events, queries, rules
from organizations.actions.bodies import check_office
from organizations.models import Organization, Project
from organizations.states import (
    ProjectState,
    ShiftState,
)
from regions.models import Region
from regions.states import AccessFact, Level

PROJECT_TEXTS = {"title": 60, "summary": 120, "place": 200}


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
    texts = {"title": title, "summary": summary, "place": place}
    for field, most in PROJECT_TEXTS.items():
        texts[field] = normalise(texts[field], field=field)
        if not 2 <= len(texts[field]) <= most:
            raise Invalid("bad_text", _("Write 2 to %(n)s characters.") % {"n": most}, field=field)
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")
    if not set(skills or {}) <= set(SkillCode.values):
        raise Invalid("unknown_skill", _("Choose skills from the list."), field="skills")
    if not set(credentials) <= set(CredentialKind.values):
        raise Invalid("unknown_paper", _("Choose from the list."), field="credentials")
    point = (region.lat, region.lng) if lat is None or lng is None else (lat, lng)
    check_point(*point, field="place")
    return {
        **texts,
        "description": normalise(description, field="description", lines=True),
        "category": category,
        "region": region,
        "lat": point[0],
        "lng": point[1],
        "skills": dict(skills or {}),
        "credentials": sorted(credentials),
        "access": sorted(set(access) & set(AccessFact.values)),
        "auto_accept": auto_accept,
        "adults_only": adults_only,
        "insured": insured,
    }


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
    """Write a draft anew. Raises ``NotAllowed``, ``Invalid`` or ``Conflict`` (``not_editable``)."""
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    rules.check_editable(project.state)
    for name, value in _project_values(**values).items():
        setattr(project, name, value)
    project.save()
    record(events.PROJECT_CHANGED, subject=project, by=by, at=now)
    return project


@transaction.atomic
def submit_project(*, project: Project, by: User, now: datetime) -> Project:
    """Hand a project in for moderation; it has at least one shift.

    Raises ``NotAllowed``, ``Conflict`` (``not_verified``, ``no_shifts``, ``illegal_move``).
    """
    rules.check_runs(is_member=queries.is_member(by, project.organization, now=now))
    rules.check_active(project.organization)
    if not project.shifts.filter(state=ShiftState.DRAFT, starts_at__gt=now).exists():
        raise Conflict("no_shifts", _("Add a shift that is still to come."))
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

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``), ``Conflict``.
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
    for shift in project.shifts.filter(state=ShiftState.DRAFT, starts_at__gt=now):
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

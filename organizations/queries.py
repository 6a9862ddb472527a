"""Which organizations, projects and shifts a viewer may see."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission, Role
from kernel.workdays import local_date
from organizations.models import Membership, Organization, Project, Shift
from organizations.states import MemberRole, OrganizationState, ProjectState, ShiftState
from regions.models import Region

RUNNING = (MemberRole.MANAGER, MemberRole.COORDINATOR)


def _posts(*roles: MemberRole, today: date) -> QuerySet[Membership]:
    return Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        role__in=roles,
        starts_on__lte=today,
        confirmed_at__isnull=False,
    )


def live_memberships(user: User, *roles: MemberRole, now: datetime) -> QuerySet[Membership]:
    """Return the posts that ``user`` holds in organizations today."""
    return _posts(*roles, today=local_date(now)).filter(user=user)


def is_member(
    user: User | None, organization: Organization | None, *roles: MemberRole, now: datetime
) -> bool:
    """Say whether ``user`` holds one of ``roles`` (default: runs it) in ``organization`` today."""
    if user is None or organization is None:
        return False
    mine = live_memberships(user, *(roles or RUNNING), now=now)
    return mine.filter(organization=organization).exists()


def managers_of(organization: Organization, *, now: datetime) -> QuerySet[Membership]:
    """Return the posts of those who answer for ``organization`` today."""
    return _posts(MemberRole.MANAGER, today=local_date(now)).filter(organization=organization)


def runners_of(organization: Organization, *, now: datetime) -> QuerySet[Membership]:
    """Return the posts of those who run ``organization`` today: managers and coordinators."""
    return _posts(*RUNNING, today=local_date(now)).filter(organization=organization)


def my_organizations(user: User | None, *, now: datetime) -> QuerySet[Organization]:
    """Return the organizations that ``user`` runs today, in any state."""
    mine = Organization.objects.filter(pk__in=organization_keys(user, now=now))
    return mine.select_related("region__parent").order_by("name")


def organization_keys(user: User | None, *states: OrganizationState, now: datetime) -> list[int]:
    """Return the keys of ``my_organizations``, in any of ``states``, for a condition that names them;
    the posts are read once a day per loaded user, as those of ``accounts.queries.desks_of``."""
    if user is None:
        return []
    day, posts = user.__dict__.get("_posts", (None, []))
    if day != local_date(now):
        held = live_memberships(user, *RUNNING, now=now)
        posts = list(held.values_list("organization", "organization__state"))
        user.__dict__["_posts"] = (local_date(now), posts)
    return [key for key, state in posts if not states or state in states]


def roles_of(user: User, *, now: datetime) -> frozenset[Role]:
    """Return all roles of ``user``."""
    roles = people.roles_of(user, now=now)
    if organization_keys(user, now=now):
        roles |= {Role.COORDINATOR}
    return roles


def organizations_for(viewer: User | None, *, now: datetime) -> QuerySet[Organization]:
    """Return verified organizations for everybody; also the viewer's own, and those to decide about."""
    seen = Q(state=OrganizationState.VERIFIED)
    if viewer:
        seen |= Q(registered_by=viewer) | Q(pk__in=organization_keys(viewer, now=now))
        seen |= people.scope_q(viewer, Permission.VERIFY_ORGANIZATIONS, now=now)
    return Organization.objects.filter(seen).select_related("region__parent")


def members_for(viewer: User | None, *, now: datetime) -> QuerySet[Membership]:
    """Return the viewer's own posts, and all posts of the organizations that the viewer runs."""
    if viewer is None:
        return Membership.objects.none()
    mine = organization_keys(viewer, now=now)
    return Membership.objects.filter(Q(user=viewer) | Q(organization__in=mine)).select_related(
        "organization", "user__key"
    )


def projects_for(viewer: User | None, *, now: datetime) -> QuerySet[Project]:
    """Return published projects for everybody; also the viewer's own, and those to moderate."""
    seen = Q(
        state__in=[ProjectState.PUBLISHED, ProjectState.CLOSED],
        organization__state=OrganizationState.VERIFIED,
    )
    if viewer:
        seen |= Q(organization__in=organization_keys(viewer, now=now))
        seen |= people.scope_q(viewer, Permission.MODERATE_PROJECTS, now=now) & ~Q(
            state=ProjectState.DRAFT
        )
    return Project.objects.filter(seen).select_related("organization", "region__parent")


def public_organizations(
    *, now: datetime, district: Region | None = None, kind: str = "", text: str = ""
) -> QuerySet[Organization]:
    """Return the verified organizations, by district, kind and words."""
    found = organizations_for(None, now=now)
    if district:
        found = found.filter(region__path__startswith=district.path)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(about__icontains=text))
    return found.order_by("name", "pk")


def public_projects(
    *, now: datetime, district: Region | None = None, category: str = "", text: str = ""
) -> QuerySet[Project]:
    """Return published projects with a shift still to come, by district, category and words."""
    found = projects_for(None, now=now).filter(state=ProjectState.PUBLISHED)
    ahead = Shift.objects.filter(state=ShiftState.PUBLISHED, starts_at__gt=now)
    found = found.filter(pk__in=ahead.values("project"))
    if district:
        found = found.filter(region__path__startswith=district.path)
    if category:
        found = found.filter(category=category)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(summary__icontains=text))
    return found.order_by("-published_at", "-pk")


def shifts_for(viewer: User | None, *, now: datetime) -> QuerySet[Shift]:
    """Return the shifts of the projects that the viewer may see; drafts for who runs or checks them."""
    seen = Q(project__in=projects_for(None, now=now).values("pk")) & ~Q(state=ShiftState.DRAFT)
    if viewer:
        seen |= Q(organization__in=organization_keys(viewer, now=now))
        seen |= people.scope_q(viewer, Permission.MODERATE_PROJECTS, now=now) & ~Q(
            project__state=ProjectState.DRAFT
        )
    return Shift.objects.filter(seen).select_related("project__organization", "region__parent")

"""States of organizations, projects and shifts."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.states import Machine


class OrganizationKind(TextChoices):
    """Registration types (DOMAIN §8)."""

    ASSOCIATION = "ASSOCIATION", _("association")
    SERVICE = "SERVICE", _("social service institution")
    FOUNDATION = "FOUNDATION", _("foundation")
    COMMITTEE = "COMMITTEE", _("neighbourhood committee")
    PUBLIC = "PUBLIC", _("public institution")
    TEAM = "TEAM", _("team under a community")


class MemberRole(TextChoices):
    """What a member does in an organization."""

    MANAGER = "MANAGER", _("manager")
    COORDINATOR = "COORDINATOR", _("coordinator")
    VOLUNTEER = "VOLUNTEER", _("own volunteer")


class OrganizationState(TextChoices):
    """Where an organization stands with its district."""

    SUBMITTED = "SUBMITTED", _("to be verified")
    VERIFIED = "VERIFIED", _("verified")
    REFUSED = "REFUSED", _("refused")
    SUSPENDED = "SUSPENDED", _("suspended")
    CLOSED = "CLOSED", _("closed")


organization_machine = Machine(
    OrganizationState,
    {
        OrganizationState.SUBMITTED: {OrganizationState.VERIFIED, OrganizationState.REFUSED},
        OrganizationState.VERIFIED: {OrganizationState.SUSPENDED, OrganizationState.CLOSED},
        OrganizationState.SUSPENDED: {OrganizationState.VERIFIED, OrganizationState.CLOSED},
        OrganizationState.REFUSED: {OrganizationState.SUBMITTED},
        OrganizationState.CLOSED: set(),
    },
)


class ProjectState(TextChoices):
    """The way of a project through moderation."""

    DRAFT = "DRAFT", _("draft")
    SUBMITTED = "SUBMITTED", _("being checked")
    RETURNED = "RETURNED", _("returned")
    PUBLISHED = "PUBLISHED", _("published")
    CLOSED = "CLOSED", _("closed")
    ARCHIVED = "ARCHIVED", _("archived")


project_machine = Machine(
    ProjectState,
    {
        ProjectState.DRAFT: {ProjectState.SUBMITTED, ProjectState.ARCHIVED},
        ProjectState.SUBMITTED: {ProjectState.PUBLISHED, ProjectState.RETURNED},
        ProjectState.RETURNED: {ProjectState.SUBMITTED, ProjectState.ARCHIVED},
        ProjectState.PUBLISHED: {ProjectState.CLOSED},
        ProjectState.CLOSED: {ProjectState.ARCHIVED},
        ProjectState.ARCHIVED: set(),
    },
)


class ShiftState(TextChoices):
    """A shift opens when its project is published, and ends or is cancelled."""

    DRAFT = "DRAFT", _("draft")
    PUBLISHED = "PUBLISHED", _("open")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")


shift_machine = Machine(
    ShiftState,
    {
        ShiftState.DRAFT: {ShiftState.PUBLISHED, ShiftState.CANCELLED},
        ShiftState.PUBLISHED: {ShiftState.CLOSED, ShiftState.CANCELLED},
        ShiftState.CLOSED: set(),
        ShiftState.CANCELLED: set(),
    },
)

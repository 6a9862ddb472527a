"""Roles are named sets of permissions; a Desk gives a role in a region, a Membership in an organization."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What a post allows, inside its region."""

    TAKE_CALLS = "TAKE_CALLS"
    ANSWER_REQUESTS = "ANSWER_REQUESTS"
    DISPATCH = "DISPATCH"
    WEIGH_MATCHING = "WEIGH_MATCHING"
    VERIFY_PEOPLE = "VERIFY_PEOPLE"
    VERIFY_ORGANIZATIONS = "VERIFY_ORGANIZATIONS"
    MODERATE_PROJECTS = "MODERATE_PROJECTS"
    CONFIRM_SERVICE = "CONFIRM_SERVICE"
    REVIEW_HOURS = "REVIEW_HOURS"
    HANDLE_CASES = "HANDLE_CASES"
    HANDLE_INCIDENTS = "HANDLE_INCIDENTS"
    READ_LEDGER = "READ_LEDGER"
    SEE_REPORTS = "SEE_REPORTS"
    GRANT_DESKS = "GRANT_DESKS"
    REVEAL = "REVEAL"


class Role(StrEnum):
    """The eleven roles; whoever has none of them is anonymous."""

    RESIDENT = "RESIDENT"
    PROXY = "PROXY"
    VOLUNTEER = "VOLUNTEER"
    COORDINATOR = "COORDINATOR"
    OPERATOR = "OPERATOR"
    STREET = "STREET"
    DISTRICT = "DISTRICT"
    CITY = "CITY"
    REVIEWER = "REVIEWER"
    CASE_HANDLER = "CASE_HANDLER"
    AUDITOR = "AUDITOR"


@dataclass(frozen=True, slots=True)
class RoleCard:
    """What a role is called, is for, and may."""

    name: Promise
    purpose: Promise
    permissions: frozenset[Permission] = frozenset()


_OFFICE = frozenset(
    {
        Permission.ANSWER_REQUESTS,
        Permission.DISPATCH,
        Permission.VERIFY_PEOPLE,
        Permission.CONFIRM_SERVICE,
        Permission.HANDLE_INCIDENTS,
        Permission.SEE_REPORTS,
        Permission.REVEAL,
    }
)
_ABOVE = _OFFICE | {
    Permission.VERIFY_ORGANIZATIONS,
    Permission.MODERATE_PROJECTS,
    Permission.GRANT_DESKS,
}

ROLES: dict[Role, RoleCard] = {
    Role.RESIDENT: RoleCard(_("resident"), _("asks for help and confirms it")),
    Role.PROXY: RoleCard(_("proxy"), _("asks and confirms on a resident's behalf")),
    Role.VOLUNTEER: RoleCard(_("volunteer"), _("helps, and sees the own record")),
    Role.COORDINATOR: RoleCard(_("coordinator"), _("runs an organization's projects and shifts")),
    Role.OPERATOR: RoleCard(
        _("hotline operator"),
        _("takes calls and asks for callers"),
        frozenset({Permission.TAKE_CALLS, Permission.REVEAL}),
    ),
    Role.STREET: RoleCard(_("street officer"), _("answers and dispatches in the street"), _OFFICE),
    Role.DISTRICT: RoleCard(
        _("district officer"), _("verifies organizations, moderates projects"), _ABOVE
    ),
    Role.CITY: RoleCard(
        _("city officer"),
        _("sees the whole city and grants posts"),
        _ABOVE | {Permission.WEIGH_MATCHING},
    ),
    Role.REVIEWER: RoleCard(
        _("hours reviewer"), _("reviews service hours"), frozenset({Permission.REVIEW_HOURS})
    ),
    Role.CASE_HANDLER: RoleCard(
        _("case handler"),
        _("answers complaints and appeals"),
        frozenset({Permission.HANDLE_CASES, Permission.HANDLE_INCIDENTS, Permission.REVEAL}),
    ),
    Role.AUDITOR: RoleCard(
        _("auditor"),
        _("reads the ledger"),
        frozenset({Permission.READ_LEDGER, Permission.SEE_REPORTS}),
    ),
}


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"
    WRITE = "write"

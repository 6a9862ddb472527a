"""Organizations and what they publish, built through actions."""

from datetime import timedelta
from itertools import count
from typing import Any

from accounts.models import User
from accounts.states import DeskRole
from organizations import actions
from organizations.models import Membership, Organization, Project, Shift
from organizations.rules import check_character
from organizations.states import MemberRole, OrganizationKind
from tests.factories.accounts import NOON, officer, user
from tests.factories.regions import district, street

_numbers = count(1)
SHIFT_AT = NOON + timedelta(days=7)


def credit_code(prefix: str = "51") -> str:
    """Return a valid credit code that nobody else has."""
    body = f"{prefix}310000{next(_numbers):09d}"
    return body + check_character(body)


def organization(*, verified: bool = True, **given: Any) -> Organization:
    """Return an association of the first district, verified by it unless told."""
    values = {
        "name": "浦江助残服务社",
        "kind": OrganizationKind.ASSOCIATION,
        "region": district(),
        "address": "人民路1号",
        "contact": "021-12385",
        "now": NOON,
        **given,
    }
    if "by" not in values:
        values["by"] = user()
    values.setdefault("credit_code", credit_code())
    made = actions.register_organization(**values)
    if verified:
        office = officer(DeskRole.DISTRICT, district())
        actions.decide_organization(organization=made, accept=True, reason="", by=office, now=NOON)
    return made


def membership(
    of: Organization,
    role: MemberRole = MemberRole.COORDINATOR,
    *,
    person: User | None = None,
    confirmed: bool = True,
) -> Membership:
    """Return a post in an organization, taken up unless told."""
    made = actions.add_member(
        organization=of,
        user=person or user(),
        role=role,
        by=of.registered_by,
        now=NOON,
    )
    if confirmed:
        actions.confirm_membership(membership=made, by=made.user, now=NOON)
    return made


def project_values(**given: Any) -> dict[str, Any]:
    """Return what a project says."""
    return {
        "title": "周三读报会",
        "summary": "为视障老人读报",
        "description": "每周三下午在社区活动室读报。",
        "category": "J",
        "region": street(),
        "place": "社区活动室",
        **given,
    }


def project(of: Organization | None = None, **given: Any) -> Project:
    """Return a draft of a verified organization."""
    body = of or organization()
    return actions.make_project(
        organization=body, by=body.registered_by, now=NOON, **project_values(**given)
    )


def shift(of: Project | None = None, **given: Any) -> Shift:
    """Return a shift of two hours a week ahead, with four places; a draft while its project is."""
    whole = of or project()
    values = {"starts_at": SHIFT_AT, "ends_at": SHIFT_AT + timedelta(hours=2), "places": 4, **given}
    return actions.add_shift(project=whole, by=whole.organization.registered_by, now=NOON, **values)


def published_project(of: Organization | None = None, **given: Any) -> Project:
    """Return a project that the district let through, with one open shift."""
    whole = project(of, **given)
    shift(whole)
    return publish(whole)


def publish(whole: Project) -> Project:
    """Return the draft handed in, and let through by the district."""
    actions.submit_project(project=whole, by=whole.organization.registered_by, now=NOON)
    office = officer(DeskRole.DISTRICT, district())
    return actions.publish_project(project=whole, by=office, now=NOON)

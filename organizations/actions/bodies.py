"""Organizations and who holds posts in them."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel.events import record
from kernel.references import new_number
from kernel.refusals import Conflict, Invalid
from kernel.text import normalise
from kernel.transitions import move
from kernel.workdays import local_date
from organizations import events, queries, rules
from organizations.models import Membership, Organization
from organizations.states import (
    MemberRole,
    OrganizationKind,
    OrganizationState,
)
from regions.models import Region


@transaction.atomic
def register_organization(
    *,
    name: str,
    kind: OrganizationKind,
    credit_code: str,
    region: Region,
    address: str,
    contact: str,
    by: User,
    now: datetime,
    about: str = "",
) -> Organization:
    """Register a body; ``by`` becomes its manager. The district verifies it before it can publish.

    Raises ``Invalid`` (``bad_credit_code``, ``code_of_another_kind``, ``bad_name``) or ``Conflict``
    (``already_registered``: a credit code is public, so this may be said).
    """
    code = rules.check_credit_code(credit_code, kind)
    clean = normalise(name, field="name")
    if not 2 <= len(clean) <= 80:
        raise Invalid("bad_name", _("Write the full name of the organization."), field="name")
    if Organization.objects.filter(credit_code=code).exists():
        raise Conflict(
            "already_registered", _("This organization is already here."), field="credit_code"
        )
    organization = Organization.objects.create(
        number=new_number(Organization, "G"),
        name=clean,
        kind=kind,
        credit_code=code,
        region=region,
        address=normalise(address, field="address"),
        contact=normalise(contact, field="contact"),
        about=normalise(about, field="about", lines=True),
        registered_by=by,
        registered_at=now,
    )
    record(events.ORGANIZATION_REGISTERED, subject=organization, by=by, at=now)
    _add(organization, by, MemberRole.MANAGER, confirmed=True, by=by, now=now)
    return organization


def _add(
    organization: Organization,
    user: User,
    role: MemberRole,
    *,
    confirmed: bool,
    by: User | None,
    now: datetime,
) -> Membership:
    membership = Membership.objects.create(
        organization=organization,
        user=user,
        role=role,
        starts_on=local_date(now),
        invited_by=by,
        confirmed_at=now if confirmed else None,
    )
    record(events.MEMBERSHIP_ADDED, subject=membership, by=by, at=now, role=role)
    return membership


@transaction.atomic
def decide_organization(
    *, organization: Organization, accept: bool, reason: str, by: User, now: datetime
) -> Organization:
    """Verify or refuse an organization in the office's area; a refusal has a reason.

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``), ``Invalid`` (``reason_missing``) or
    ``Conflict`` (``illegal_move``).
    """
    check_office(organization, Permission.VERIFY_ORGANIZATIONS, organization.region, by, now)
    words = "" if accept else rules.check_reason(reason)
    move(
        organization,
        OrganizationState.VERIFIED if accept else OrganizationState.REFUSED,
        event=events.ORGANIZATION_DECIDED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
        reason=words,
    )
    return organization


def check_office(
    organization: Organization, permission: Permission, region: Region, by: User, now: datetime
) -> None:
    """Let only an office decide that is in charge of ``region`` and does not belong to the body."""
    rules.check_decides(
        in_scope=people.may(by, permission, region=region, now=now),
        is_member=queries.is_member(by, organization, now=now),
    )


@transaction.atomic
def suspend_organization(
    *, organization: Organization, reason: str, by: User, now: datetime
) -> Organization:
    """Stop a verified organization; its projects vanish from public lists. Refusals as for deciding."""
    check_office(organization, Permission.VERIFY_ORGANIZATIONS, organization.region, by, now)
    move(
        organization,
        OrganizationState.SUSPENDED,
        event=events.ORGANIZATION_SUSPENDED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
        reason=rules.check_reason(reason),
    )
    return organization


@transaction.atomic
def add_member(
    *, organization: Organization, user: User, role: MemberRole, by: User, now: datetime
) -> Membership:
    """Invite somebody; the post counts once they confirm it themselves (民政部令67号 Art 6).

    Raises ``NotAllowed`` (``not_your_organization``) or ``Conflict`` (``already_member``).
    """
    manages = queries.is_member(by, organization, MemberRole.MANAGER, now=now)
    rules.check_runs(is_member=manages)
    if Membership.objects.filter(
        organization=organization, user=user, role=role, ends_on__isnull=True
    ).exists():
        raise Conflict("already_member", _("This person holds this post already."))
    return _add(organization, user, role, confirmed=False, by=by, now=now)


@transaction.atomic
def confirm_membership(*, membership: Membership, by: User, now: datetime) -> Membership:
    """Take up the post one was invited to. Raises ``NotAllowed`` (``not_your_organization``)."""
    rules.check_runs(is_member=membership.user_id == by.pk)
    if membership.confirmed_at is None:
        membership.confirmed_at = now
        membership.save(update_fields=["confirmed_at"])
        record(events.MEMBERSHIP_CONFIRMED, subject=membership, by=by, at=now)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date, by: User, now: datetime) -> Membership:
    """End a post: its holder or a manager may. Raises ``NotAllowed``."""
    manages = queries.is_member(by, membership.organization, MemberRole.MANAGER, now=now)
    rules.check_runs(is_member=manages or membership.user_id == by.pk)
    membership.ends_on = max(ends_on, membership.starts_on)
    membership.save(update_fields=["ends_on"])
    record(events.MEMBERSHIP_ENDED, subject=membership, by=by, at=now)
    return membership

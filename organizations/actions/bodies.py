"""Organizations and who holds posts in them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel.events import record
from kernel.references import new_number
from kernel.refusals import Conflict
from kernel.transitions import move
from kernel.workdays import local_date
from organizations import events, queries, rules
from organizations.models import Membership, Organization
from organizations.states import MemberRole, OrganizationKind, OrganizationState, ProjectState
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

    Raises ``Invalid`` (``bad_credit_code``, ``code_of_another_kind``, ``bad_text``,
    ``not_a_district``) or ``Conflict`` (``already_registered``: a credit code is public, so this may
    be said).
    """
    code = rules.check_credit_code(credit_code, kind)
    says = _says(name=name, region=region, address=address, contact=contact, about=about)
    if Organization.objects.filter(credit_code=code).exists():
        raise Conflict(
            "already_registered", _("This organization is already here."), field="credit_code"
        )
    organization = Organization.objects.create(
        number=new_number(Organization, "G"),
        kind=kind,
        credit_code=code,
        registered_by=by,
        registered_at=now,
        **says,
    )
    record(events.ORGANIZATION_REGISTERED, subject=organization, by=by, at=now)
    _add(organization, by, MemberRole.MANAGER, confirmed=True, by=by, now=now)
    return organization


def _says(*, name: str, region: Region, address: str, contact: str, about: str) -> dict[str, Any]:
    """Return what an organization says of itself, each value checked."""
    return {
        "name": rules.check_text(name, field="name", most=80),
        "region": rules.check_seat(region),
        "address": rules.check_text(address, field="address", most=200),
        "contact": rules.check_text(contact, field="contact", most=80),
        "about": rules.check_text(about, field="about", least=0, most=2000, lines=True),
    }


@transaction.atomic
def ask_again(
    *,
    organization: Organization,
    name: str,
    region: Region,
    address: str,
    contact: str,
    by: User,
    now: datetime,
    about: str = "",
) -> Organization:
    """Correct a refused registration and hand it in again; kind and credit code stay.

    Raises ``NotAllowed`` (``not_your_organization``), ``Invalid``, ``Conflict`` (``illegal_move``).
    """
    manages = queries.is_member(by, organization, MemberRole.MANAGER, now=now)
    rules.check_runs(is_member=manages)
    move(
        organization,
        OrganizationState.SUBMITTED,
        event=events.ORGANIZATION_ASKED_AGAIN,
        by=by,
        at=now,
        **_says(name=name, region=region, address=address, contact=contact, about=about),
    )
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
    """Verify or refuse an organization in the office's area, or let a suspended one go on.

    A refusal has a reason.

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
    """Let only an office decide that is in charge of ``region`` and holds no post in the body."""
    rules.check_decides(
        in_scope=people.may(by, permission, region=region, now=now),
        is_member=queries.is_member(by, organization, *MemberRole, now=now),
    )


@transaction.atomic
def close_organization(*, organization: Organization, by: User, now: datetime) -> Organization:
    """End an organization for good: a manager of it may. Raises ``NotAllowed``, ``Conflict``
    (``projects_open``: they are closed first, so that volunteers are told; ``illegal_move``)."""
    manages = queries.is_member(by, organization, MemberRole.MANAGER, now=now)
    rules.check_runs(is_member=manages)
    if organization.projects.filter(state=ProjectState.PUBLISHED).exists():
        raise Conflict("projects_open", _("Close its projects first."))
    move(organization, OrganizationState.CLOSED, event=events.ORGANIZATION_CLOSED, by=by, at=now)
    return organization


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

    Raises ``NotAllowed`` (``not_your_organization``), ``Invalid`` (``not_in_list``) or ``Conflict``
    (``already_member``).
    """
    role = rules.check_role(role)
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
    """End a post with the day ``ends_on``: its holder or a manager may.

    Raises ``NotAllowed`` (``not_your_organization``) or ``Conflict`` (``last_manager``).
    """
    # Rivals queue here: two managers who end each other's post at once must not both succeed.
    Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)
    manages = queries.is_member(by, membership.organization, MemberRole.MANAGER, now=now)
    rules.check_runs(is_member=manages or membership.user_id == by.pk)
    if membership.role == MemberRole.MANAGER:
        others = queries.managers_of(membership.organization, now=now).exclude(pk=membership.pk)
        rules.check_stays_led(is_last_manager=not others.filter(ends_on__isnull=True).exists())
    membership.ends_on = max(ends_on, membership.starts_on)
    membership.save(update_fields=["ends_on"])
    record(events.MEMBERSHIP_ENDED, subject=membership, by=by, at=now)
    return membership

"""Who somebody is: accounts, their roles, their tokens, what they allow."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import events
from accounts.models import Consent, ResidentProfile, Token, User, VolunteerProfile
from accounts.queries.posts import desks_of, may_in_city, scope_q
from accounts.queries.residents import live_grants, resident_keys
from accounts.roles import Permission, Role
from accounts.rules import FRESH
from accounts.states import ENTERED, Purpose
from kernel import sessions, vault
from kernel.models import Event
from regions.models import Region


def roles_of(user: User, *, now: datetime) -> frozenset[Role]:
    """Return the roles that this room knows of; organizations add the coordinator."""
    roles = {Role(desk.role) for desk in desks_of(user, now=now)}
    what = {
        Role.RESIDENT: ResidentProfile.objects.filter(user=OuterRef("pk")),
        Role.VOLUNTEER: VolunteerProfile.objects.filter(user=OuterRef("pk")),
        Role.PROXY: live_grants(now).filter(proxy=OuterRef("pk")),
    }
    asked = {role.value: Exists(rows) for role, rows in what.items()}  # in one query, on every page
    held = User.objects.filter(pk=user.pk).values(**asked).first() or {}
    return frozenset(roles | {Role(role) for role, holds in held.items() if holds})


def home_of(user: User) -> Region | None:
    """Return where ``user`` lives, as a volunteer or as a resident, if that is known."""
    for profiles in (VolunteerProfile.objects, ResidentProfile.objects):
        profile = profiles.filter(user=user, region__isnull=False).select_related("region").first()
        if profile:
            return profile.region
    return None


def writes_only(user: User) -> bool:
    """Say whether the person asked to be written to and not called, as an account or as a resident."""
    return user.no_voice or ResidentProfile.objects.filter(user=user, no_voice=True).exists()


def users_for(viewer: User | None) -> QuerySet[User]:
    """Return the viewer alone: nobody lists people."""
    return User.objects.filter(pk=viewer.pk if viewer else 0).select_related("key")


def governed_by(viewer: User | None, *, now: datetime) -> QuerySet[User]:
    """Return the people whom ``viewer`` may shut out: those who live where the viewer grants posts."""
    found = User.objects.exclude(pk=viewer.pk if viewer else 0).select_related("key")
    if may_in_city(viewer, Permission.GRANT_DESKS, now=now):
        return found.filter(erased_at__isnull=True)
    return found.filter(
        scope_q(viewer, Permission.GRANT_DESKS, now=now, field="volunteer__region")
        | scope_q(viewer, Permission.GRANT_DESKS, now=now, field="resident__region"),
        erased_at__isnull=True,
    )


def user_by_ref(ref: str) -> User | None:
    """Return the person with this public reference."""
    return User.objects.filter(ref=ref, is_active=True).select_related("key").first()


def user_by_address(address: str) -> User | None:
    """Return whose phone or e-mail (already clean) this is."""
    index = vault.blind("address", address)
    return (
        User.objects.filter(Q(phone_index=index) | Q(email_index=index))
        .select_related("key")
        .first()
    )


def entered_at(session: SessionBase) -> datetime | None:
    """Return when a browser's session was signed into; None where nobody knows."""
    began = session.get(ENTERED)
    return datetime.fromisoformat(began) if began else None


def entered_by_code(user: User, *, entered: datetime | None, now: datetime) -> bool:
    """Say whether the session or token that was opened at ``entered`` was opened by a code (or a passkey),
    and just now: what is open in another's hands gains nothing when its owner signs in elsewhere."""
    return (
        entered is not None
        and Event.objects.filter(
            name=events.USER_ENTERED,
            subject_type=User._meta.label_lower,
            subject_id=user.pk,
            at=entered,
            at__gte=now - FRESH,
            data__way__in=["code", "passkey"],
        ).exists()
    )


def token_user(secret: str, *, now: datetime) -> tuple[User, Token] | None:
    """Return the person and the token behind ``secret``; None for all that is not valid now."""
    asked = Token.objects.filter(secret_index=vault.blind("token", secret))
    token = next(iter(asked.select_related("user__key")), None)
    if token is None or token.revoked_at or now >= token.expires_at:
        return None
    user = token.user
    if token.epoch != user.epoch or not user.is_active or user.suspended_at:
        return None
    return user, token


def tokens_of(user: User) -> QuerySet[Token]:
    """Return the person's tokens, newest first."""
    return user.tokens.select_related("key").order_by("-pk")


def sessions_of(user: User | None, *, now: datetime) -> QuerySet[Any]:
    """Return the browsers in which the person is signed in, newest first."""
    return sessions.live_sessions(user.pk if user else 0, now=now)


def consents_of(subject: User | ResidentProfile) -> QuerySet[Consent]:
    """Return every decision about ``subject``'s data, newest first."""
    return subject.consents.order_by("-pk")


def consents_for(viewer: User | None, *, now: datetime) -> QuerySet[Consent]:
    """Return every decision about the viewer's data, and that of the residents the viewer acts for."""
    if viewer is None:
        return Consent.objects.none()
    mine = resident_keys(viewer, now=now)
    found = Consent.objects.filter(Q(user=viewer) | Q(resident__in=mine))
    return found.select_related("resident").order_by("-pk")


def has_consent(subject: User | ResidentProfile, *purposes: Purpose) -> bool:
    """Say whether ``subject`` allows all of ``purposes`` now."""
    live = subject.consents.filter(withdrawn_at__isnull=True, purpose__in=purposes)
    return live.values("purpose").distinct().count() == len(set(purposes))


def missing_consents(subject: User | ResidentProfile, purposes: Iterable[Purpose]) -> list[Purpose]:
    """Return which of ``purposes`` are not allowed now."""
    live = set(subject.consents.filter(withdrawn_at__isnull=True).values_list("purpose", flat=True))
    return [purpose for purpose in purposes if purpose not in live]

"""Who somebody is, what they may, and which people a viewer may see."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import (
    Block,
    Consent,
    Credential,
    Desk,
    ProxyGrant,
    ResidentProfile,
    Reveal,
    Token,
    User,
    Verification,
    VolunteerProfile,
)
from accounts.roles import ROLES, Permission, Role
from accounts.states import PaperState, Purpose, VerificationState
from kernel import vault
from kernel.references import clean_number
from kernel.workdays import local_date
from regions.models import Region
from regions.queries import inside
from regions.states import Level


def desks_of(user: User, *, now: datetime) -> list[Desk]:
    """Return the posts that ``user`` holds today, with their regions; read once per loaded user."""
    if "_desks" not in user.__dict__:
        user.__dict__["_desks"] = list(user.desks.select_related("region"))
    today = local_date(now)
    return [
        desk
        for desk in user.__dict__["_desks"]
        if desk.starts_on <= today and (desk.ends_on is None or today <= desk.ends_on)
    ]


def desk_paths(user: User | None, *permissions: Permission, now: datetime) -> list[str]:
    """Return the paths of the regions in which a post of ``user`` holds one of ``permissions``."""
    if user is None:
        return []
    return [
        desk.region.path
        for desk in desks_of(user, now=now)
        if ROLES[Role(desk.role)].permissions & set(permissions)
    ]


def may(user: User | None, *permissions: Permission, region: Region, now: datetime) -> bool:
    """Say whether a post of ``user`` holds one of ``permissions`` in ``region``."""
    return any(region.path.startswith(path) for path in desk_paths(user, *permissions, now=now))


def may_in_city(user: User | None, *permissions: Permission, now: datetime) -> bool:
    """Say whether a post of ``user`` for the whole city holds one of ``permissions``."""
    return user is not None and any(
        desk.region.level == Level.CITY and ROLES[Role(desk.role)].permissions & set(permissions)
        for desk in desks_of(user, now=now)
    )


def holders(
    region: Region,
    *permissions: Permission,
    now: datetime,
    without: Collection[int | None] = frozenset(),
) -> list[User]:
    """Return who answers for ``region``: the posts nearest to it that hold one of ``permissions``.

    Its own street comes before its district, that before the city; holders in ``without`` are passed
    over, so that a matter goes one level up when nobody nearer may deal with it.
    """
    today = local_date(now)
    codes = region.path.strip("/").split("/")
    around = [f"/{'/'.join(codes[: n + 1])}/" for n in range(len(codes))]
    desks = (
        Desk.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            role__in=[role for role, card in ROLES.items() if card.permissions & set(permissions)],
            region__path__in=around,
            starts_on__lte=today,
            user__suspended_at__isnull=True,
        )
        .exclude(user__in=[key for key in without if key])
        .select_related("user__key", "region")
    )
    nearest = max((desk.region.path for desk in desks), key=len, default="")
    found = {desk.user_id: desk.user for desk in desks if desk.region.path == nearest}
    return [found[key] for key in sorted(found)]


def scope_q(user: User | None, *permissions: Permission, now: datetime, field: str = "region") -> Q:
    """Return the condition that ``field`` lies in a region where ``user`` holds a permission."""
    return inside(desk_paths(user, *permissions, now=now), field)


def roles_of(user: User, *, now: datetime) -> frozenset[Role]:
    """Return the roles that this room knows of; organizations add the coordinator."""
    roles = {Role(desk.role) for desk in desks_of(user, now=now)}
    if ResidentProfile.objects.filter(user=user).exists():
        roles.add(Role.RESIDENT)
    if VolunteerProfile.objects.filter(user=user).exists():
        roles.add(Role.VOLUNTEER)
    if live_grants(now).filter(proxy=user).exists():
        roles.add(Role.PROXY)
    return frozenset(roles)


def home_of(user: User) -> Region | None:
    """Return where ``user`` lives, as a volunteer or as a resident, if that is known."""
    for profiles in (VolunteerProfile.objects, ResidentProfile.objects):
        profile = profiles.filter(user=user, region__isnull=False).select_related("region").first()
        if profile:
            return profile.region
    return None


def users_for(viewer: User | None) -> QuerySet[User]:
    """Return the viewer alone: nobody lists people."""
    return User.objects.filter(pk=viewer.pk if viewer else 0).select_related("key")


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


def token_user(secret: str, *, now: datetime) -> tuple[User, Token] | None:
    """Return the person and the token behind ``secret``; None for all that is not valid now."""
    token = (
        Token.objects.filter(secret_index=vault.blind("token", secret))
        .select_related("user__key")
        .first()
    )
    if token is None or token.revoked_at or now >= token.expires_at:
        return None
    user = token.user
    if token.epoch != user.epoch or not user.is_active or user.suspended_at:
        return None
    return user, token


def tokens_of(user: User) -> QuerySet[Token]:
    """Return the person's tokens, newest first."""
    return user.tokens.select_related("key").order_by("-pk")


def live_grants(now: datetime) -> QuerySet[ProxyGrant]:
    """Return the grants that hold today."""
    return ProxyGrant.objects.filter(state=PaperState.VALID, valid_until__gte=local_date(now))


class Acting(NamedTuple):
    """In what capacity somebody acts for a resident: as themselves, or by a grant."""

    is_self: bool
    grant: ProxyGrant | None


DEEDS = ("ask", "confirm", "see_health")


def acting(
    user: User | None, resident: ResidentProfile, *, deed: str, now: datetime
) -> Acting | None:
    """Return how ``user`` may do ``deed`` ("ask", "confirm", "see_health") for ``resident``, or None."""
    if deed not in DEEDS:
        raise ValueError(deed)
    if user is None:
        return None
    if resident.user_id == user.pk:
        return Acting(is_self=True, grant=None)
    grant = live_grants(now).filter(resident=resident, proxy=user, **{f"may_{deed}": True}).first()
    return Acting(is_self=False, grant=grant) if grant else None


def my_residents(user: User, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return the residents that ``user`` is, or may ask for."""
    granted = live_grants(now).filter(proxy=user).values("resident_id")
    return ResidentProfile.objects.filter(
        Q(user=user) | Q(pk__in=granted), erased_at__isnull=True
    ).select_related("key", "region__parent")


def residents_for(viewer: User | None, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return the residents that ``viewer`` is, may ask for, or whose street is theirs to serve."""
    if viewer is None:
        return ResidentProfile.objects.none()
    scope = scope_q(viewer, Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS, now=now) | Q(
        pk__in=my_residents(viewer, now=now).values("pk")
    )
    return ResidentProfile.objects.filter(scope, erased_at__isnull=True).select_related(
        "key", "region__parent"
    )


def name_key(name: str) -> str:
    """Return the form of a name that its blind index is made of."""
    return "".join(name.split()).casefold()


def find_residents(
    viewer: User, *, phone: str = "", name: str = "", number: str = "", now: datetime
) -> QuerySet[ResidentProfile]:
    """Return residents in the viewer's scope by whole phone, last four digits, name, pinyin or number."""
    found = residents_for(viewer, now=now)
    conditions = Q(pk__in=[])
    if len(phone) == 4:
        conditions |= Q(phone_tail_index=vault.blind("phone-tail", phone))
    elif phone:
        conditions |= Q(phone_index=vault.blind("address", phone))
    if name:
        key = name_key(name)
        conditions |= Q(name_index=vault.blind("name", key))
        conditions |= Q(pinyin_index=vault.blind("pinyin", key))
    if number:
        conditions |= Q(number=clean_number(number))
    return found.filter(conditions).order_by("pk")


def grants_for(viewer: User | None, *, now: datetime) -> QuerySet[ProxyGrant]:
    """Return grants the viewer gave, holds, or has to decide."""
    if viewer is None:
        return ProxyGrant.objects.none()
    return ProxyGrant.objects.filter(
        Q(proxy=viewer)
        | Q(resident__user=viewer)
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="resident__region")
    ).select_related("resident__key", "resident__region", "proxy__key", "key")


def consents_of(subject: User | ResidentProfile) -> QuerySet[Consent]:
    """Return every decision about ``subject``'s data, newest first."""
    return subject.consents.order_by("-pk")


def has_consent(subject: User | ResidentProfile, *purposes: Purpose) -> bool:
    """Say whether ``subject`` allows all of ``purposes`` now."""
    live = subject.consents.filter(withdrawn_at__isnull=True, purpose__in=purposes)
    return live.values("purpose").distinct().count() == len(set(purposes))


def missing_consents(subject: User | ResidentProfile, purposes: Iterable[Purpose]) -> list[Purpose]:
    """Return which of ``purposes`` are not allowed now."""
    live = set(subject.consents.filter(withdrawn_at__isnull=True).values_list("purpose", flat=True))
    return [purpose for purpose in purposes if purpose not in live]


def volunteers_for(viewer: User | None, *, now: datetime) -> QuerySet[VolunteerProfile]:
    """Return the viewer's own profile, and the volunteers living where the viewer dispatches."""
    if viewer is None:
        return VolunteerProfile.objects.none()
    return VolunteerProfile.objects.filter(
        Q(user=viewer) | scope_q(viewer, Permission.DISPATCH, Permission.VERIFY_PEOPLE, now=now)
    ).select_related("user__key", "key", "region__parent")


def is_guardian_of(user: User | None, volunteer: VolunteerProfile) -> bool:
    """Say whether ``user`` signs in with the phone that ``volunteer`` named as the guardian's."""
    if user is None or not user.phone:
        return False
    return bool(facts(volunteer.guardian).get("phone") == user.phone)


def credentials_for(viewer: User | None, *, now: datetime) -> QuerySet[Credential]:
    """Return the viewer's own credentials, and those that are theirs to check."""
    if viewer is None:
        return Credential.objects.none()
    return Credential.objects.filter(
        Q(volunteer__user=viewer)
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="volunteer__region")
    ).select_related("volunteer__user", "volunteer__region", "key")


def verifications_for(viewer: User | None, *, now: datetime) -> QuerySet[Verification]:
    """Return the viewer's own claims, and those of people who live in the viewer's streets."""
    if viewer is None:
        return Verification.objects.none()
    return Verification.objects.filter(
        Q(user=viewer)
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="user__volunteer__region")
        | scope_q(viewer, Permission.VERIFY_PEOPLE, now=now, field="user__resident__region")
    ).select_related("user__key", "key", "user__volunteer__region")


def claimed_twice(viewer: User | None, *, now: datetime) -> QuerySet[Verification]:
    """Return the claims on a number that somebody else holds: work of the city's identity desk only."""
    if not may_in_city(viewer, Permission.VERIFY_PEOPLE, now=now):
        return Verification.objects.none()
    return (
        Verification.objects.filter(duplicate_of__isnull=False)
        .select_related("user__key", "key", "duplicate_of__user__key", "duplicate_of__key")
        .order_by("-pk")
    )


def certificates_claimed_twice(viewer: User | None, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return residents whose certificate number another one gave before: the city's identity desk."""
    if not may_in_city(viewer, Permission.VERIFY_PEOPLE, now=now):
        return ResidentProfile.objects.none()
    return ResidentProfile.objects.filter(
        certificate__isnull=False, certificate_index__isnull=True
    ).select_related("key", "region__parent")


def latest_verification(user: User) -> Verification | None:
    """Return the claim that counts: the verified one, else the newest."""
    claims = Verification.objects.filter(user=user).order_by("-pk")
    return claims.filter(state=VerificationState.MATCH).first() or claims.first()


def reveals_of(resident: ResidentProfile) -> QuerySet[Reveal]:
    """Return who looked at the resident's masked data and why, newest first."""
    return resident.reveals.select_related("by__key").order_by("-pk")


def blocked_volunteers(resident: ResidentProfile) -> QuerySet[Block]:
    """Return the pairs with ``resident`` that are not brought together again, by either side."""
    return Block.objects.filter(resident=resident, lifted_at__isnull=True)


def desks_for(viewer: User | None, *, now: datetime) -> QuerySet[Desk]:
    """Return the posts inside the area in which the viewer grants posts."""
    return (
        Desk.objects.filter(scope_q(viewer, Permission.GRANT_DESKS, now=now))
        .select_related("user__key", "region__parent")
        .order_by("region__path", "pk")
    )


def facts(text: str | None) -> dict[str, str]:
    """Return a sealed JSON object as a dict; empty when there is none."""
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def listed(text: str | None) -> list[str]:
    """Return a sealed JSON list; empty when there is none."""
    found: list[str] = json.loads(text) if text else []
    return found

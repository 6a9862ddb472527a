"""Residents, who may act for them, and who looked."""

import unicodedata
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Block, ProxyGrant, ResidentProfile, Reveal, User
from accounts.queries.posts import may_in_city, scope_q
from accounts.roles import Permission
from accounts.states import BlockSide, PaperState
from kernel import vault
from kernel.references import clean_number
from kernel.workdays import local_date


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


def _rows(condition: Q) -> QuerySet[ResidentProfile]:
    """Return the residents of a condition, nobody who was erased, with what every page about them shows."""
    found = ResidentProfile.objects.filter(condition, erased_at__isnull=True)
    return found.select_related("key", "region__parent")


def my_residents(user: User, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return the residents that ``user`` is, or may ask for."""
    granted = live_grants(now).filter(proxy=user).values("resident_id")
    return _rows(Q(user=user) | Q(pk__in=granted))


def resident_keys(user: User, *, now: datetime) -> list[int]:
    """Return the keys of ``my_residents``, for a condition that names them.

    Fetched, not nested: an ``OR`` of subqueries walks the whole table, an ``OR`` of keys its indexes.
    """
    own = ResidentProfile.objects.filter(user=user, erased_at__isnull=True).values_list("pk")
    granted = live_grants(now).filter(proxy=user, resident__erased_at__isnull=True)
    return [key for (key,) in own.union(granted.values_list("resident"))]


def residents_for(viewer: User | None, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return the residents that ``viewer`` is, may ask for, or whose street is theirs to serve."""
    if viewer is None:
        return ResidentProfile.objects.none()
    scope = scope_q(viewer, Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS, now=now)
    return _rows(scope | Q(pk__in=resident_keys(viewer, now=now)))


def residents_known_to(viewer: User | None, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return the residents that ``viewer`` sees, and whom they registered."""
    if viewer is None:
        return ResidentProfile.objects.none()
    seen = residents_for(viewer, now=now).values("pk")
    return _rows(Q(pk__in=seen) | Q(registered_by=viewer))


def residents_to_reveal(viewer: User | None, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return the residents of the area in which ``viewer`` may look at masked data, with a reason."""
    return _rows(scope_q(viewer, Permission.REVEAL, now=now))


def name_key(name: str) -> str:
    """Return the form of a name that its blind index is made of."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def resident_named(*, number: str, name: str) -> ResidentProfile | None:
    """Return the resident with this number and this name: whoever asks to act for one knows both."""
    named = Q(number=clean_number(number), name_index=vault.blind("name", name_key(name)))
    return _rows(named).select_related("user").first()


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


def my_grants(viewer: User | None, *, now: datetime) -> QuerySet[ProxyGrant]:
    """Return the grants that ``viewer`` gave, asked for or holds."""
    return grants_for(viewer, now=now).filter(Q(proxy=viewer) | Q(resident__user=viewer))


def certificates_claimed_twice(viewer: User | None, *, now: datetime) -> QuerySet[ResidentProfile]:
    """Return residents whose certificate number another one gave before: the city's identity desk."""
    if not may_in_city(viewer, Permission.VERIFY_PEOPLE, now=now):
        return ResidentProfile.objects.none()
    return _rows(Q(certificate__isnull=False, certificate_index__isnull=True))


def certificate_holder(resident: ResidentProfile) -> ResidentProfile | None:
    """Return the other resident who gave this one's certificate number before."""
    index = vault.blind("certificate", resident.certificate or "")
    return _rows(Q(certificate_index=index)).first()


def reveals_of(resident: ResidentProfile) -> QuerySet[Reveal]:
    """Return who looked at the resident's masked data and why, newest first."""
    return resident.reveals.select_related("by__key").order_by("-pk")


def all_reveals() -> QuerySet[Reveal]:
    """Return who looked at whose masked data and why, newest first; for the auditor of the whole city."""
    return Reveal.objects.select_related("by__key", "resident").order_by("-pk")


def blocked_volunteers(resident: ResidentProfile) -> QuerySet[Block]:
    """Return the pairs with ``resident`` that are not brought together again, by either side."""
    return Block.objects.filter(resident=resident, lifted_at__isnull=True)


def blocks_for(viewer: User | None, *, now: datetime) -> QuerySet[Block]:
    """Return whom the viewer, or a resident that the viewer acts for, does not want to meet again."""
    if viewer is None:
        return Block.objects.none()
    mine = resident_keys(viewer, now=now)
    return Block.objects.filter(
        Q(side=BlockSide.VOLUNTEER, volunteer__user=viewer)
        | Q(side=BlockSide.RESIDENT, resident__in=mine)
    ).select_related("resident__key", "volunteer__user")

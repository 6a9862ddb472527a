"""Posts and what they allow, where."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts import rules
from accounts.models import Desk, User
from accounts.roles import ROLES, Permission, Role
from accounts.states import DeskRole
from kernel.workdays import local_date
from regions.models import Region
from regions.queries import inside, regions_in
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


def posts_held(keys: Collection[int | None]) -> dict[int, list[Desk]]:
    """Return the posts that these accounts hold or held, newest first, by account; with their names."""
    rows = Desk.objects.filter(user__in=[key for key in keys if key])
    held: dict[int, list[Desk]] = {}
    for desk in rows.select_related("region", "user__key").order_by("-starts_on", "-pk"):
        held.setdefault(desk.user_id, []).append(desk)
    return held


def has_post(user: User, *, now: datetime) -> bool:
    """Say whether ``user`` holds a post, or was given one that has not begun."""
    today = local_date(now)
    return user.desks.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).exists()


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


def granting_desks(user: User | None, *, now: datetime) -> list[Desk]:
    """Return the posts of ``user`` that grant posts."""
    desks = desks_of(user, now=now) if user else []
    return [d for d in desks if Permission.GRANT_DESKS in ROLES[Role(d.role)].permissions]


def posts_to_grant(user: User, *, now: datetime) -> tuple[list[DeskRole], list[Region]]:
    """Return which posts ``user`` can grant, and where: below the own level, inside the own area."""
    own = granting_desks(user, now=now)
    regions = [
        region
        for region in regions_in([desk.region.path for desk in own])
        if rules.is_below(region, own)
    ]
    levels = {region.level for region in regions}
    return [role for role in DeskRole if rules.exists_on(role, levels)], regions


def desks_for(viewer: User | None, *, now: datetime) -> QuerySet[Desk]:
    """Return the posts inside the area in which the viewer grants posts."""
    return (
        Desk.objects.filter(scope_q(viewer, Permission.GRANT_DESKS, now=now))
        .select_related("user__key", "region__parent")
        .order_by("region__path", "pk")
    )

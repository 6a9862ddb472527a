"""Posts, suspension and erasure: who decides about whom."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import (
    Desk,
    ResidentProfile,
    User,
)
from accounts.rules.entry import check_own
from accounts.states import DeskRole
from kernel.refusals import Invalid, NotAllowed
from regions.models import Region
from regions.states import Level

RANK = {Level.CITY: 0, Level.DISTRICT: 1, Level.STREET: 2}
OFFICES = {
    DeskRole.STREET: Level.STREET,
    DeskRole.DISTRICT: Level.DISTRICT,
    DeskRole.CITY: Level.CITY,
}


def check_governs(*, user: User, governs: bool, by: User | None) -> None:
    """Who grants posts where the person lives may suspend the person, but never oneself."""
    if by is None:
        return
    if by.pk == user.pk:
        raise NotAllowed("your_own", _("Somebody else has to decide about you."))
    if not governs:
        raise NotAllowed("not_your_area", _("This person is not in your area."))


def check_erase(*, user: User, governs: bool, by: User | None) -> None:
    """To be forgotten is the person's right; the city's desk carries out what came on paper."""
    if not governs:
        check_own(user=user, by=by)


def check_erase_resident(*, resident: ResidentProfile, decides: bool) -> None:
    """Who may ask for a resident without an account may have the resident forgotten."""
    if resident.user_id is not None or not decides:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_desk(*, role: DeskRole, region: Region, starts_on: date, ends_on: date | None) -> None:
    """An office is of the level it is called after; the other posts exist on every level."""
    level = OFFICES.get(role)
    if level and region.level != level:
        raise Invalid("wrong_level", _("This post does not exist there."), field="region")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("bad_dates", _("A post ends after it starts."), field="ends_on")


def check_grant_desk(*, desks: list[Desk], region: Region, user: User, by: User | None) -> None:
    """Posts are granted below the own level and inside the own area; by the platform, anywhere."""
    if by is None:
        return
    if by.pk == user.pk:
        raise NotAllowed("your_own", _("Somebody else has to decide about you."))
    if not is_below(region, desks):
        raise NotAllowed("not_your_area", _("You can grant posts only below your own."))


def is_below(region: Region, desks: list[Desk]) -> bool:
    """Say whether ``region`` is inside the region of one of these posts, and on a lower level."""
    return any(
        region.is_inside(desk.region) and RANK[Level(region.level)] > RANK[Level(desk.region.level)]
        for desk in desks
    )


def exists_on(role: DeskRole, levels: Collection[str]) -> bool:
    """Say whether a post can be given on one of these levels; see ``check_desk``."""
    level = OFFICES.get(role)
    return level in levels if level else bool(levels)

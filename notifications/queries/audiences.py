"""Who of a scene is told, each with the link that leads this person to it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from accounts import queries as people
from accounts.models import ResidentProfile, User, VolunteerProfile
from accounts.roles import Permission
from notifications.events import Audience
from notifications.queries.stage import Scene
from organizations.models import Organization
from organizations.queries import runners_of
from regions.models import Region


class Told(NamedTuple):
    """Somebody who is told, and where the notice leads them."""

    user: User
    link: str


Finder = Callable[[Scene, datetime], list[User]]


def side_of(resident: ResidentProfile, *, now: datetime) -> list[User]:
    """Return the resident's account, if there is one, and everybody who may act for them today."""
    grants = people.live_grants(now).filter(resident=resident).select_related("proxy__key")
    proxies = [grant.proxy for grant in grants.order_by("pk")]
    return [resident.user, *proxies] if resident.user else proxies


def _running(organization: Organization | None, now: datetime) -> list[User]:
    if organization is None:
        return []
    posts = runners_of(organization, now=now).select_related("user__key")
    return [post.user for post in posts.order_by("pk")]


def _nearest(
    region: Region | None, *permissions: Permission, scene: Scene, now: datetime
) -> list[User]:
    if region is None:
        return []
    return people.holders(region, *permissions, now=now, without=scene.involved)


def guardian_of(ward: VolunteerProfile) -> User | None:
    """Return who signs in with the phone that a volunteer named as the guardian's, if anybody does."""
    return people.user_by_address(people.facts(ward.guardian).get("phone", ""))


def _office(scene: Scene, now: datetime) -> list[User]:
    return _nearest(
        scene.region, Permission.ANSWER_REQUESTS, Permission.DISPATCH, scene=scene, now=now
    )


def _checkers(scene: Scene, now: datetime) -> list[User]:
    return _nearest(scene.region, Permission.VERIFY_ORGANIZATIONS, scene=scene, now=now)


def _handlers(scene: Scene, now: datetime) -> list[User]:
    """Return the nearest case handlers; where there is none, who can appoint one."""
    return _nearest(scene.region, Permission.HANDLE_CASES, scene=scene, now=now) or _nearest(
        scene.region, Permission.GRANT_DESKS, scene=scene, now=now
    )


def _above(scene: Scene, now: datetime) -> list[User]:
    """Return who is nearest, and who is nearest above them."""
    handles = Permission.HANDLE_INCIDENTS if "incident" in scene.facts else Permission.HANDLE_CASES
    found = _nearest(scene.region, handles, scene=scene, now=now)
    region = scene.region.parent if scene.region else None
    while region:
        above = _nearest(region, handles, scene=scene, now=now)
        if more := [user for user in above if user not in found]:
            return [*found, *more]
        region = region.parent
    return found


def _confirmers(scene: Scene, now: datetime) -> list[User]:
    """Return who can confirm where no resident's side does, which is asked by its visit."""
    if scene.resident and side_of(scene.resident, now=now):
        return []
    return _running(scene.organization, now) or _office(scene, now)


def _lookers_after(scene: Scene, now: datetime) -> list[User]:
    office = _nearest(scene.region, Permission.HANDLE_INCIDENTS, scene=scene, now=now)
    runners = _running(scene.organization, now)
    return [*office, *(user for user in runners if user not in office)]


def _one(pick: Callable[[Scene], User | None]) -> Finder:
    """Return a finder of the one person that ``pick`` names, if there is one."""
    return lambda scene, _now: [user] if (user := pick(scene)) else []


_FINDERS: dict[Audience, Finder] = {
    Audience.OWNER: _one(lambda scene: scene.owner),
    Audience.RESIDENT: _one(lambda scene: scene.resident.user if scene.resident else None),
    Audience.SIDE: lambda scene, now: side_of(scene.resident, now=now) if scene.resident else [],
    Audience.GUARDIAN: _one(lambda scene: guardian_of(scene.ward) if scene.ward else None),
    Audience.RECORDER: _one(lambda scene: scene.recorder),
    Audience.HANDLER: _one(lambda scene: scene.handler),
    Audience.RUNNERS: lambda scene, now: _running(scene.organization, now),
    Audience.CONFIRMERS: _confirmers,
    Audience.OFFICE: _office,
    Audience.CHECKERS: _checkers,
    Audience.HANDLERS: _handlers,
    Audience.ABOVE: _above,
    Audience.LOOKERS_AFTER: _lookers_after,
}
_AT_WORK = {
    Audience.CONFIRMERS,
    Audience.OFFICE,
    Audience.CHECKERS,
    Audience.HANDLERS,
    Audience.HANDLER,
    Audience.ABOVE,
    Audience.LOOKERS_AFTER,
}


def told(audience: Audience, scene: Scene, *, now: datetime) -> list[Told]:
    """Return who is meant by ``audience`` in this scene; nobody who was erased."""
    if audience == Audience.VOLUNTEERS:
        found = [Told(user, link) for user, link in scene.coming]
    else:
        at_work = audience in _AT_WORK
        # What an organization runs it finds among its shifts, what it offers under its own address.
        if audience == Audience.RUNNERS:
            at_work = bool(scene.desk_link.startswith("/org/"))
        link = scene.desk_link if at_work else scene.link
        found = [Told(user, link) for user in _FINDERS[audience](scene, now)]
    return [one for one in found if one.user.erased_at is None]

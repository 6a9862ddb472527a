"""Who of a scene is told, each with a link that opens for this person."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from accounts import queries as people
from accounts.models import ResidentProfile, User, VolunteerProfile
from accounts.roles import Permission
from notifications.events import Audience
from notifications.queries.stage import Scene
from organizations.queries import runners_of
from regions.models import Region

DESKS = "/console/desks/"  # where posts are given


class Told(NamedTuple):
    """Somebody who is told, and where the notice leads them."""

    user: User
    link: str


Finder = Callable[[Scene, datetime], list[Told]]


def _to(link: str, users: Iterable[User]) -> list[Told]:
    return [Told(user, link) for user in users]


def side_of(resident: ResidentProfile, *, now: datetime) -> list[User]:
    """Return the resident's account, if there is one, and everybody who may act for them today."""
    grants = people.live_grants(now).filter(resident=resident).select_related("proxy__key")
    proxies = [grant.proxy for grant in grants.order_by("pk")]
    return [resident.user, *proxies] if resident.user else proxies


def _side(scene: Scene, now: datetime) -> list[User]:
    return side_of(scene.resident, now=now) if scene.resident else []


def _running(scene: Scene, now: datetime) -> list[User]:
    if scene.organization is None:
        return []
    posts = runners_of(scene.organization, now=now).select_related("user__key")
    return [post.user for post in posts.order_by("pk")]


def _runners(scene: Scene, now: datetime) -> list[Told]:
    return _to(scene.body_link or scene.link, _running(scene, now))


def _nearest(
    region: Region | None, *permissions: Permission, scene: Scene, now: datetime
) -> list[User]:
    if region is None:
        return []
    return people.holders(region, *permissions, now=now, without=scene.involved)


def guardian_of(ward: VolunteerProfile) -> User | None:
    """Return who signs in with the phone that a volunteer named as the guardian's, if anybody does."""
    return people.user_by_address(people.facts(ward.guardian).get("phone", ""))


def _office(scene: Scene, now: datetime) -> list[Told]:
    found = _nearest(
        scene.region, Permission.ANSWER_REQUESTS, Permission.DISPATCH, scene=scene, now=now
    )
    return _to(scene.desk_link, found)


def _checkers(scene: Scene, now: datetime) -> list[Told]:
    found = _nearest(scene.region, Permission.VERIFY_ORGANIZATIONS, scene=scene, now=now)
    return _to(scene.desk_link, found)


def _handlers(scene: Scene, now: datetime) -> list[Told]:
    """Return the nearest case handlers; where there is none, who can appoint one, and where."""
    found = _nearest(scene.region, Permission.HANDLE_CASES, scene=scene, now=now)
    if found:
        return _to(scene.desk_link, found)
    return _to(DESKS, _nearest(scene.region, Permission.GRANT_DESKS, scene=scene, now=now))


def _above(scene: Scene, now: datetime) -> list[Told]:
    """Return who is nearest, and who is nearest above them."""
    handles = Permission.HANDLE_INCIDENTS if "incident" in scene.facts else Permission.HANDLE_CASES
    found = _nearest(scene.region, handles, scene=scene, now=now)
    region = scene.region.parent if scene.region else None
    while region:
        above = _nearest(region, handles, scene=scene, now=now)
        if more := [user for user in above if user not in found]:
            return _to(scene.desk_link, [*found, *more])
        region = region.parent
    return _to(scene.desk_link, found)


def _confirmers(scene: Scene, now: datetime) -> list[Told]:
    """Return who can confirm where no resident's side does, which is asked by its visit."""
    if _side(scene, now):
        return []
    return _runners(scene, now) or _office(scene, now)


def _recorder(scene: Scene, now: datetime) -> list[Told]:
    """Return who confirmed, with the page on which they did: at home, in the organization, at the desk."""
    user = scene.recorder
    assert user is not None  # hours were confirmed before they can be returned
    if user in _side(scene, now):
        return [Told(user, scene.side_link)]
    at_desk = user not in _running(scene, now)
    return [Told(user, scene.desk_link if at_desk else scene.body_link)]


def _lookers_after(scene: Scene, now: datetime) -> list[Told]:
    office = _nearest(scene.region, Permission.HANDLE_INCIDENTS, scene=scene, now=now)
    runners = [user for user in _running(scene, now) if user not in office]
    return _to(scene.desk_link, [*office, *runners])


def _one(pick: Callable[[Scene], User | None], *, at_work: bool = False) -> Finder:
    """Return a finder of the one person that ``pick`` names, if there is one."""

    def find(scene: Scene, _now: datetime) -> list[Told]:
        user = pick(scene)
        return _to(scene.desk_link if at_work else scene.link, [user] if user else [])

    return find


_FINDERS: dict[Audience, Finder] = {
    Audience.OWNER: _one(lambda scene: scene.owner),
    Audience.RESIDENT: _one(lambda scene: scene.resident.user if scene.resident else None),
    Audience.SIDE: lambda scene, now: _to(scene.link, _side(scene, now)),
    Audience.GUARDIAN: _one(lambda scene: guardian_of(scene.ward) if scene.ward else None),
    Audience.VOLUNTEERS: lambda scene, _now: [Told(user, link) for user, link in scene.coming],
    Audience.RECORDER: _recorder,
    Audience.HANDLER: _one(lambda scene: scene.handler, at_work=True),
    Audience.RUNNERS: _runners,
    Audience.CONFIRMERS: _confirmers,
    Audience.OFFICE: _office,
    Audience.CHECKERS: _checkers,
    Audience.HANDLERS: _handlers,
    Audience.ABOVE: _above,
    Audience.LOOKERS_AFTER: _lookers_after,
}


def told(audience: Audience, scene: Scene, *, now: datetime) -> list[Told]:
    """Return who is meant by ``audience`` in this scene; nobody who was erased."""
    return [one for one in _FINDERS[audience](scene, now) if one.user.erased_at is None]

"""Pages of a post: whoever holds none that allows them finds nothing there."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Desk
from accounts.queries import desk_paths, posts_held
from accounts.roles import ROLES, Permission, Role
from kernel.workdays import local_date
from web.shared.pages import me


def area(request: HttpRequest, *permissions: Permission) -> list[str]:
    """Return the paths of the regions in which a post of the viewer holds one of ``permissions``.

    Without such a post the page is not there, as if its address led nowhere.
    """
    paths = desk_paths(me(request), *permissions, now=timezone.now())
    if not paths:
        raise Http404
    return paths


def _named(desk: Desk) -> str:
    words = {
        "role": desk.get_role_display(),
        "region": desk.region.name,
        "name": desk.user.name or "",
    }
    if words["name"]:
        return _("%(name)s (%(role)s, %(region)s)") % words
    return _("%(role)s, %(region)s") % words


def posts_in_words(
    keys: Collection[int | None], *permissions: Permission
) -> Callable[[int | None, datetime], str]:
    """Return what says as whom one of these accounts acted at a moment: name, post and region.

    With ``permissions`` a post that holds one of them comes first. It says nothing about who held no
    post then: a resident's name stands in nobody's list.
    """
    held = posts_held(keys)

    def named(key: int | None, at: datetime) -> str:
        today = local_date(at)
        desks = [
            desk
            for desk in held.get(key or 0, [])
            if desk.starts_on <= today and (desk.ends_on is None or today <= desk.ends_on)
        ]
        desks.sort(key=lambda desk: not ROLES[Role(desk.role)].permissions & set(permissions))
        return _named(desks[0]) if desks else ""

    return named

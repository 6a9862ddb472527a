"""Pages of a post: whoever holds none that allows them finds nothing there."""

from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.queries import desk_paths
from accounts.roles import Permission
from web.shared.pages import me


def area(request: HttpRequest, *permissions: Permission) -> list[str]:
    """Return the paths of the regions in which a post of the viewer holds one of ``permissions``.

    Without such a post the page is not there, as if its address led nowhere.
    """
    paths = desk_paths(me(request), *permissions, now=timezone.now())
    if not paths:
        raise Http404
    return paths

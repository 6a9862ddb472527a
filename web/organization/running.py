"""Pages of an organization: whoever runs none finds nothing there."""

from django.http import Http404, HttpRequest

from accounts.roles import Role
from web.shared.navigation import roles_for


def runs_one(request: HttpRequest) -> None:
    """Go on only for who runs an organization; for others the page is not there."""
    if Role.COORDINATOR not in roles_for(request):
        raise Http404

"""Staff come in with two factors: whoever holds a post is asked for the second before anything else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.utils import timezone

from accounts.queries import desks_of
from accounts.states import PASSED

# What somebody needs on the way there.
FREE = (
    "/account/second-factor/",
    "/account/leave/",
    "/display/",
    "/language/",
    "/static/",
    "/help/",
)


class SecondFactorMiddleware:
    """Off in the demo, by the setting ``STAFF_SECOND_FACTOR``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead staff to the second factor, unless they have passed it in this session."""
        if not settings.STAFF_SECOND_FACTOR or request.path.startswith(FREE):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated or request.session.get(PASSED):
            return self.get_response(request)
        if not desks_of(user, now=timezone.now()):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return HttpResponseForbidden()
        return redirect("web:second-factor")

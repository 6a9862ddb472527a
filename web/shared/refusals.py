"""A refusal that no form caught becomes a page of its own, with a way back."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.refusals import Conflict, Invalid, NotAllowed, Refusal
from web.shared.pages import came_from

STATUS = {Invalid: 422, NotAllowed: 403, Conflict: 409}


class RefusalMiddleware:
    """Answers pages; the API has an answer of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say in the person's language what stands against it, and where to go from here."""
        if not isinstance(error, Refusal):
            return None
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        context = {"refusal": error, "back": came_from(request, "/")}
        return render(request, "web/refused.html", context, status=status)

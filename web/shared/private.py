"""What is sent to who is signed in stays in no cache: the next one at this computer sees none of it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateMiddleware:
    """Says so on every answer that says nothing itself about being kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        answer = self.get_response(request)
        if "Cache-Control" not in answer and request.user.is_authenticated:
            answer["Cache-Control"] = "private, no-store"
        return answer

"""The one shape of an error: RFC 9457 problem details with the refusal's code and field."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from kernel.refusals import Conflict, Invalid, NotAllowed, Refusal, TooOften

CONTENT_TYPE = "application/problem+json"
STATUS = {Invalid: 400, NotAllowed: 403, TooOften: 429, Conflict: 409}


class PreconditionFailed(exceptions.APIException):
    """The object is no longer what ``If-Match`` says."""

    status_code = 412
    default_code = "precondition_failed"


def problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return the body of an error; ``type`` is stable and names the code."""
    return {
        "type": f"/problems/{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def _leaves(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield every error of a nested DRF detail with the dotted path of its field."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _leaves(inner, ".".join(filter(None, [path, own])))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _leaves(inner, f"{path}.{number}".strip(".") if nested else path)
    else:
        yield {"field": path, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def _of_validation(error: exceptions.ValidationError) -> dict[str, Any]:
    found = list(_leaves(error.detail))
    first = found[0]
    return problem(400, first["code"], first["detail"], field=first["field"], errors=found)


def not_found() -> dict[str, Any]:
    """Return the body for what is absent or somebody else's: one text, byte for byte."""
    return problem(404, "not_found", _("There is nothing here."))


def handle(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into problem details; what is not expected stays a 500 with a log line."""
    headers: dict[str, str] = {}
    if isinstance(error, Refusal):
        status = status_of(error)
        body = problem(status, error.code, error.message, field=error.field)
        if isinstance(error, TooOften):
            headers["Retry-After"] = str(error.wait)
    elif isinstance(error, Http404 | exceptions.NotFound):
        status, body = 404, not_found()
    elif isinstance(error, PermissionDenied):
        status, body = 403, problem(403, "not_allowed", _("You may not do this."))
    elif isinstance(error, exceptions.ValidationError):
        status, body = 400, _of_validation(error)
    elif isinstance(error, exceptions.APIException):
        status = error.status_code
        body = problem(status, str(error.get_codes()), str(error.detail))
        if challenge := getattr(error, "auth_header", ""):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = f"{wait:.0f}"
    else:
        return None
    set_rollback()
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def unknown_address(_request: HttpRequest, _path: str = "") -> JsonResponse:
    """Answer an address under ``/api/`` that no operation has."""
    return JsonResponse(not_found(), status=404, content_type=CONTENT_TYPE)

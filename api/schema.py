"""The OpenAPI document: what every operation takes and answers besides its own shapes."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api.errors import CONTENT_TYPE

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details; `code` is stable, `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
REFUSALS = {
    "400": "What was given cannot be.",
    "401": "Nobody, or nobody known, asks.",
    "403": "This person may not do this.",
    "404": "Absent, or somebody else's.",
    "409": "The state of things stands against it.",
    "429": "That was too often; `Retry-After` says for how many seconds to wait.",
}
OF_DEEDS = {
    "412": "It is no longer what `If-Match` says.",
    "415": "The body is of another kind than `Content-Type` allows.",
}


_drawn: dict[str | None, Any] = {}  # by language


class Generator(SchemaGenerator):
    """Draws the document once for each language: it takes a second, and everybody may ask for it."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Return the document in the reader's language."""
        language = get_language()
        if language not in _drawn:
            _drawn[language] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        return _drawn[language]


class Schema(AutoSchema):
    """Adds the headers that all operations honour, and the refusals that all may answer with."""

    def get_override_parameters(self) -> list[Any]:
        """Return the headers of a deed."""
        if self.method == "GET":
            return []
        headers = {
            "Idempotency-Key": "1 to 80 plain characters. Sent again within 24 hours, the same"
            " request gets the same answer and has no second effect; another request is refused.",
            "If-Match": "The `ETag` of the object as it was seen.",
        }
        return [
            OpenApiParameter(name, str, OpenApiParameter.HEADER, description=words)
            for name, words in headers.items()
        ]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation with its refusals."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        words = REFUSALS if self.method == "GET" else REFUSALS | OF_DEEDS
        content = {CONTENT_TYPE: {"schema": PROBLEM}}
        for status, description in words.items():
            answer = {"description": description, "content": content}
            operation["responses"].setdefault(status, answer)
        return operation

"""JSON as it must be: no duplicate keys, no NaN, no depth without end, no numbers that no column holds."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MOST_BYTES = 256 * 1024
MOST_DEPTH = 12
GREATEST = 2**63


def _refuse(code: str, words: str) -> ParseError:
    return ParseError(words, code=code)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise _refuse("duplicate_key", _("A name stands twice in one object."))
    return found


def _constant(text: str) -> Any:
    raise _refuse("not_a_number", _("%(text)s is not a number.") % {"text": text})


def _integer(text: str) -> int:
    if len(text) > 20 or not -GREATEST <= (number := int(text)) < GREATEST:
        raise _refuse("number_too_large", _("A number is too large."))
    return number


def _too_deep(text: str) -> bool:
    """Say whether brackets nest deeper than any of our shapes; strings are skipped."""
    depth, in_string, escaped = 0, False, False
    for char in text:
        if in_string:
            in_string = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                return True
        elif char in "]}":
            depth -= 1
    return False


class StrictJSONParser(BaseParser):
    """Reads ``application/json`` and refuses what Python would quietly accept."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value in ``stream``; raises ``ParseError`` with a code of its own for each fault."""
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise _refuse("too_large", _("This is too large."))
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise _refuse("not_utf8", _("This is not UTF-8.")) from None
        if _too_deep(text):
            raise _refuse("too_deep", _("This is nested too deeply."))
        try:
            found = json.loads(
                text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer
            )
        except ValueError:
            raise _refuse("not_json", _("This is not valid JSON.")) from None
        if found is None:
            raise _refuse("no_object", _("A JSON object is needed."))
        return found

"""A score in its parts, for people: what each says, what it gives, and what it could give at most."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from matching.engine import Reason
from matching.rules import reason_words

# What is said of a part under another name, and of what the engine gives no reason for.
_PART_OF = {"remote": "near"}
_UNSAID = {"level": _("no special skill is needed"), "likely": _("is likely to say yes")}


class Part(NamedTuple):
    """One line: a sentence, and points of a hundred."""

    words: str
    value: float
    most: float


def parts_of(
    reasons: Iterable[Reason], parts: Mapping[str, float], worth: Mapping[str, float]
) -> list[Part]:
    """Return the lines of a score: every part that says or gives something. Their values add up to it."""
    said = {_PART_OF.get(reason.code, reason.code): reason_words(reason) for reason in reasons}
    return [
        Part(said.get(name) or str(_UNSAID[name]), 100 * parts[name], 100 * most)
        for name, most in worth.items()
        if name in said or parts[name] > 0
    ]


def told(reasons: Iterable[tuple[str, float, Mapping[str, Any]]]) -> list[Part]:
    """Return the lines of why somebody was asked, as it is kept with an offer: each part of a hundred,
    before its weight, and nothing about anybody else."""
    return [
        Part(reason_words(Reason(code, value, facts)), 100 * value, 100.0)
        for code, value, facts in reasons
    ]

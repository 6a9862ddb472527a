"""Why was I asked? One sentence in plain words, and the parts with points that add up."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.models import Offer
from matching.queries.why import PartWeighed, Picked, picked, weighed
from web.shared.weighed import PARTS, WISHES

NAMED = 3  # parts in the sentence: what gave most
SPEAKS_FROM = 0.5  # of what a part can give, less is no reason to ask anybody
LABELS = {**PARTS, **WISHES}
SAID = {
    "near": gettext_lazy("you are about %(km).1f km away"),
    "remote": gettext_lazy("it is by phone or video, so that nobody is far away"),
    "level": gettext_lazy("you have the skills for it, at level %(level).1f of 3"),
    "reliable": gettext_lazy("we reckon that you come to %(share)d%% of what you agree to"),
    "rested": gettext_lazy("you served %(served)d times in the last 14 days"),
    "roomy": gettext_lazy("%(hours).1f hours of yours in that week are still free"),
    "likely": gettext_lazy("a yes of yours was thought %(chance)d%% likely"),
    "first": gettext_lazy("it would be your first service"),
    "known": gettext_lazy("you have helped this person before"),
    "preferred": gettext_lazy("the resident would like you to come"),
}
NO_SKILL = gettext_lazy(
    "no special skill is needed"
)  # then all have it in full, and nobody because of it
NOT_FIRST = gettext_lazy("you have served before")
OPENINGS: dict[str, Promise] = {
    Picked.COMPUTER: gettext_lazy("The computer picked you because %(why)s."),
    Picked.LOT: gettext_lazy(
        "The computer drew you by lot from all who can go, so that not always the same are asked. "
        "What speaks for you: %(why)s."
    ),
    Picked.PLAN: gettext_lazy(
        "A plan of the computer proposed you, and a person in the office said yes to it, because %(why)s."
    ),
    Picked.PERSON: gettext_lazy(
        "A person in the office picked you from those who can go. What speaks for you: %(why)s."
    ),
}


class Points(NamedTuple):
    """One line: the part's name, what was seen, and points out of what it can give; a hundred in all."""

    label: Any
    words: str
    value: float
    most: float


class Why(NamedTuple):
    """What the page of an offer says: the sentence, the lines, and their sum."""

    sentence: str
    lines: list[Points]
    total: float
    widest: float


def _words(part: PartWeighed, chance: float) -> str:
    if part.code == "level" and not part.facts:
        return str(NO_SKILL)
    if part.code == "first" and not part.value:
        return str(NOT_FIRST)
    facts = {**part.facts, "km": part.facts.get("distance_m", 0) / 1000, "chance": 100 * chance}
    return str(SAID[part.said] % facts)


def tenths(shares: Sequence[float]) -> list[float]:
    """Return shares of one as points with one decimal that sum to a hundred: what rounding takes is given
    back to those that lost most."""
    exact = [1000 * share for share in shares]
    found = [int(one) for one in exact]
    lost = sorted(range(len(exact)), key=lambda n: (found[n] - exact[n], n))
    for n in lost[: round(sum(exact)) - sum(found)]:
        found[n] += 1
    return [one / 10 for one in found]


def _reasons(parts: Iterable[PartWeighed], chance: float) -> str:
    """Return what speaks for the person, the most telling first."""
    telling = [
        part
        for part in parts
        if part.value >= SPEAKS_FROM and not (part.code == "level" and not part.facts)
    ]
    telling.sort(key=lambda part: -part.value * part.worth)
    return _("; ").join(_words(part, chance) for part in telling[:NAMED]) or _("you can go")


def why(offer: Offer) -> Why | None:
    """Return why the person of ``offer`` was asked; None for an offer of before parts were weighed."""
    parts = weighed(offer)
    if parts is None:
        return None
    chance = offer.chance or 0.0
    mosts = tenths([part.worth for part in parts])
    lines = [
        Points(
            LABELS[part.code].label,
            capfirst(_words(part, chance)),
            min(round(100 * part.worth * part.value, 1), most),
            most,
        )
        for part, most in zip(parts, mosts, strict=True)
    ]
    sentence = str(OPENINGS[picked(offer)]) % {"why": _reasons(parts, chance)}
    total = round(sum(line.value for line in lines), 1)
    return Why(sentence, lines, total, max(mosts))

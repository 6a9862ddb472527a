"""Why somebody was asked: who picked them, and what each part of the score gave, as it was weighed then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from matching.engine import Parameters
from matching.engine.score import Parts, shares
from matching.models import Offer, Proposal, Weighing
from matching.queries.weights import BEFORE

Said = tuple[str, float, Mapping[str, Any]]
PART_OF = {"remote": "near"}  # what is said of a part under another name
ALWAYS = {
    "near",
    "reliable",
    "rested",
    "roomy",
}  # since parts are weighed, of each something is said


class Picked(models.TextChoices):
    """Who picked a person to be asked."""

    COMPUTER = "COMPUTER", _("the computer")
    LOT = "LOT", _("the computer, by lot")
    PLAN = "PLAN", _("a plan of the computer that a person looked through")
    PERSON = "PERSON", _("a person in the office")


class PartWeighed(NamedTuple):
    """One part of a score: its code in ``Parts``, its value and what it is worth, both in [0, 1]; what was
    said of it then, and the facts of it."""

    code: str
    value: float
    worth: float
    said: str
    facts: Mapping[str, Any]


def parameters_at(moment: datetime) -> Parameters:
    """Return the parameters that held at ``moment``."""
    then = Weighing.objects.filter(set_at__lte=moment).first()
    return Parameters(**then.parameters) if then else BEFORE


def picked(offer: Offer) -> str:
    """Return who picked the person of ``offer`` (``Picked``)."""
    if Proposal.objects.filter(offer=offer).exists():
        return Picked.PLAN
    if offer.sent_by_id:
        return Picked.PERSON
    return Picked.LOT if offer.explored else Picked.COMPUTER


def weighed(offer: Offer) -> list[PartWeighed] | None:
    """Return the parts of the score of ``offer`` that could give something; what they are worth sums to one.

    None for an offer of before parts were weighed. Whether the resident wishes for somebody else, or was
    helped by somebody else before, cannot be told from it: the share of that counts only for who has it.
    """
    found = {PART_OF.get(code, code): (code, value, facts) for code, value, facts in offer.reasons}
    if offer.chance is None or not found.keys() >= ALWAYS:
        return None
    worth = shares(
        known="known" in found,
        preferred="preferred" in found,
        parameters=parameters_at(offer.sent_at),
    )
    # Of these nothing is kept where nothing is asked for, or they are the same for everybody.
    unsaid: dict[str, Said] = {"level": ("level", 1.0, {}), "likely": ("likely", offer.chance, {})}
    return [
        PartWeighed(name, value, share, code, facts)
        for name, share in zip(Parts._fields, worth, strict=True)
        for code, value, facts in [found.get(name) or unsaid.get(name) or (name, 0.0, {})]
        if share > 0
    ]

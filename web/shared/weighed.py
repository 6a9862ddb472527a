"""What the engine weighs, in words: the parts of a score, and the limits of travel and rest."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matching.engine import USUAL, Parameters


class Weighed(NamedTuple):
    """One of ``engine.Parameters`` as a person reads it: a whole number where ``is_whole``."""

    label: Promise
    meaning: Promise
    unit: Promise | str = ""
    is_whole: bool = False


MINUTES, KM, HOURS, SPEED = _("minutes"), _("km"), _("hours"), _("km/h")

PARTS = {
    "near": Weighed(_("Close by"), _("Whoever lives nearer is asked sooner.")),
    "level": Weighed(_("Skilled"), _("Whoever is better at what is needed is asked sooner.")),
    "reliable": Weighed(
        _("Reliable"), _("Whoever came to what was agreed is asked sooner; one miss counts little.")
    ),
    "rested": Weighed(
        _("Rested"), _("Whoever served less in the last 14 days is asked sooner: nobody tires.")
    ),
    "roomy": Weighed(
        _("Time left"), _("Whoever has more of the week's chosen hours left is asked sooner.")
    ),
    "likely": Weighed(
        _("Says yes"), _("Whoever is more likely to say yes is asked sooner; 0 leaves it out.")
    ),
    "first": Weighed(
        _("New here"), _("Whoever has not served yet is asked a little sooner, to get a beginning.")
    ),
}
SHAPES = {
    "near_km": Weighed(
        _("Distance at which closeness fades"),
        _("At this distance “close by” counts about a third of what it counts next door."),
        KM,
    ),
    "rest": Weighed(
        _("How fast services tire"),
        _("With 0.25, four services in 14 days halve “rested”; 0 = they do not count."),
    ),
    "roomy_hours": Weighed(
        _("Enough time"), _("More free hours in the week than this count no more."), HOURS
    ),
}
WISHES = {
    "known": Weighed(
        _("Has helped before"),
        _("The share for somebody who has helped this resident before, where there is one."),
    ),
    "preferred": Weighed(
        _("Wished for by name"),
        _("The share for somebody whom the resident wishes for, where they name anybody."),
    ),
}
LIMITS = {
    "buffer_minutes": Weighed(
        _("Least time between two services"), _("However near they are."), MINUTES, is_whole=True
    ),
    "travel_km_per_hour": Weighed(
        _("Speed on the way"), _("As the crow flies, from one service to the next."), SPEED
    ),
    "travel_minutes": Weighed(
        _("Time to set out"), _("Added to every way between two services."), MINUTES, is_whole=True
    ),
    "travel_within_minutes": Weighed(
        _("Look at the way up to"),
        _("Where more time than this lies between two services, nobody asks how far it is."),
        MINUTES,
        is_whole=True,
    ),
    "night_rest_minutes": Weighed(
        _("Night's rest"),
        _("After a service that runs into the night (22:00 to 6:00); 0 = none."),
        MINUTES,
        is_whole=True,
    ),
    "day_minutes": Weighed(
        _("Most on one day"),
        _("Of several services; a single one may be longer. 0 = no limit."),
        MINUTES,
        is_whole=True,
    ),
    "services_a_day": Weighed(
        _("Most services on one day"),
        _("That a plan of the coming days gives one person, what was agreed before included."),
        is_whole=True,
    ),
}
GROUPS: tuple[tuple[Promise, Mapping[str, Weighed]], ...] = (
    (_("Who is asked first"), {**PARTS, **SHAPES}),
    (_("What the resident wishes"), WISHES),
    (_("Travel and rest"), LIMITS),
)
ALL = {name: one for _legend, group in GROUPS for name, one in group.items()}


def counted(held: Parameters) -> list[tuple[Promise, list[dict[str, Any]]]]:
    """Return what is weighed now, by group; a part of the score with its share of the whole."""
    values = asdict(held)
    share = dict(zip(PARTS, held.shares, strict=True))
    return [
        (
            legend,
            [
                {
                    "words": one,
                    "value": plain(values[name]),
                    "percent": (percent := round(100 * share[name]) if name in share else None),
                    "share": f"{percent} %",
                }
                for name, one in group.items()
            ],
        )
        for legend, group in GROUPS
    ]


def changes(
    before: Mapping[str, float], after: Mapping[str, float]
) -> Iterator[tuple[Weighed, str, str]]:
    """Yield what differs: the parameter, its value before and after, written plainly."""
    usual = asdict(USUAL)  # what was not weighed yet was as it is usually
    for name, one in ALL.items():
        was, now = before.get(name, usual[name]), after.get(name, usual[name])
        if was != now:
            yield one, plain(was), plain(now)


def plain(value: float) -> str:
    """Return ``0.3`` for 0.30 and ``15`` for 15.0."""
    return f"{value:.10g}"

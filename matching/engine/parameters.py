"""What the engine weighs: frozen, versioned, checked when it is made."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from reprlib import repr as shown
from typing import Any

from matching.engine.errors import BadProblem

VERSION = 1  # of the meaning of the parameters
USUAL_BOUNDS = (0, 1_000_000)  # more than anybody weighs, and sums are none too large
BOUNDS = {
    "near_km": (0.001, 10_000),
    "roomy_hours": (0.1, 168),
    "travel_km_per_hour": (0.1, 1_000),
    **dict.fromkeys(
        (
            *("buffer_minutes", "travel_minutes", "travel_within_minutes"),
            *("night_rest_minutes", "day_minutes"),
        ),
        (0, 10_080),
    ),
    "services_a_day": (1, 24),
}


def _check_numbers(where: str, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadProblem(f"{where}: {name}", f"a number is needed, not {shown(value)}")
        low, high = BOUNDS.get(name, USUAL_BOUNDS)
        if not low <= value <= high:
            why = f"{shown(value)} is not between {low} and {high}"
            raise BadProblem(f"{where}: {name}", why)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Weights of the parts of a score (ENGINE §1) and the distances and times of the hard rules.

    The seven weights need not sum to one: they are divided by their sum. ``preferred`` is the share of the
    whole that a preferred person gets where a need names any, ``known`` that of somebody who has helped this
    resident before where anybody has; the other parts share what is left.
    """

    near: float = 0.30
    level: float = 0.15
    reliable: float = 0.20
    rested: float = 0.20
    roomy: float = 0.15
    likely: float = 0.0  # that she says yes
    first: float = 0.0  # that it would be her first service
    known: float = 0.10
    preferred: float = 0.15
    near_km: float = 5.0  # nearness falls to 1/e
    rest: float = 0.25  # per recent service
    roomy_hours: float = 8.0  # from here on, free hours count no more
    buffer_minutes: int = 30
    travel_km_per_hour: float = 15.0
    travel_minutes: int = 10
    travel_within_minutes: int = 180  # beyond this gap nobody asks how far it is
    night_rest_minutes: int = 0  # between a service that runs into the night and the next one
    day_minutes: int = 0  # of several services on one day; 0 = no limit
    services_a_day: int = 3  # of one person in a plan, those included that were agreed to before

    def __post_init__(self) -> None:
        _check_numbers("parameters", asdict(self))
        if self.services_a_day != int(self.services_a_day):
            raise self._bad("services_a_day", "a whole number is needed")
        if not sum(self.weights) > 0:
            raise BadProblem("parameters", "the weights are all zero")
        if self.preferred + self.known > 1:
            raise self._bad("preferred", "must be at most 1 together with known")

    @staticmethod
    def _bad(name: str, why: str) -> BadProblem:
        return BadProblem(f"parameters: {name}", why)

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights as they were given, in the order of ``score.Parts``."""
        return (
            *(self.near, self.level, self.reliable, self.rested, self.roomy),
            *(self.likely, self.first),
        )

    @property
    def shares(self) -> tuple[float, ...]:
        """The weights, summing to one."""
        total = sum(self.weights)
        return tuple(weight / total for weight in self.weights)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Parameters":
        """Return the usual ones with ``given`` in their place; raises ``BadProblem``."""
        known = {field.name for field in fields(cls)}
        for name in given:
            if name not in known:
                raise cls._bad(name, "is not known")
        return cls(**given)


USUAL = Parameters()


@dataclass(frozen=True, slots=True)
class Asking:
    """How many are asked, how soon again, and how often one person (ENGINE §4).

    Shares are in [0, 1]; times are minutes, ``day_begins`` and ``day_ends`` of the local day. The caps leave
    a second offer on one day to somebody who could not take the first, and not the third of the week.
    """

    sure: float = 0.95  # that all waves together fill the places
    parts: int = 6  # an offer lives for the time left divided by this
    waves: int = 4  # the most that the surety is spread over
    at_least_minutes: int = 60  # an offer lives so long: measured better than half an hour
    at_most_minutes: int = 1440  # what is not answered within a day's waking hours is forgotten
    soonest_minutes: int = 20  # at the very end, the least time to answer
    before_start_minutes: int = 60  # an answer must leave time to travel
    fair: float = 0.6  # of a score, what full fatigue takes
    per_day: int = 2  # notices to one person in 24 hours
    per_week: int = 3  # notices to one person in 7 days
    urgent: int = 4  # from this urgency on the caps do not hold
    explore: float = 0.05  # drawn from all, not the next in order
    day_begins: int = 480
    day_ends: int = 1260

    def __post_init__(self) -> None:
        _check_numbers("asking", asdict(self))
        for name in ("sure", "explore", "fair"):
            if getattr(self, name) > 1:
                raise self._bad(name, "must be at most 1")
        for name in ("parts", "waves", "at_least_minutes", "soonest_minutes"):
            if getattr(self, name) < 1:
                raise self._bad(name, "must be at least 1")
        self._check_bounds()

    def _check_bounds(self) -> None:
        if self.sure == 1:
            raise self._bad("sure", "must be less than 1: nobody is sure to come")
        if self.at_most_minutes < self.at_least_minutes:
            raise self._bad("at_most_minutes", "must not be less than at_least_minutes")
        if not self.day_begins < self.day_ends <= 1440:
            raise self._bad("day_ends", "must be after day_begins, within the day")

    @staticmethod
    def _bad(name: str, why: str) -> BadProblem:
        return BadProblem(f"asking: {name}", why)


USUAL_ASKING = Asking()

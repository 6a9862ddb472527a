"""What the engine is told: a need, and people as they are on that day."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

EARTH_M = 6_371_008.8
LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")  # without summer time since 1992


class Span(NamedTuple):
    """A stretch of time, ``end`` exclusive; both with an offset. Of a service ``point`` says where."""

    start: datetime
    end: datetime
    point: tuple[float, float] | None = None

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int((self.end - self.start).total_seconds() // 60)

    def covers(self, other: "Span") -> bool:
        """Say whether ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Need:
    """One dated need. ``point`` is (lat, lng) on the blurred grid; a remote service has none.

    ``has_known`` and ``has_preferred`` say whether the resident was helped by somebody before, and whether
    they wish for anybody by name. ``languages`` names those of ``skills`` that are languages.
    """

    key: str
    when: Span
    category: str
    point: tuple[float, float] | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    credentials: frozenset[str] = frozenset()
    gender: str = ""
    adults_only: bool = False
    own_volunteers_of: int | None = None  # an organization's key, when only its own may come
    resident: int | None = None
    has_known: bool = False
    has_preferred: bool = False

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.when.minutes


@dataclass(frozen=True, slots=True)
class Person:
    """A volunteer on the day of the need: facts only, gathered by whoever asks.

    ``free`` are the stretches of that day she is free; ``busy`` her live commitments around it.
    ``credentials`` are those valid on the day. ``asked`` counts recent offers, ``served`` recent services.
    ``done_that_day`` are minutes that were served already on the day of the need. ``reliability``
    and ``acceptance`` are in [0, 1]; ``is_known`` and ``is_preferred`` hold of this pair.
    """

    id: int
    tie: str  # stable and unguessable: orders equals
    is_verified: bool
    is_adult: bool
    has_guardian_consent: bool
    is_suspended: bool
    is_paused: bool
    lesson_passed: bool
    sex: str
    point: tuple[float, float] | None
    radius_m: float
    minutes_left_this_week: int
    skills: Mapping[str, int]
    credentials: frozenset[str]
    free: Sequence[Span]
    busy: Sequence[Span]
    blocked: bool = False  # this pair, by either side
    organizations: frozenset[int] = frozenset()
    asked: int = 0
    served: int = 0
    done_that_day: int = 0
    reliability: float = 1.0
    acceptance: float = 0.0
    is_new: bool = False
    is_known: bool = False
    is_preferred: bool = False


class Reason(NamedTuple):
    """Why, or why not: a code, a value in [0, 1] for parts of the score, and facts for the sentence."""

    code: str
    value: float
    facts: Mapping[str, Any]


def distance_m(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    """Return the great-circle distance in metres, or None where one side has no place."""
    if one is None or other is None:
        return None
    a, b = math.radians(one[0]), math.radians(other[0])
    half = (
        math.sin((b - a) / 2) ** 2
        + math.cos(a) * math.cos(b) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))

"""The hard rules over many rows at once: the same as ``rules``, one column after another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.engine.parameters import Parameters
from matching.engine.pool import DAY, SLOT, Floats, Ints, Keys, Mask, Pool, metres
from matching.engine.rules import NIGHT_BEGINS, NIGHT_ENDS

KM = 1000.0
LOCAL_MINUTES = 480  # of local time before UTC


@dataclass(frozen=True, slots=True)
class Wanted:
    """A need as the columns are asked: ``skills`` are (row of ``Pool.levels``, least level); times are
    minutes since 1970 in UTC; ``gender`` counts in ``GENDERS``, 0 = any; rows name people."""

    key: int
    lat: float
    lng: float
    start: int
    end: int
    skills: tuple[tuple[int, int], ...]
    gender: int
    preferred: frozenset[int]
    excluded: frozenset[int]
    known: frozenset[int] = frozenset()

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.end - self.start


class Days:
    """Who may be free in which half hours of a day, as 48 bits a person; made when a day is first asked.

    A half hour counts when any minute of it is free, so that nobody who is free is lost; the minutes are
    looked at afterwards.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._owners = pool.free.owners()
        self._days: dict[int, Keys] = {}

    def of(self, day: int) -> Keys:
        """Return the bits of ``day``, counted from 1970 in UTC."""
        if day not in self._days:
            free = self._pool.free
            touch = np.flatnonzero((free.start < (day + 1) * DAY) & (free.end > day * DAY))
            found = np.zeros(len(self._pool), dtype=np.uint64)
            begin = np.maximum(free.start[touch] - day * DAY, 0) // SLOT
            end = -(-np.minimum(free.end[touch] - day * DAY, DAY) // SLOT)
            np.bitwise_or.at(found, self._owners[touch], slots(begin, end))
            self._days[day] = found
        return self._days[day]

    def may(self, rows: Ints, start: int, end: int) -> Mask:
        """Say who of ``rows`` may be free from ``start`` to ``end``."""
        fits = np.ones(len(rows), dtype=bool)
        for day in range(start // DAY, (end - 1) // DAY + 1):
            begin = max(start - day * DAY, 0) // SLOT
            until = -(-min(end - day * DAY, DAY) // SLOT)
            [wanted] = slots(np.array([begin]), np.array([until]))
            fits &= (self.of(day)[rows] & wanted) == wanted
        return fits


def slots(begin: Ints, end: Ints) -> Keys:
    """Return the bits of the slots from ``begin`` to ``end`` (exclusive, at most 48)."""
    one = np.uint64(1)
    found: Keys = (one << end.astype(np.uint64)) - (one << begin.astype(np.uint64))
    return found


def skilled(pool: Pool, rows: Ints, wanted: Wanted) -> Mask:
    """Every skill, at the level needed."""
    fits = np.ones(len(rows), dtype=bool)
    for skill, level in wanted.skills:
        fits &= pool.levels[skill][rows] >= level
    return fits


def wished(pool: Pool, rows: Ints, wanted: Wanted) -> Mask:
    """The resident's own wish for a woman or a man."""
    if not wanted.gender:
        return np.ones(len(rows), dtype=bool)
    found: Mask = pool.gender[rows] == wanted.gender
    return found


def not_excluded(_pool: Pool, rows: Ints, wanted: Wanted) -> Mask:
    """This pair is not brought together."""
    if not wanted.excluded:
        return np.ones(len(rows), dtype=bool)
    return ~np.isin(rows, np.fromiter(wanted.excluded, dtype=np.int64))


def within_week(pool: Pool, rows: Ints, wanted: Wanted) -> Mask:
    """Within the hours a week that are left."""
    found: Mask = pool.minutes_left[rows] >= wanted.minutes
    return found


def away_m(pool: Pool, rows: Ints, wanted: Wanted) -> Floats:
    """Return the metres from the homes of ``rows`` to the need."""
    return metres(pool.lat[rows], pool.lng[rows], wanted.lat, wanted.lng)


def near(pool: Pool, rows: Ints, away: Floats) -> Mask:
    """Within the person's own radius, ``away`` metres."""
    found: Mask = away <= pool.radius_m[rows]
    return found


def free(pool: Pool, rows: Ints, wanted: Wanted) -> Mask:
    """A free stretch that covers the whole of it, to the minute."""
    spans = pool.free.taken(rows)
    covers = (spans.start <= wanted.start) & (wanted.end <= spans.end)
    found: Mask = np.bincount(spans.owners()[covers], minlength=len(rows)) > 0
    return found


def not_busy(pool: Pool, rows: Ints, wanted: Wanted, parameters: Parameters) -> Mask:
    """No other service then, and time to get from one to the other (ENGINE §1)."""
    busy = pool.busy.taken(rows)
    assert busy.lat is not None
    assert busy.lng is not None
    gap = np.maximum(busy.start - wanted.end, wanted.start - busy.end)
    need = travel_minutes(busy.lat, busy.lng, wanted.lat, wanted.lng, parameters)
    need = np.where(gap < parameters.travel_within_minutes, need, 0.0)
    clash = (gap < parameters.buffer_minutes) | (gap < need)
    found: Mask = np.bincount(busy.owners()[clash], minlength=len(rows)) == 0
    return found


def rested(pool: Pool, rows: Ints, wanted: Wanted, parameters: Parameters) -> Mask:
    """A night's rest between a service that runs into the night and the next one."""
    busy = pool.busy.taken(rows)
    is_before = busy.start <= wanted.start
    gap = np.where(is_before, wanted.start - busy.end, busy.start - wanted.end)
    [own] = into_night(np.array([wanted.start]), np.array([wanted.end]))
    night = np.where(is_before, into_night(busy.start, busy.end), own)
    tired = night & (gap < parameters.night_rest_minutes)
    found: Mask = np.bincount(busy.owners()[tired], minlength=len(rows)) == 0
    return found


def into_night(start: Ints, end: Ints) -> Mask:
    """Say which stretches have minutes between 22:00 and 6:00 local time."""
    begun = (start + LOCAL_MINUTES) % DAY
    found: Mask = (begun < NIGHT_ENDS * 60) | (begun + end - start > NIGHT_BEGINS * 60)
    return found


def within_day(pool: Pool, rows: Ints, wanted: Wanted, parameters: Parameters) -> Mask:
    """Of several services on one day no more than is good for anybody."""
    if not parameters.day_minutes:
        return np.ones(len(rows), dtype=bool)
    busy = pool.busy.taken(rows)
    that_day = (busy.start + LOCAL_MINUTES) // DAY == (wanted.start + LOCAL_MINUTES) // DAY
    minutes = np.where(that_day, busy.end - busy.start, 0)
    others = np.bincount(busy.owners(), weights=minutes, minlength=len(rows))
    found: Mask = (others == 0) | (others + wanted.minutes <= parameters.day_minutes)
    return found


def travel_minutes(
    lat: Floats, lng: Floats, to_lat: float, to_lng: float, parameters: Parameters
) -> Floats:
    """Return how long it takes from each place to the other one."""
    away_km = metres(lat, lng, to_lat, to_lng) / KM
    found: Floats = away_km / parameters.travel_km_per_hour * 60.0 + parameters.travel_minutes
    return found


# In the order of ``rules.HARD_RULES``, by the same names; a file knows no more about people, and languages
# are skills to it.
RULES: tuple[tuple[str, Callable[[Pool, Ints, Wanted, Parameters], Mask]], ...] = (
    ("not_blocked", lambda pool, rows, wanted, _p: not_excluded(pool, rows, wanted)),
    ("skilled", lambda pool, rows, wanted, _p: skilled(pool, rows, wanted)),
    ("wished", lambda pool, rows, wanted, _p: wished(pool, rows, wanted)),
    ("near", lambda pool, rows, wanted, _p: near(pool, rows, away_m(pool, rows, wanted))),
    ("free", lambda pool, rows, wanted, _p: free(pool, rows, wanted)),
    ("not_busy", not_busy),
    ("rested", rested),
    ("within_her_day", within_day),
    ("within_her_week", lambda pool, rows, wanted, _p: within_week(pool, rows, wanted)),
)


class Sifted(NamedTuple):
    """How many people each rule is the first to turn down (``refused``), and how many none does (``fit``):
    together, all there are. Those whom ``skilled`` turns down stand in ``lacking`` as well, by the first
    skill that they have not, or not at the level needed: skills in order, then marks."""

    refused: dict[str, int]
    lacking: dict[str, int]
    fit: int


def sifted(pool: Pool, wanted: Wanted, parameters: Parameters) -> Sifted:
    """Return what the rules, asked one after the other, make of everybody in ``pool``."""
    rows, counts = np.arange(len(pool)), {}
    lacking: dict[str, int] = {}
    for name, rule in RULES:
        fits = rule(pool, rows, wanted, parameters)
        counts[name] = int(len(rows) - fits.sum())
        if name == "skilled":
            lacking = _lacking(pool, rows[~fits], wanted)
        rows = rows[fits]
    return Sifted(counts, lacking, len(rows))


def _lacking(pool: Pool, rows: Ints, wanted: Wanted) -> dict[str, int]:
    """Return how many of ``rows`` lack each skill and none that is asked before it."""
    found = {}
    for skill, level in sorted(wanted.skills, key=lambda one: one[0] in pool.marks):
        has = pool.levels[skill][rows] >= level
        found[pool.skills[skill]] = int(len(rows) - has.sum())
        rows = rows[has]
    return found

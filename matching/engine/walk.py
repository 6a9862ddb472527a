"""The walk from each need outwards, ring by ring, until enough people are found (ENGINE §3).

Compiled. Where one person after another is looked at, a function is handed few columns: a call counts
references to each, which would cost more than the looking.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from matching.engine.compiled import compiled, inlined
from matching.engine.index import RINGS, SLACK, WIDE
from matching.engine.pool import CLASSES_KM, Floats, Ints, Mask
from matching.engine.problem import EARTH_M
from matching.engine.score import TOP_LEVEL

SCAN_BELOW = 3_000  # so many are looked at faster than their cells
MOST_RUNS = (len(CLASSES_KM) + 1) * 2 * (2 * RINGS[-1] + 1)
JITTER = 0.3  # of a score: so far a choice strays from the best


class Named(NamedTuple):
    """Rows of people by need: those of need ``q`` from ``at[q]`` to ``at[q + 1]``."""

    at: Ints
    rows: Ints

    @classmethod
    def of(cls, lists: Sequence[Iterable[int]]) -> "Named":
        each = [sorted(one) for one in lists]
        at = np.concatenate(([0], np.cumsum([len(one) for one in each]))).astype(np.int64)
        return cls(at, np.array([row for one in each for row in one], dtype=np.int64))

    def has(self, need: Ints, rows: Ints, people: int) -> Mask:
        """Say of each pair of need and row whether the need names the row."""
        own = np.repeat(np.arange(len(self.at) - 1), np.diff(self.at)) * people + self.rows
        found: Mask = np.isin(need * people + rows, own)
        return found


class People(NamedTuple):
    """Columns of the pool as the walk needs them; ``own``: what of a score hangs on the person alone."""

    key: Ints
    lat: Floats
    lng: Floats
    radius_m: Floats
    own: Floats
    levels: Any
    gender: Any
    left: Ints
    free_at: Ints
    free_start: Ints
    free_end: Ints
    busy_at: Ints
    busy_start: Ints
    busy_end: Ints
    busy_lat: Floats
    busy_lng: Floats


class Asked(NamedTuple):
    """Columns of the needs. ``slots`` and ``next_slots``: the half hours of the first day and of the next."""

    key: Ints
    lat: Floats
    lng: Floats
    y: Ints
    x: Ints
    start: Ints
    end: Ints
    slots: Ints
    next_slots: Ints
    gender: Ints
    skills: Named
    least: Ints  # the level of each of ``skills``
    weighed: Named  # of ``skills`` those whose level counts
    wished: Named  # preferred or known: they are looked at however far they live
    barred: Named
    most: Ints


class Listed(NamedTuple):
    """Rows of the pool who are looked at, with their sorted keys and the half hours they may be free in on
    the day of the needs and on the next."""

    rows: Ints
    key: Ints
    today: Ints
    tomorrow: Ints


@compiled
def walk(
    which: Any,
    listed: Any,
    people: Any,
    asked: Any,
    weighed: Any,
    stamp: Any,
    found: Any,
    counts: Any,
) -> None:
    """Write to ``found`` and ``counts`` who of those ``listed`` is chosen for the needs ``which``.

    ``stamp`` holds for each person the last need that has no more to ask of them; at first none."""
    liking = np.zeros(found.shape[1])
    runs = np.zeros((MOST_RUNS, 2), dtype=np.int64)
    passed = np.zeros(len(stamp), dtype=np.int64)
    for q in which:
        for n in range(asked.barred.at[q], asked.barred.at[q + 1]):
            stamp[asked.barred.rows[n]] = q
        many = _wished(q, asked.wished, stamp, passed)
        many = _able(q, passed[:many], people, asked)
        size = _weighed(q, passed[:many], 1.0, people, asked, weighed, liking, found[q], 0)
        for ring in range(len(RINGS) + 1):
            many = _runs(ring, asked.y[q], asked.x[q], listed.key, runs)
            many = _sifted(q, runs[:many], listed, asked, stamp, passed)
            if ring == len(RINGS):
                many = _without(passed[:many], found[q, :size])
            many = _able(q, passed[:many], people, asked)
            size = _weighed(q, passed[:many], 0.0, people, asked, weighed, liking, found[q], size)
            if size == asked.most[q] or len(listed.key) < SCAN_BELOW:
                break
        counts[q] = size


@compiled
def _runs(ring: int, y: int, x: int, key: Any, runs: Any) -> int:
    """Write to ``runs`` from where to where in ``key`` the people of a ring stand; return how many runs.

    Whole rows of cells above and below the inner square, two pieces beside it, for each class of radius that
    reaches so far; the last ring is those who may come from anywhere. A short list is one ring.
    """
    runs[0, 1] = len(key)
    if len(key) < SCAN_BELOW:
        runs[0, 0] = 0
        return 1
    if ring == len(RINGS):
        runs[0, 0] = np.searchsorted(key, len(CLASSES_KM) * WIDE * WIDE)
        return 1
    inner, outer, size = (RINGS[ring - 1] if ring else -1), RINGS[ring], 0
    for reach in range(len(CLASSES_KM) + 1):
        if reach < len(CLASSES_KM) and CLASSES_KM[reach] <= inner * SLACK:
            continue
        for row in range(y - outer, y + outer + 1):
            at = (reach * WIDE + row) * WIDE + x
            beside = abs(row - y) <= inner
            runs[size, 0] = np.searchsorted(key, at - outer)
            runs[size, 1] = np.searchsorted(key, at - inner if beside else at + outer + 1)
            size += 1
            if beside:
                runs[size, 0] = np.searchsorted(key, at + inner + 1)
                runs[size, 1] = np.searchsorted(key, at + outer + 1)
                size += 1
    return size


@compiled
def _wished(q: int, wished: Any, stamp: Any, passed: Any) -> int:
    """Write to ``passed`` whom need ``q`` names, those barred left out; they are looked at no second time."""
    many = 0
    for n in range(wished.at[q], wished.at[q + 1]):
        p = wished.rows[n]
        if stamp[p] != q:
            passed[many], stamp[p] = p, q
            many += 1
    return many


@compiled
def _sifted(q: int, runs: Any, listed: Any, asked: Any, stamp: Any, passed: Any) -> int:
    """Write to ``passed`` who of ``runs`` may be free in all the half hours; return how many."""
    rows, today, tomorrow = listed.rows, listed.today, listed.tomorrow
    slots, next_slots, many = asked.slots[q], asked.next_slots[q], 0
    for run in range(len(runs)):
        for i in range(runs[run, 0], runs[run, 1]):
            is_free = today[i] & slots == slots and tomorrow[i] & next_slots == next_slots
            if is_free and stamp[rows[i]] != q:
                passed[many] = rows[i]
                many += 1
    return many


@compiled
def _without(passed: Any, chosen: Any) -> int:
    """Leave out of ``passed`` who is ``chosen`` already; return how many are left."""
    many = 0
    for p in passed:
        if not np.any(chosen == p):
            passed[many] = p
            many += 1
    return many


@compiled
def _able(q: int, passed: Any, people: Any, asked: Any) -> int:
    """Leave in ``passed`` who has the skills and the minutes and is whom is wished; return how many."""
    left, gender, levels = people.left, people.gender, people.levels
    skills, least, wish = asked.skills.rows, asked.least, asked.gender[q]
    begin, end = asked.skills.at[q], asked.skills.at[q + 1]
    minutes, many = asked.end[q] - asked.start[q], 0
    for p in passed:
        fits = left[p] >= minutes and (wish == 0 or gender[p] == wish)
        for n in range(begin, end):
            fits = fits and levels[skills[n], p] >= least[n]
        if fits:
            passed[many] = p
            many += 1
    return many


@compiled
def _weighed(
    q: int,
    passed: Any,
    bonus: float,
    people: Any,
    asked: Any,
    weighed: Any,
    liking: Any,
    chosen: Any,
    size: int,
) -> int:
    """Keep those of ``passed`` who are near enough and free, as far as they are liked more than who is
    ``chosen``; return how many are."""
    key, own, radius_m, levels = people.key, people.own, people.radius_m, people.levels
    lats, lngs, lat, lng, own_key = people.lat, people.lng, asked.lat[q], asked.lng[q], asked.key[q]
    free_at, begins, ends, busy_at = (
        people.free_at,
        people.free_start,
        people.free_end,
        people.busy_at,
    )
    start, end = asked.start[q], asked.end[q]
    near, level, near_m = weighed[0], weighed[1], weighed[2]
    skills, most = asked.weighed.rows[asked.weighed.at[q] : asked.weighed.at[q + 1]], asked.most[q]
    for p in passed:
        liked = bonus + own[p] + JITTER * ((key[p] ^ own_key) / 2.0**63)
        liked += level * _level(p, skills, levels)
        if size == most and liked + near <= liking[0]:
            continue
        away = _away(lat, lng, lats[p], lngs[p])
        liked += near * math.exp(-away / near_m)
        if away > radius_m[p] + 1.0 or (size == most and liked <= liking[0]):
            continue  # the last bit of a distance is looked at afterwards
        if not _covers(start, end, begins, ends, free_at[p], free_at[p + 1]):
            continue
        if busy_at[p] == busy_at[p + 1] or not _clashes(p, q, people, asked, weighed):
            size = _kept(p, liked, liking, chosen, size, most)
    return size


@inlined
def _level(p: int, skills: Any, levels: Any) -> float:
    """Return the part of a score that hangs on the level (``score.level_part``)."""
    if len(skills) == 0:
        return 1.0
    total = 0.0
    for skill in skills:
        total += levels[skill, p]
    return total / (TOP_LEVEL * len(skills))


@inlined
def _away(lat: float, lng: float, to_lat: float, to_lng: float) -> float:
    """Return the great-circle distance in metres; radians."""
    turned = math.sin((to_lng - lng) / 2)
    half = math.sin((to_lat - lat) / 2) ** 2 + math.cos(lat) * math.cos(to_lat) * turned**2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


@inlined
def _covers(start: int, end: int, begins: Any, ends: Any, first: int, last: int) -> bool:
    """Say whether one of the stretches from ``first`` to ``last`` covers ``start`` to ``end``."""
    covered = False
    for n in range(first, last):
        covered = covered or (begins[n] <= start and end <= ends[n])
    return covered


@inlined
def _clashes(p: int, q: int, people: Any, asked: Any, weighed: Any) -> bool:
    """Say whether another service of ``p`` leaves no time for need ``q``."""
    for n in range(people.busy_at[p], people.busy_at[p + 1]):
        gap = max(people.busy_start[n] - asked.end[q], asked.start[q] - people.busy_end[n])
        if gap < weighed[3]:
            return True
        if gap < weighed[4]:
            away = _away(asked.lat[q], asked.lng[q], people.busy_lat[n], people.busy_lng[n])
            if gap < away / 1000.0 / weighed[5] * 60.0 + weighed[6]:
                return True
    return False


@inlined
def _kept(p: int, liked: float, liking: Any, chosen: Any, size: int, most: int) -> int:
    """Keep ``p`` in the heap of the ``most`` best liked, the least liked first
    (who is liked no more than they does not come here); return its new size."""
    at = size
    if size == most:  # the first falls out, and the place goes down
        at = 0
        while 2 * at + 1 < most:
            under = 2 * at + 1
            if under + 1 < most and liking[under + 1] < liking[under]:
                under += 1
            if liked <= liking[under]:
                break
            liking[at], chosen[at] = liking[under], chosen[under]
            at = under
    else:
        size += 1
        while at > 0 and liking[(at - 1) // 2] > liked:
            over = (at - 1) // 2
            liking[at], chosen[at] = liking[over], chosen[over]
            at = over
    liking[at], chosen[at] = liked, p
    return size

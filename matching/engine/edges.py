"""Who is looked at for each of many needs, when there are too many needs to rank each (ENGINE §3).

A compiled walk outwards over the sorted columns, ring by ring, until there are enough. What is chosen is not
the very best: a hash of person and need is added to the score, else neighbours would all name the same few.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.engine import sieve
from matching.engine.best import Ranking, ties
from matching.engine.plan import limits
from matching.engine.pool import DAY, SLOT, Floats, Ints, Mask, metres
from matching.engine.score import level_part, own_parts, parts, scores
from matching.engine.sieve import Days, Wanted
from matching.engine.walk import Asked, Listed, Named, People, walk

FEW = 4_000  # so many are found one by one in a second


class Edges(NamedTuple):
    """Who may do what: those of need ``q`` from ``at[q]`` to ``at[q + 1]``, best first; rows of the pool."""

    at: Ints
    rows: Ints
    scores: Floats


def edges(ranking: Ranking, needs: Sequence[Wanted], most: Ints) -> Edges:
    """Return some ``most`` people for each need who can go; the very best where few are asked for.

    Every hard rule holds for each of them. The same input gives the same edges, in whatever order it came.
    """
    if most.sum() <= FEW:
        return exact(ranking, needs, most)
    return walked(ranking, needs, most)


def exact(ranking: Ranking, needs: Sequence[Wanted], most: Ints) -> Edges:
    """Return the best of all for each need, asked one by one."""
    found = [ranking.best(one, int(many)) for one, many in zip(needs, most, strict=True)]
    at = np.concatenate(([0], np.cumsum([len(one.rows) for one in found]))).astype(np.int64)
    none = (np.array([], dtype=np.int64), np.array([]))
    rows, score = zip(none, *((one.rows, one.scores) for one in found), strict=True)
    return Edges(at, np.concatenate(rows), np.concatenate(score))


def walked(ranking: Ranking, needs: Sequence[Wanted], most: Ints) -> Edges:
    """Return people from the first ring that has enough: near ones, hardly worse than the best.

    Fewer than ``most`` are returned only where no more can go at all.
    """
    asked, people = _asked(ranking, needs, most), _people(ranking)
    found = np.zeros((len(needs), int(most.max())), dtype=np.int64)
    counts = np.zeros(len(needs), dtype=np.int64)
    stamp = np.full(len(ranking.pool), -1, dtype=np.int64)
    weighed = np.array([*ranking.parameters.shares[:2], ranking.parameters.near_km * 1000.0])
    weighed = np.concatenate((weighed, limits(ranking.parameters)))
    index = ranking.index
    rarest = np.array([index.rarest(s for s, _l in one.skills) for one in needs]) % len(index.key)
    for day in np.unique(asked.start // DAY):
        days = Days(ranking.pool)
        today, tomorrow = (days.of(int(day) + n).astype(np.int64) for n in range(2))
        is_today = asked.start // DAY == day
        for skill in np.unique(rarest[is_today]):
            which = np.flatnonzero(is_today & (rarest == skill))
            rows, key = index.having[skill], index.key[skill]
            free = (today[rows] | tomorrow[rows]) != 0
            rows = rows[free]
            listed = Listed(rows, key[free], today[rows], tomorrow[rows])
            walk(which, listed, people, asked, weighed, stamp, found, counts)
    return _scored(ranking, needs, found, counts)


def _people(ranking: Ranking) -> People:
    pool, parameters = ranking.pool, ranking.parameters
    own = np.zeros(len(pool))
    each = own_parts(pool.standing(np.arange(len(pool))), parameters)
    for share, part in zip(parameters.shares[2:], each, strict=True):
        own += share * part
    assert pool.busy.lat is not None
    assert pool.busy.lng is not None
    return People(
        key=(pool.key >> np.uint64(1)).astype(np.int64),
        lat=np.radians(pool.lat),
        lng=np.radians(pool.lng),
        radius_m=pool.radius_m,
        own=own,
        levels=pool.levels,
        gender=pool.gender,
        left=pool.minutes_left,
        free_at=pool.free.at,
        free_start=pool.free.start,
        free_end=pool.free.end,
        busy_at=pool.busy.at,
        busy_start=pool.busy.start,
        busy_end=pool.busy.end,
        busy_lat=np.radians(pool.busy.lat),
        busy_lng=np.radians(pool.busy.lng),
    )


def _asked(ranking: Ranking, needs: Sequence[Wanted], most: Ints) -> Asked:
    lat, lng = np.array([one.lat for one in needs]), np.array([one.lng for one in needs])
    start, end = (np.array(times) for times in zip(*((n.start, n.end) for n in needs), strict=True))
    begin = start % DAY
    until = begin + end - start
    keys = ties(np.array([one.key for one in needs], dtype=np.uint64), 0, ranking.seed)
    y, x = ranking.index.grid.cells(lat, lng)
    return Asked(
        key=(keys >> np.uint64(1)).astype(np.int64),
        lat=np.radians(lat),
        lng=np.radians(lng),
        y=y,
        x=x,
        start=start,
        end=end,
        slots=_slots(begin, np.minimum(until, DAY)),
        next_slots=_slots(begin * 0, np.clip(until - DAY, 0, DAY)),
        gender=np.array([one.gender for one in needs]),
        skills=Named.of([[skill for skill, _level in one.skills] for one in needs]),
        least=np.array(
            [level for one in needs for _s, level in sorted(one.skills)], dtype=np.int64
        ),
        weighed=Named.of([_weighed(ranking, one) for one in needs]),
        wished=Named.of([one.preferred | one.known for one in needs]),
        barred=Named.of([one.excluded for one in needs]),
        most=most,
    )


def _slots(begin: Ints, end: Ints) -> Ints:
    """Return the half hours of a day that are touched from one minute of it to another."""
    return sieve.slots(begin // SLOT, -(-end // SLOT)).astype(np.int64)


def _scored(ranking: Ranking, needs: Sequence[Wanted], found: Ints, counts: Ints) -> Edges:
    """Return what was found with its scores, in the order of ``Ranking.best``."""
    pool = ranking.pool
    need = np.repeat(np.arange(len(needs)), counts)
    rows = found[np.arange(found.shape[1]) < counts[:, None]]
    lat, lng = np.array([one.lat for one in needs]), np.array([one.lng for one in needs])
    away = metres(pool.lat[rows], pool.lng[rows], lat[need], lng[need])
    fits = sieve.near(pool, rows, away) & _rests(ranking, needs, need, rows)
    need, rows, away = need[fits], rows[fits], away[fits]
    score = _scores(ranking, needs, need, rows, away)
    keys = np.array([one.key for one in needs], dtype=np.uint64)
    order = np.lexsort((ties(pool.key[rows], keys[need], ranking.seed), -score, need))
    at = np.concatenate(([0], np.cumsum(np.bincount(need, minlength=len(needs)))))
    return Edges(at, rows[order], score[order])


def _rests(ranking: Ranking, needs: Sequence[Wanted], need: Ints, rows: Ints) -> Mask:
    """Say of which pairs the rules that the walk does not know hold as well: rest after a night, hours a day
    (they are off in most cities)."""
    pool, parameters = ranking.pool, ranking.parameters
    fits = np.ones(len(rows), dtype=bool)
    if parameters.night_rest_minutes or parameters.day_minutes:
        for pair in np.flatnonzero(np.diff(pool.busy.at)[rows]):
            for rule in (sieve.rested, sieve.within_day):
                fits[pair] &= rule(pool, rows[[pair]], needs[need[pair]], parameters)[0]
    return fits


def _scores(
    ranking: Ranking, needs: Sequence[Wanted], need: Ints, rows: Ints, away_m: Floats
) -> Floats:
    """Return the scores of pairs: what ``Ranking.scores_of`` says of each need, for many at once."""
    kinds: dict[tuple[int, bool, bool], list[int]] = defaultdict(list)
    weighed = [_weighed(ranking, one) for one in needs]
    for q, one in enumerate(needs):
        kinds[len(weighed[q]), bool(one.known), bool(one.preferred)].append(q)
    known = Named.of([one.known for one in needs])
    preferred = Named.of([one.preferred for one in needs])
    pool, total = ranking.pool, np.zeros(len(rows))
    for (many, *_named), kind in kinds.items():
        of_kind = np.isin(need, kind)
        some, own = need[of_kind], rows[of_kind]
        skills = np.zeros((len(needs), many), dtype=np.int64)
        skills[kind] = [weighed[q] for q in kind]
        found = parts(
            pool.standing(own),
            away_m=away_m[of_kind],
            level=level_part(pool.levels[skills[some].T, own]),
            known=known.has(some, own, len(pool)),
            preferred=preferred.has(some, own, len(pool)),
            parameters=ranking.parameters,
        )
        total[of_kind] = scores(found, ranking.shares_of(needs[kind[0]]))
    return total


def _weighed(ranking: Ranking, wanted: Wanted) -> list[int]:
    """Return the skills whose level counts."""
    return [skill for skill, _level in wanted.skills if skill not in ranking.pool.marks]

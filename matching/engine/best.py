"""The best for one need out of many: exact, in the same order as looking at everybody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.engine import sieve
from matching.engine.index import Index
from matching.engine.parameters import Parameters
from matching.engine.pool import Floats, Ints, Keys, Mask, Pool
from matching.engine.score import DIGITS, Parts, level_part, own_parts, parts, scores, shares
from matching.engine.sieve import Days, Wanted

SCAN_BELOW = 20_000  # so many are looked at faster than their cells
AT_LEAST = 64  # how many are looked at to the minute at once


class Found(NamedTuple):
    """Somebody who can go, as rows of columns: best first."""

    rows: Ints
    scores: Floats
    away_m: Floats


def ties(key: Keys, need: int | Keys, seed: int) -> Keys:
    """Return what orders equals: a hash of person, need and seed (SplitMix64), in no order of arrival."""
    with np.errstate(over="ignore"):
        mixed = (
            key
            ^ np.asarray(need, dtype=np.uint64)
            ^ (np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15))
        )
        mixed = mixed + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Keys = mixed ^ (mixed >> np.uint64(31))
    return found


def _among(rows: Ints, named: frozenset[int]) -> Mask:
    return np.isin(rows, np.fromiter(named, dtype=np.int64))


@dataclass
class _Front:
    """Who passed the quick rules and is not yet looked at to the minute, and who can go."""

    rows: Ints
    scores: Floats
    away_m: Floats

    def with_(self, rows: Ints, score: Floats, away_m: Floats) -> "_Front":
        return _Front(
            np.concatenate((self.rows, rows)),
            np.concatenate((self.scores, score)),
            np.concatenate((self.away_m, away_m)),
        )

    def only(self, which: np.ndarray) -> "_Front":
        return _Front(self.rows[which], self.scores[which], self.away_m[which])


class Ranking:
    """Ranks needs over one pool of volunteers; what is worked out once is kept."""

    def __init__(self, pool: Pool, parameters: Parameters, *, seed: int = 0) -> None:
        self.index = Index.of(pool)
        self.pool = self.index.pool
        self.parameters, self.seed = parameters, seed
        self._days = Days(self.pool)
        everybody = np.arange(len(self.pool))
        own = own_parts(self.pool.standing(everybody), parameters)
        total = np.zeros(len(self.pool))
        for share, part in zip(parameters.shares[2:], own, strict=True):
            total += share * part
        self._most = float(total.max(initial=0.0))

    def best(self, wanted: Wanted, most: int) -> Found:
        """Return the ``most`` best, going outwards until nobody farther can be better."""
        skill = self.index.rarest(skill for skill, _level in wanted.skills)
        if len(self.index.having[skill]) < SCAN_BELOW:
            return self._best(wanted, most, [(self.index.having[skill], np.inf)])
        return self._best(wanted, most, self.index.walk(wanted.lat, wanted.lng, skill))

    def all(self, wanted: Wanted) -> Found:
        """Return everybody who can go, best first, each looked at: the yardstick of ``best``."""
        return self._best(wanted, max(len(self.pool), 1), [(np.arange(len(self.pool)), np.inf)])

    def parts_of(self, wanted: Wanted, rows: Ints, away_m: Floats) -> Parts:
        """Return the parts of the scores of ``rows``."""
        weighed = [skill for skill, _level in wanted.skills if skill not in self.pool.marks]
        needed = np.array(weighed, dtype=np.int64)
        return parts(
            self.pool.standing(rows),
            away_m=away_m,
            level=level_part(self.pool.levels[np.ix_(needed, rows)]),
            known=_among(rows, wanted.known),
            preferred=_among(rows, wanted.preferred),
            parameters=self.parameters,
        )

    def shares_of(self, wanted: Wanted) -> tuple[float, ...]:
        """Return what each part is worth for this need; they sum to one."""
        return shares(
            known=bool(wanted.known), preferred=bool(wanted.preferred), parameters=self.parameters
        )

    def scores_of(self, wanted: Wanted, found: Parts) -> Floats:
        """Return the scores of which ``found`` are the parts."""
        return scores(found, self.shares_of(wanted))

    def _best(self, wanted: Wanted, most: int, rings: Iterable[tuple[Ints, float]]) -> Found:
        waiting = _Front(np.array([], dtype=np.int64), np.array([]), np.array([]))
        chosen = waiting
        for rows, beyond_km in rings:
            waiting = waiting.with_(*self._quick(wanted, rows))
            bound = self._bound(wanted, beyond_km)
            while len(waiting.rows):
                worst = self._worst(chosen, most)
                if waiting.scores.max() < worst:
                    break
                top = self._top(waiting.scores, max(AT_LEAST, 2 * most))
                asked = waiting.only(top)
                waiting = waiting.only(~top)
                fits = self._minutely(wanted, asked.rows)
                passed = asked.only(fits)
                chosen = chosen.with_(passed.rows, passed.scores, passed.away_m)
            if self._worst(chosen, most) > bound:
                break
        tie = ties(self.pool.key[chosen.rows], wanted.key, self.seed)
        order = np.lexsort((tie, -chosen.scores))[:most]
        return Found(chosen.rows[order], chosen.scores[order], chosen.away_m[order])

    def _quick(self, wanted: Wanted, rows: Ints) -> tuple[Ints, Floats, Floats]:
        """Return rows, scores and distances of those who pass all rules but those to the minute."""
        pool = self.pool
        rules: tuple[Callable[[Ints], np.ndarray], ...] = (
            lambda some: sieve.skilled(pool, some, wanted),
            lambda some: self._days.may(some, wanted.start, wanted.end),
            lambda some: sieve.wished(pool, some, wanted),
            lambda some: sieve.within_week(pool, some, wanted),
            lambda some: sieve.not_excluded(pool, some, wanted),
        )
        for rule in rules:
            rows = rows[rule(rows)]
        away = sieve.away_m(pool, rows, wanted)
        fits = sieve.near(pool, rows, away)
        rows, away = rows[fits], away[fits]
        return rows, self.scores_of(wanted, self.parts_of(wanted, rows, away)), away

    def _minutely(self, wanted: Wanted, rows: Ints) -> np.ndarray:
        fits = sieve.free(self.pool, rows, wanted)
        for rule in (sieve.not_busy, sieve.rested, sieve.within_day):
            fits[fits] = rule(self.pool, rows[fits], wanted, self.parameters)
        return fits

    def _bound(self, wanted: Wanted, beyond_km: float) -> float:
        """Return the score that nobody farther away than ``beyond_km`` can pass."""
        if beyond_km == np.inf:
            return -1.0
        near, level, *_own, known, preferred = self.shares_of(wanted)
        far = near * np.exp(-beyond_km / self.parameters.near_km)
        bonus = known + preferred
        return float(far + level + (1.0 - bonus) * self._most + bonus) + 10.0**-DIGITS

    @staticmethod
    def _worst(chosen: _Front, most: int) -> float:
        """Return the score that the last of ``most`` has; below any while there are fewer."""
        if len(chosen.scores) < most:
            return -1.0
        return float(np.partition(chosen.scores, -most)[-most])

    @staticmethod
    def _top(score: Floats, most: int) -> np.ndarray:
        """Say which scores are among the ``most`` highest, equals of the last with them."""
        if len(score) <= most:
            return np.ones(len(score), dtype=bool)
        found: np.ndarray = score >= np.partition(score, -most)[-most]
        return found

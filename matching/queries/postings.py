"""The posting table, walked from a need outwards: who could go, best first (ENGINE §2).

The database filters, and orders by a score that is never too low; the few that come out are scored by the
engine's own formula. Nobody is given out before it is sure that nobody who is still to come is better.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from matching.engine import Need
from matching.engine.index import RINGS, SLACK, WIDE, runs
from matching.engine.order import best_at, worth
from matching.engine.pool import CLASSES_KM, Standing, metres
from matching.engine.score import level_part, parts, scores
from matching.queries import posting_sql
from matching.queries.posted import grid
from matching.queries.posting_sql import Asked, Ranges

FEW = 100  # rows that are read at first; then four times as many, and so on
COUNTED = 5_000  # of two skills the rarer one is walked; beyond, neither is rare


class Line(NamedTuple):
    """Somebody who could go: the profile, and the score, less what the pair adds."""

    volunteer: int
    score: float


@dataclass(slots=True)
class _Ring:
    """What of a ring was read: no row that is still to come has a score above ``ahead``."""

    asked: Asked
    skill: str
    ranges: Ranges | None
    ahead: float = math.inf
    _offset: int = 0
    _most: int = field(default_factory=lambda: FEW)

    def read(self) -> Iterator[Line]:
        """Return the next rows, and know what lies ahead."""
        rows = posting_sql.rows(self.asked, self.skill, self.ranges, self._most, self._offset)
        self.ahead = float(rows[-1][-1]) if len(rows) == self._most else -1.0
        self._offset += len(rows)
        self._most *= 4
        return scored(self.asked, rows)


def line(asked: Asked) -> Iterator[Line]:
    """Yield who could go, best first; some of them the rules to the minute still refuse."""
    skill = _rarest(sorted(asked.need.skills))
    still, rings = iter(_rings(asked.need)), list[_Ring]()
    ahead, waiting = math.inf, list[tuple[float, int]]()
    while True:
        widest = max(rings, key=lambda ring: ring.ahead, default=None)
        pending = max(ahead, widest.ahead if widest else ahead)
        while waiting and -waiting[0][0] >= pending:
            score, volunteer = heappop(waiting)
            yield Line(volunteer, -score)
        if pending < 0:
            return
        if widest is None or ahead >= widest.ahead:
            ranges, beyond_km = next(still)
            widest = _Ring(asked, skill, ranges)
            rings.append(widest)
            ahead = -1.0
            if beyond_km is not None:
                ahead = best_at(1000.0 * beyond_km, asked.need, asked.parameters)
        for one in widest.read():
            heappush(waiting, (-one.score, one.volunteer))


def _rings(need: Need) -> list[tuple[Ranges | None, float | None]]:
    """Return the cells of each ring and the kilometres beyond which everybody is who comes after; a remote
    need has one ring, which is everywhere."""
    if need.point is None:
        return [(None, None)]
    rings: list[tuple[Ranges | None, float | None]] = []
    [y], [x] = grid().cells(np.array([need.point[0]]), np.array([need.point[1]]))
    inner = -1
    for outer in RINGS:
        low, high = (cells.tolist() for cells in runs(int(y), int(x), inner, outer))
        if inner < 0:  # people of the widest class may come from anywhere
            low.append(len(CLASSES_KM) * WIDE * WIDE)
            high.append((len(CLASSES_KM) + 1) * WIDE * WIDE)
        rings.append(((low, high), None if outer == RINGS[-1] else outer * SLACK))
        inner = outer
    return rings


def _rarest(skills: Sequence[str]) -> str:
    """Return the one of ``skills`` that fewest have; where none is needed, everybody's."""
    if len(skills) < 2:
        return skills[0] if skills else ""
    counts = {}
    with connection.cursor() as cursor:
        for skill in skills:
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM matching_posting WHERE skill = %s LIMIT %s) few",
                [skill, COUNTED],
            )
            counts[skill] = cursor.fetchone()[0]
    return min(skills, key=lambda skill: counts[skill])


def scored(asked: Asked, rows: Sequence[Sequence[Any]]) -> Iterator[Line]:
    """Yield those of ``rows`` whose radius reaches, with the engine's own score."""
    if not rows:
        return
    need, parameters = asked.need, asked.parameters
    columns = list(zip(*rows, strict=True))
    lat, lng, radius, reliability, recent, is_new, left = columns[1:8]
    away = np.zeros(len(rows))
    if need.point is not None:
        away = metres(np.array(lat, float), np.array(lng, float), *need.point)
    found = parts(
        Standing(
            np.array(reliability, float),
            np.array(recent, np.int64),
            np.array(left, np.int64),
            np.ones(len(rows)),
            np.array(is_new, bool),
        ),
        away_m=away,
        level=level_part(np.array(columns[8:-1], np.int64).reshape(-1, len(rows))),
        known=np.zeros(len(rows), bool),
        preferred=np.zeros(len(rows), bool),
        parameters=parameters,
    )
    total = scores(found, worth(need, parameters))
    reaches = away <= np.array(radius, float) if need.point else np.ones(len(rows), bool)
    for row, score, fits in zip(rows, total, reaches, strict=True):
        if fits:
            yield Line(row[0], float(score))

"""The posting table, walked from a need outwards: who could go, best first (ENGINE §2).

The database filters, and orders by a score that is never too low; the few that come out are scored by the
engine's own formula. Nobody is given out before it is sure that nobody who is still to come is better.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from matching.engine import Need
from matching.engine.index import SLACK, WIDE, runs
from matching.engine.order import best_at, worth
from matching.engine.pool import CLASSES_KM, Standing, metres
from matching.engine.score import level_part, parts, scores
from matching.queries import posting_sql
from matching.queries.posted import grid
from matching.queries.posting_sql import Asked, Ranges

FEW = 100  # rows that are read at first; then four times as many, and so on
STEPS = (2, 3, 4, 5, 7, 10, 14, 21)  # the last cell of each ring, counted from the need's own
ENOUGH = 200  # rings are read at once while no more people are to be expected in them
FAR = 300  # of two skills that one is rarer whose so many-th row stands farther on


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
    skill, posted = _looked_up(asked.need)
    asked = asked._replace(posted=posted)
    inner, found, rings = -1, 0, list[_Ring]()
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
            outer = _next(inner, found)
            widest = _Ring(asked, skill, _cells(asked.need, inner, outer))
            rings.append(widest)
            inner, ahead = outer, _ahead(asked, outer)
        for one in widest.read():
            heappush(waiting, (-one.score, one.volunteer))
            found += 1


def _next(inner: int, found: int) -> int:
    """Return how far to read at once when ``found`` people were read up to ``inner``: a ring more, or several
    where so few live that they would all have to be read anyway."""
    farther = [outer for outer in STEPS if outer > inner]
    if inner < 0:
        return farther[0]
    known = (2 * inner + 1) ** 2  # cells
    expected = {outer: found * ((2 * outer + 1) ** 2 / known - 1) for outer in farther}
    return max([outer for outer in farther if expected[outer] <= ENOUGH], default=farther[0])


def _ahead(asked: Asked, outer: int) -> float:
    """Return the score that nobody passes who lives beyond the ring; below 0: nobody does."""
    if asked.need.point is None or outer == STEPS[-1]:
        return -1.0
    return best_at(1000.0 * outer * SLACK, asked.need, asked.parameters)


def _cells(need: Need, inner: int, outer: int) -> Ranges | None:
    """Return the cells beyond ``inner`` and up to ``outer``; for a remote need everywhere is one ring."""
    if need.point is None:
        return None
    [y], [x] = grid().cells(np.array([need.point[0]]), np.array([need.point[1]]))
    low, high = list[int](), list[int]()
    if inner < 0:  # people of the widest class may come from anywhere
        low.append(len(CLASSES_KM) * WIDE * WIDE)
        high.append((len(CLASSES_KM) + 1) * WIDE * WIDE)
    for begin, end in pairwise([inner, *(ring for ring in STEPS if inner < ring <= outer)]):
        begins, ends = runs(int(y), int(x), begin, end)
        low += begins.tolist()
        high += ends.tolist()
    return low, high


def _looked_up(need: Need) -> tuple[str, tuple[date, date] | None]:
    """Return the skill that fewest have about the need (where none is needed, everybody's), and the first
    and the last day that rows are of."""
    skills = sorted(need.skills) or [""]
    start = 0
    if need.point is not None:
        [y], [_x] = grid().cells(np.array([need.point[0]]), np.array([need.point[1]]))
        start = (WIDE + int(y)) * WIDE
    ends = [f"(SELECT {end}(posted_on) FROM matching_posting)" for end in ("min", "max")]  # noqa: S608
    nth = (
        "(SELECT cell FROM matching_posting WHERE skill = %s AND cell >= %s"
        " ORDER BY cell LIMIT 1 OFFSET %s)"
    )
    several = skills if len(skills) > 1 else []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join([*ends, *[nth] * len(several)])}",
            [value for skill in several for value in (skill, start, FAR)],
        )
        first, last, *cells = cursor.fetchone()
    far = dict(zip(several, (math.inf if cell is None else cell for cell in cells), strict=True))
    rarest = max(skills, key=lambda skill: far.get(skill, 0))
    # SQLite knows no days: it hands out words.
    return rarest, first and (date.fromisoformat(f"{first}"), date.fromisoformat(f"{last}"))


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

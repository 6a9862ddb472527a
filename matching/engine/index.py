"""Where people are, by cells of one kilometre: rings around a place, each with what lies beyond it.

Place alone selects badly (ENGINE §2): what is walked are the rows of the rarest skill that is needed, and
people of a small radius only as near as they would go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from matching.engine.pool import CLASSES_KM, KM_PER_DEGREE, Floats, Ints, Pool

RINGS = (2, 5, 10, 21)  # the last cell of each ring, counted from the need's own
WIDE = 1 << 16  # more cells than the earth has in one direction
SLACK = 0.999  # a sphere is not a grid: a cell is at least this part of a kilometre wide


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells that are at least a kilometre wide wherever somebody of the pool lives."""

    per_degree_lng: float

    @classmethod
    def over(cls, lat: Floats) -> "Grid":
        """Return the grid for people at these latitudes."""
        furthest = float(np.abs(lat).max(initial=0.0))
        return cls(KM_PER_DEGREE * float(np.cos(np.radians(min(furthest + 0.5, 89.0)))))

    def cells(self, lat: Floats, lng: Floats) -> tuple[Ints, Ints]:
        """Return (row, column) of the cells of places."""
        y = np.floor((lat + 90.0) * KM_PER_DEGREE).astype(np.int64)
        x = np.floor((lng + 180.0) * self.per_degree_lng).astype(np.int64)
        return y, x


def classes(radius_m: Floats) -> Ints:
    """Return the radius class of each: the first of ``CLASSES_KM`` that holds the radius."""
    return np.searchsorted(np.array(CLASSES_KM) * 1000.0, radius_m).astype(np.int64)


def keys(grid: Grid, lat: Floats, lng: Floats, radius_m: Floats) -> Ints:
    """Return what rows are sorted by: radius class, then row and column of the cell."""
    y, x = grid.cells(lat, lng)
    return (classes(radius_m) * WIDE + y) * WIDE + x


def runs(y: int, x: int, inner: int, outer: int) -> tuple[Ints, Ints]:
    """Return the keys from which and up to which (exclusive) the cells of a ring stand, for every class
    that reaches it: whole rows of cells above and below, two pieces beside the inner square."""
    spans = []
    for row in range(y - outer, y + outer + 1):
        if abs(row - y) > inner:
            spans.append((row, x - outer, x + outer + 1))
        else:
            spans.append((row, x - outer, x - inner))
            spans.append((row, x + inner + 1, x + outer + 1))
    reaching = [n for n, cap in enumerate(CLASSES_KM) if cap > inner * SLACK]
    row, begin, end = np.array(spans, dtype=np.int64).T
    base = (np.array(reaching, dtype=np.int64)[:, None] * WIDE + row) * WIDE
    return (base + begin).ravel(), (base + end).ravel()


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A pool whose rows are sorted by ``keys``, and for each skill the rows that have it, with their keys;
    the last of both is everybody."""

    pool: Pool
    grid: Grid
    having: tuple[Ints, ...]
    key: tuple[Ints, ...]

    @classmethod
    def of(cls, pool: Pool) -> "Index":
        """Sort ``pool`` and index it."""
        grid = Grid.over(pool.lat)
        key = keys(grid, pool.lat, pool.lng, pool.radius_m)
        order = np.lexsort((pool.key, key))
        sorted_pool = pool.arranged(order)
        having = (*(np.flatnonzero(level) for level in sorted_pool.levels), np.arange(len(pool)))
        return cls(sorted_pool, grid, having, tuple(key[order][rows] for rows in having))

    def rarest(self, skills: Iterable[int]) -> int:
        """Return the one of ``skills`` that fewest have; where none is needed, -1: everybody."""
        return min(skills, key=lambda skill: len(self.having[skill]), default=-1)

    def walk(self, lat: float, lng: float, skill: int) -> Iterator[tuple[Ints, float]]:
        """Yield (rows, kilometres) ring by ring: those in the ring who have ``skill`` (``rarest``) and may
        come so far, and the distance that nobody who is still to come falls short of.

        After the last, everybody was yielded whose radius reaches the place.
        """
        rows, key = self.having[skill], self.key[skill]
        wide = int(np.searchsorted(key, len(CLASSES_KM) * WIDE * WIDE))
        if wide < len(key):  # people of the widest class may come from anywhere
            yield rows[wide:], 0.0
        [y], [x] = self.grid.cells(np.array([lat]), np.array([lng]))
        inner = -1
        for outer in RINGS:
            low, high = runs(int(y), int(x), inner, outer)
            begins, ends = np.searchsorted(key, low), np.searchsorted(key, high)
            some = ends > begins
            parts = [rows[a:b] for a, b in zip(begins[some], ends[some], strict=True)]
            yield (np.concatenate(parts) if parts else rows[:0]), outer * SLACK
            inner = outer

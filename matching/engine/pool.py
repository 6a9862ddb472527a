"""Many volunteers as columns, sorted so that neighbours stand together."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine.problem import EARTH_M

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]
Keys = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

CLASSES_KM = (2.0, 5.0, 10.0, 20.0)  # radius classes; wider ones are the last
KM_PER_DEGREE = math.radians(1.0) * EARTH_M / 1000
SLOT = 30  # minutes; a day has 48 slots
DAY = 1440
GENDERS = ("", "F", "M")
MARK = "#"  # begins the name of a skill that is needed and not weighed


class Standing(NamedTuple):
    """What of people counts beside place and skills, whatever the need: one value a row."""

    reliability: Floats
    recent_services: Ints
    minutes_left: Ints
    acceptance: Floats
    is_new: Mask


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of minutes by row: those of row ``i`` stand from ``at[i]`` to ``at[i + 1]``."""

    at: Ints
    start: Ints
    end: Ints
    lat: Floats | None = None
    lng: Floats | None = None

    def taken(self, rows: Ints) -> "Spans":
        """Return the spans of ``rows``, in their order."""
        counts = self.at[rows + 1] - self.at[rows]
        at = np.concatenate(([0], np.cumsum(counts)))
        which = np.repeat(self.at[rows] - at[:-1], counts) + np.arange(at[-1])
        return Spans(
            at,
            self.start[which],
            self.end[which],
            None if self.lat is None else self.lat[which],
            None if self.lng is None else self.lng[which],
        )

    def owners(self) -> Ints:
        """Return for each span the row whose it is."""
        return np.repeat(np.arange(len(self.at) - 1), np.diff(self.at))


def spans_of(rows: Sequence[Iterable[Sequence[Any]]], *, placed: bool = False) -> Spans:
    """Return the spans of each row; ``placed`` ones are (start, end, lat, lng), else (start, end)."""
    flat = [span for row in rows for span in row]
    at = np.concatenate(([0], np.cumsum([len(list(row)) for row in rows]))).astype(np.int64)
    columns = list(zip(*flat, strict=True)) or [()] * (4 if placed else 2)
    start, end = (np.array(column, dtype=np.int64) for column in columns[:2])
    if not placed:
        return Spans(at, start, end)
    lat, lng = (np.array(column, dtype=np.float64) for column in columns[2:])
    return Spans(at, start, end, lat, lng)


def metres(lat: Floats, lng: Floats, to_lat: float | Floats, to_lng: float | Floats) -> Floats:
    """Return the great-circle distances from places to one place or to as many
    (``problem.distance_m`` for many)."""
    a, b = np.radians(to_lat), np.radians(lat)
    half = (
        np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lng - to_lng) / 2) ** 2
    )
    found: Floats = 2 * EARTH_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return found


def key_of(name: str) -> int:
    """Return 64 bits that stand for ``name`` in ties; they say nothing of when it was given."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True, eq=False)
class Pool:
    """Columns of ``n`` volunteers. Times are minutes since 1970 in UTC, places are WGS-84 degrees.

    ``levels`` is skill × volunteer, 0 = does not have it. ``gender`` counts in ``GENDERS``. Made by
    ``arranged``, which sorts the rows by radius class, then cell of one kilometre, then key: the order in
    which they came changes nothing.
    """

    ids: npt.NDArray[np.object_]
    key: Keys
    lat: Floats
    lng: Floats
    radius_m: Floats
    gender: Small
    skills: tuple[str, ...]
    levels: Small
    free: Spans
    busy: Spans
    minutes_left: Ints
    recent_services: Ints
    recent_notices: Ints
    reliability: Floats
    acceptance: Floats
    is_new: Mask

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each volunteer, by id; made when first asked for."""
        return {str(name): row for row, name in enumerate(self.ids)}

    @cached_property
    def marks(self) -> frozenset[int]:
        """The skills that are needed but not weighed: a paper, being of age, one's own organization."""
        return frozenset(n for n, name in enumerate(self.skills) if name.startswith(MARK))

    def row_of(self, name: str) -> int | None:
        """Return the row of the volunteer with this id."""
        return self.rows.get(name)

    def standing(self, rows: Ints) -> Standing:
        """Return what of ``rows`` counts whatever the need."""
        return Standing(
            self.reliability[rows],
            self.recent_services[rows],
            self.minutes_left[rows],
            self.acceptance[rows],
            self.is_new[rows],
        )

    def arranged(self, order: Ints) -> "Pool":
        """Return the same volunteers in another order of rows."""
        return Pool(
            self.ids[order],
            self.key[order],
            self.lat[order],
            self.lng[order],
            self.radius_m[order],
            self.gender[order],
            self.skills,
            np.ascontiguousarray(self.levels[:, order]),
            self.free.taken(order),
            self.busy.taken(order),
            self.minutes_left[order],
            self.recent_services[order],
            self.recent_notices[order],
            self.reliability[order],
            self.acceptance[order],
            self.is_new[order],
        )

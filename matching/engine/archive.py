"""A large problem in a file: ``.npz`` arrays under the names of the JSON format (ENGINE §5), as strict.

``volunteers.lat`` and ``needs.lat`` are columns, one value an entry. A list is cut by offsets: the free times
of volunteer ``i`` stand from ``volunteers.free.at[i]`` to ``volunteers.free.at[i + 1]`` in
``volunteers.free.start`` and ``.end``. Times are minutes since 1970 in UTC. Skills are counted in ``skills``,
which lists all there are, people in ``volunteers.id``; ``parameters`` is JSON. Nothing is pickled. Errors
name the array and the row.

``python -m matching.engine.reading FROM.json TO.npz`` turns one into the other.
"""

import json
import sys
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.errors import BadProblem
from matching.engine.files import (
    FOREIGN,
    LAST,
    LATITUDES,
    LONGITUDES,
    MOST_PLACES,
    VERSION,
    FileNeed,
    Problem,
    is_name,
    parsed,
)
from matching.engine.parameters import Parameters
from matching.engine.pool import DAY, GENDERS, Floats, Ints, Mask, Pool, Spans, key_of
from matching.engine.score import TOP_LEVEL

Array = npt.NDArray[Any]
NAMED = ("preferred", "excluded", "known")
MOST = 1 << 53


class _Arrays:
    """The arrays of a file, taken one by one; what is left over at the end is unknown."""

    def __init__(self, held: dict[str, Any]) -> None:
        self._held = held

    def take(self, name: str, kinds: str, count: int | None = None) -> Array:
        if name not in self._held:
            raise BadProblem(name, "is missing")
        found = self._held.pop(name)
        if not isinstance(found, np.ndarray) or found.ndim != 1 or found.dtype.kind not in kinds:
            raise BadProblem(name, f"a column of kind {kinds} is needed")
        if count is not None and len(found) != count:
            raise BadProblem(name, f"has {len(found)} rows, not {count}")
        return found

    def numbers(
        self, name: str, low: float, high: float, count: int | None = None, hint: str = ""
    ) -> Floats:
        with np.errstate(over="ignore"):
            found = self.take(name, "fiu", count).astype(np.float64)
        for row in np.flatnonzero(~((found >= low) & (found <= high))):
            why = f"{found[row]} is not between {low} and {high}{hint}"
            raise BadProblem(f"{name}[{row}]", why)
        return found

    def whole(self, name: str, low: int, high: int, count: int | None = None) -> Ints:
        found = self.take(name, "iu", count)
        for row in np.flatnonzero((found < low) | (found > high)):
            raise BadProblem(f"{name}[{row}]", f"{found[row]} is not between {low} and {high}")
        return found.astype(np.int64)

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def one(self, name: str, kinds: str) -> Any:
        return self.take(name, kinds, 1)[0]

    def text(self, name: str) -> str:
        [found] = self.texts(name, 1)
        return found

    def texts(self, name: str, count: int | None = None) -> list[str]:
        column = self.take(name, "U", count)
        native = column.astype(column.dtype.newbyteorder("="))
        codes = np.frombuffer(native.tobytes(), dtype=np.uint32)
        for n in np.flatnonzero(codes > sys.maxunicode):
            raise BadProblem(f"{name}[{n * 4 // column.itemsize}]", "is no text")
        return [str(one) for one in column]

    def ids(self, name: str) -> list[str]:
        found = self.texts(name)
        seen: set[str] = set()
        for row, one in enumerate(found):
            if not is_name(one) or one in seen:
                why = "this id stands twice" if one in seen else "a name is needed"
                raise BadProblem(f"{name}[{row}]", why)
            seen.add(one)
        return found

    def genders(self, name: str, count: int) -> Array:
        found = self.take(name, "U", count)
        known = np.isin(found, GENDERS)
        for row in np.flatnonzero(~known):
            raise BadProblem(f"{name}[{row}]", '"F", "M" or "" is needed')
        order = np.argsort(GENDERS)
        return order[np.searchsorted(GENDERS, found, sorter=order)].astype(np.int8)

    def offsets(self, name: str, count: int) -> Ints:
        found = self.whole(name, 0, MOST, count + 1)
        for row in np.flatnonzero(np.diff(found, prepend=0) < 0):
            raise BadProblem(f"{name}[{row}]", "is less than the one before")
        if found[0]:
            raise BadProblem(f"{name}[0]", "is not 0")
        return found

    def spans(self, name: str, count: int, *, placed: bool = False) -> Spans:
        at = self.offsets(f"{name}.at", count)
        start, end = (self.whole(f"{name}.{key}", 0, LAST, int(at[-1])) for key in ("start", "end"))
        _ends(f"{name}.end", end > start, "ends before it starts")
        if not placed:
            return Spans(at, start, end)
        return Spans(at, start, end, *self.places(name, int(at[-1])))

    def places(self, name: str, count: int) -> tuple[Floats, Floats]:
        return (
            self.numbers(f"{name}.lat", *LATITUDES, count, FOREIGN),
            self.numbers(f"{name}.lng", *LONGITUDES, count, FOREIGN),
        )

    def skills(self, name: str, count: int, known: int) -> tuple[Ints, Ints, Ints]:
        """Return of each skill that is held or needed whose it is, which, and the level."""
        at = self.offsets(f"{name}.at", count)
        skill = self.whole(f"{name}.skill", 0, known - 1, int(at[-1]))
        owner = np.repeat(np.arange(count), np.diff(at))  # no longer than a column that is there
        level = self.whole(f"{name}.level", 1, TOP_LEVEL, int(at[-1]))
        _ends(f"{name}.skill", _firsts(owner * known + skill), "this skill stands twice")
        return owner, skill, level

    def named(self, name: str, needs: list[str], people: list[str]) -> list[frozenset[str]]:
        at = self.offsets(f"{name}.at", len(needs))
        rows = self.whole(f"{name}.volunteer", 0, len(people) - 1, int(at[-1]))
        owner = np.repeat(np.arange(len(needs)), np.diff(at))
        for n in np.flatnonzero(~_firsts(owner * len(people) + rows)):
            why = f"{people[rows[n]]} stands twice for {needs[owner[n]]}"
            raise BadProblem(f"{name}.volunteer[{n}]", why)
        who, cuts = rows.tolist(), at.tolist()
        return [
            frozenset(people[row] for row in who[cuts[n] : cuts[n + 1]]) for n in range(len(needs))
        ]

    def done(self) -> None:
        for name in sorted(self._held):
            raise BadProblem(name, "is not known")


def _ends(name: str, fits: Mask, why: str) -> None:
    for row in np.flatnonzero(~fits):
        raise BadProblem(f"{name}[{row}]", why)


def _firsts(codes: Ints) -> Mask:
    """Say which stand for the first time."""
    found = np.zeros(len(codes), dtype=bool)
    found[np.unique(codes, return_index=True)[1]] = True
    return found


def read_npz(path: Path) -> Problem:
    """Return the problem in a file of arrays; raises ``BadProblem`` for whatever is wrong with it."""
    arrays = _Arrays(_loaded(path))
    if arrays.one("version", "iu") != VERSION:
        raise BadProblem("version", f"only {VERSION} is known")
    if arrays.text("crs") != "WGS-84":
        raise BadProblem("crs", "only WGS-84 is known")
    now = int(arrays.whole("now", 0, LAST, 1)[0])
    seed = int(arrays.whole("seed", 0, MOST, 1)[0])
    parameters = _parameters(arrays.text("parameters"))
    skills = arrays.ids("skills")
    if skills != sorted(skills):
        raise BadProblem("skills", "must stand in order")
    pool = _pool(arrays, skills)
    needs = _needs(arrays, skills, [str(name) for name in pool.ids])
    arrays.done()
    return Problem(now, seed, parameters, pool, needs)


def _loaded(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            if len(set(file.files)) < len(file.files):
                raise BadProblem(str(path), "an array stands twice")
            return {name: file[name] for name in file.files}
    except (OSError, EOFError, ValueError, KeyError, MemoryError) as error:
        raise _damaged(path, error) from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> BadProblem:
    if isinstance(error, BadProblem):
        return error
    said = str(error).splitlines()
    return BadProblem(str(path), f"is cut, damaged or no archive of plain arrays: {' '.join(said)}")


def _parameters(text: str) -> Parameters:
    given = parsed(text, "parameters")
    if not isinstance(given, dict):
        raise BadProblem("parameters", "an object is needed")
    return Parameters.of(given)


def _pool(arrays: _Arrays, skills: list[str]) -> Pool:
    ids = arrays.ids("volunteers.id")
    count = len(ids)
    lat, lng = arrays.places("volunteers", count)
    owner, skill, level = arrays.skills("volunteers.skills", count, len(skills))
    levels = np.zeros((len(skills), count), dtype=np.int8)
    levels[skill, owner] = level
    return Pool(
        ids=np.array(ids, dtype=np.object_),
        key=np.array([key_of(name) for name in ids], dtype=np.uint64),
        lat=lat,
        lng=lng,
        radius_m=arrays.numbers("volunteers.radius_km", 0, 200, count) * 1000.0,
        gender=arrays.genders("volunteers.gender", count),
        skills=tuple(skills),
        levels=levels,
        free=_joined(arrays.spans("volunteers.free", count)),
        busy=arrays.spans("volunteers.busy", count, placed=True),
        minutes_left=arrays.whole("volunteers.minutes_left", 0, 10_080, count),
        recent_services=arrays.whole("volunteers.recent_services", 0, 10_000, count),
        recent_notices=arrays.whole("volunteers.recent_notices", 0, 10_000, count),
        reliability=arrays.numbers("volunteers.reliability", 0, 1, count),
        acceptance=arrays.numbers("volunteers.acceptance", 0, 1, count),
        is_new=arrays.take("volunteers.is_new", "b", count),
    )


def _joined(free: Spans) -> Spans:
    """Return the same free time, in order; stretches that meet are one."""
    if not len(free.start):
        return free
    owner = free.owners()
    order = np.lexsort((free.end, free.start, owner))
    owner, start, end = owner[order], free.start[order], free.end[order]
    far = owner * (2 * LAST)  # stretches of two people never meet
    until = np.maximum.accumulate(end + far)
    begins = np.concatenate(([True], start[1:] + far[1:] > until[:-1]))
    first = np.flatnonzero(begins)
    last = np.concatenate((first[1:], [len(start)])) - 1
    counts = np.bincount(owner[first], minlength=len(free.at) - 1)
    at = np.concatenate(([0], np.cumsum(counts)))
    return Spans(at, start[first], (until - far)[last])


def _needs(arrays: _Arrays, skills: list[str], people: list[str]) -> dict[str, FileNeed]:
    ids = arrays.ids("needs.id")
    count = len(ids)
    lat, lng = arrays.places("needs", count)
    start, end = (arrays.whole(f"needs.{key}", 0, LAST, count) for key in ("start", "end"))
    _ends("needs.end", end > start, "ends before it starts")
    _ends("needs.end", end - start <= DAY, "lasts more than a day")
    places = arrays.whole("needs.places", 1, MOST_PLACES, count)
    least = np.ones(count, dtype=np.int64)
    if "needs.least" in arrays:
        least = arrays.whole("needs.least", 1, MOST_PLACES, count)
        _ends("needs.least", least <= places, "is more than the places")
    urgency = arrays.whole("needs.urgency", 1, 4, count)
    gender = arrays.genders("needs.gender", count)
    wanted: list[dict[str, int]] = [{} for _need in ids]
    for own, skill, level in zip(*arrays.skills("needs.skills", count, len(skills)), strict=True):
        wanted[own][skills[skill]] = int(level)
    named = zip(*(arrays.named(f"needs.{key}", ids, people) for key in NAMED), strict=True)
    columns = (lat, lng, start, end, places, urgency, gender, least)
    rows = zip(ids, *(column.tolist() for column in columns), wanted, named, strict=True)
    return {
        name: FileNeed(
            *(name, y, x, begin, until, many, own, GENDERS[sex], urgent),
            *(preferred, excluded, known, fewest),
        )
        for name, y, x, begin, until, many, urgent, sex, fewest, own, (
            preferred,
            excluded,
            known,
        ) in rows
    }


def write_npz(problem: Problem, path: Path) -> None:
    """Write ``problem`` to ``path``, so that ``read_npz`` returns it again."""
    pool, needs = problem.pool, list(problem.needs.values())
    own, skill = np.nonzero(pool.levels.T)
    km = pool.radius_m / 1000.0
    arrays: dict[str, Any] = {
        "version": [VERSION],
        "crs": ["WGS-84"],
        "now": [problem.now],
        "seed": [problem.seed],
        "parameters": [json.dumps(asdict(problem.parameters))],
        "skills": _texts(pool.skills),
        "volunteers.id": _texts(pool.ids.tolist()),
        "volunteers.lat": pool.lat,
        "volunteers.lng": pool.lng,
        "volunteers.radius_km": np.where(km * 1000.0 == pool.radius_m, km, np.nextafter(km, 1e9)),
        "volunteers.gender": np.array(GENDERS)[pool.gender],
        "volunteers.skills.at": _offsets(np.bincount(own, minlength=len(pool))),
        "volunteers.skills.skill": skill,
        "volunteers.skills.level": pool.levels[skill, own],
        **_spans("volunteers.free", pool.free),
        **_spans("volunteers.busy", pool.busy),
        "volunteers.minutes_left": pool.minutes_left,
        "volunteers.recent_services": pool.recent_services,
        "volunteers.recent_notices": pool.recent_notices,
        "volunteers.reliability": pool.reliability,
        "volunteers.acceptance": pool.acceptance,
        "volunteers.is_new": pool.is_new,
        "needs.id": _texts([need.id for need in needs]),
        "needs.gender": _texts([need.gender for need in needs]),
    }
    for key in ("lat", "lng"):
        arrays[f"needs.{key}"] = np.array([getattr(need, key) for need in needs], dtype=np.float64)
    for key in ("start", "end", "places", "urgency", "least"):
        arrays[f"needs.{key}"] = _ints([getattr(need, key) for need in needs])
    number = {name: n for n, name in enumerate(pool.skills)}
    each = [sorted(need.skills.items()) for need in needs]
    arrays["needs.skills.at"] = _offsets([len(one) for one in each])
    arrays["needs.skills.skill"] = _ints([number[name] for one in each for name, _level in one])
    arrays["needs.skills.level"] = _ints([level for one in each for _name, level in one])
    for key in NAMED:
        rows = [sorted(pool.rows[name] for name in getattr(need, key)) for need in needs]
        arrays[f"needs.{key}.at"] = _offsets([len(one) for one in rows])
        arrays[f"needs.{key}.volunteer"] = _ints([row for one in rows for row in one])
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _texts(given: Sequence[str]) -> Array:
    return np.array(given, dtype=np.str_) if len(given) else np.array([], dtype="U1")


def _ints(given: Sequence[int]) -> Ints:
    return np.array(given, dtype=np.int64)


def _offsets(counts: Any) -> Ints:
    return np.concatenate(([0], np.cumsum(_ints(counts)))).astype(np.int64)


def _spans(name: str, spans: Spans) -> dict[str, Array]:
    found: dict[str, Array] = {
        f"{name}.at": spans.at,
        f"{name}.start": spans.start,
        f"{name}.end": spans.end,
    }
    if spans.lat is not None and spans.lng is not None:
        found |= {f"{name}.lat": spans.lat, f"{name}.lng": spans.lng}
    return found

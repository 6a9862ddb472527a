"""A problem as JSON states it (ENGINE §5): each entry checked, errors that name it.

``skills`` at the top, if it is there, lists every skill there is, and any other is an error. Without it a
need's skill that none of the volunteers has is one. Marks (``#…``) stand in no list.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from reprlib import repr as shown
from typing import Any

import numpy as np

from matching.engine.errors import BadProblem
from matching.engine.parameters import Parameters
from matching.engine.pool import DAY, GENDERS, MARK, Floats, Ints, Pool, key_of, spans_of
from matching.engine.problem import LOCAL
from matching.engine.score import TOP_LEVEL
from matching.engine.sieve import Wanted

VERSION = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = (datetime(2200, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(
    minutes=1
)  # the last minute believed
MOST_PLACES = 5
LATITUDES, LONGITUDES = (18, 54), (73, 136)  # in which China lies
FOREIGN = ": not in China; are lat and lng swapped?"


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What a file holds: the volunteers, the needs as columns are asked, and how many places each has."""

    now: int
    seed: int
    parameters: Parameters
    pool: Pool
    needs: dict[str, "FileNeed"]


@dataclass(frozen=True, slots=True)
class FileNeed:
    """A need of a file; ids of people, since rows change. ``least``: fewer do not go (two-person rule)."""

    id: str
    lat: float
    lng: float
    start: int
    end: int
    places: int
    skills: Mapping[str, int]
    gender: str
    urgency: int
    preferred: frozenset[str]
    excluded: frozenset[str]
    known: frozenset[str] = frozenset()
    least: int = 1

    def __post_init__(self) -> None:
        for person in sorted(self.preferred & self.excluded):
            raise BadProblem(f"needs: {self.id}", f"{person} is both preferred and excluded")

    def wanted(self, pool: Pool) -> Wanted:
        """Return the need as the columns of ``pool`` are asked."""
        column = {name: number for number, name in enumerate(pool.skills)}
        return Wanted(
            key=key_of(self.id),
            lat=self.lat,
            lng=self.lng,
            start=self.start,
            end=self.end,
            skills=tuple((column[name], level) for name, level in sorted(self.skills.items())),
            gender=GENDERS.index(self.gender),
            preferred=frozenset(pool.rows[name] for name in self.preferred),
            excluded=frozenset(pool.rows[name] for name in self.excluded),
            known=frozenset(pool.rows[name] for name in self.known),
        )


class _Entry:
    """One object of the file, read key by key; what is left over at the end is unknown."""

    def __init__(self, where: str, given: Any) -> None:
        if not isinstance(given, dict):
            raise BadProblem(where or "the file", "an object is needed")
        self.where, self._given, self._left = where, given, set(given)

    def bad(self, key: str, why: str) -> BadProblem:
        return BadProblem(self.path(key), why)

    def path(self, key: str) -> str:
        return f"{self.where}: {key}" if self.where else key

    def get(self, key: str, *usual: Any) -> Any:
        self._left.discard(key)
        if key in self._given:
            return self._given[key]
        if not usual:
            raise self.bad(key, "is missing")
        return usual[0]

    def all(self) -> dict[str, Any]:
        return self._given

    def done(self) -> None:
        for key in sorted(self._left, key=str):
            raise self.bad(str(key), "is not known")

    def number(self, key: str, low: float, high: float, *usual: Any, hint: str = "") -> float:
        value = self.get(key, *usual)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.bad(key, f"a number is needed, not {shown(value)}")
        if not low <= value <= high:
            raise self.bad(key, f"{shown(value)} is not between {low} and {high}{hint}")
        return float(value)

    def whole(self, key: str, low: int, high: int, *usual: Any) -> int:
        value = self.number(key, low, high, *usual)
        if value != int(value):
            raise self.bad(key, f"a whole number is needed, not {value}")
        return int(value)

    def text(self, key: str) -> str:
        value = self.get(key)
        if not is_name(value):
            raise self.bad(key, "a name is needed")
        return str(value)

    def truth(self, key: str) -> bool:
        value = self.get(key, False)
        if not isinstance(value, bool):
            raise self.bad(key, f"true or false is needed, not {shown(value)}")
        return value

    def items(self, key: str, *usual: Any) -> list[Any]:
        value = self.get(key, *usual)
        if not isinstance(value, list):
            raise self.bad(key, "a list is needed")
        return value

    def names(self, key: str) -> frozenset[str]:
        value = self.items(key, [])
        if not all(is_name(name) for name in value):
            raise self.bad(key, "names are needed")
        for name in (name for name, times in Counter(value).items() if times > 1):
            raise self.bad(key, f"{name} stands twice")
        return frozenset(value)

    def gender(self) -> str:
        value = self.get("gender", None)
        value = "" if value is None else value
        if value not in GENDERS:
            raise self.bad("gender", f'"F", "M" or null is needed, not {shown(value)}')
        return str(value)

    def skills(self, listed: frozenset[str] | None) -> dict[str, int]:
        given = _Entry(f"{self.where}: skills", self.get("skills", {}))
        for name in given.all():
            if not is_name(name):
                raise BadProblem(given.where, f"a name is needed, not {shown(name)}")
            if listed is not None and name not in listed and not name.startswith(MARK):
                raise given.bad(name, "is not in the list of skills")
        return {name: given.whole(name, 1, TOP_LEVEL) for name in sorted(given.all())}

    def place(self) -> tuple[float, float]:
        lat = self.number("lat", *LATITUDES, hint=FOREIGN)
        return lat, self.number("lng", *LONGITUDES, hint=FOREIGN)

    def minute(self, key: str) -> int:
        return minute(self.get(key), self.path(key))


def is_name(value: Any) -> bool:
    """Say whether ``value`` is a text that says something and can be written down."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return False
    return value.encode(errors="ignore").decode() == value


def parsed(text: str | bytes, where: str) -> Any:
    """Return what JSON says; raises ``BadProblem``, also where a key stands twice in one object."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except BadProblem:
        raise
    except (ValueError, RecursionError) as error:
        raise BadProblem(where, f"is not whole JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(key, _times)] = Counter(key for key, _value in pairs).most_common(1)
        whose = f" of {shown(found['id'])}" if "id" in found else ""
        raise BadProblem(key, f"this key{whose} stands twice")
    return found


def minute(value: Any, where: str) -> int:
    """Return a time as minutes since 1970 in UTC; without an offset it is Shanghai's."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadProblem(
            where, f"a time like 2026-11-24T08:00 is needed, not {shown(value)}"
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=LOCAL)
    minutes, rest = divmod(at - EPOCH, timedelta(minutes=1))
    if rest:
        raise BadProblem(where, f"{value} is not a whole minute")
    if not 0 <= minutes <= LAST:
        raise BadProblem(where, f"{value} is not between 1970 and 2200")
    return minutes


def _span(where: str, start: int, end: int) -> tuple[int, int]:
    if end <= start:
        raise BadProblem(where, "ends before it starts")
    return start, end


def _free(entry: _Entry) -> list[tuple[int, int]]:
    """Return the free stretches; those that meet are one."""
    found: list[tuple[int, int]] = []
    for number, pair in enumerate(entry.items("free", [])):
        where = f"{entry.where}: free[{number}]"
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadProblem(where, "a start and an end are needed")
        found.append(_span(where, minute(pair[0], where), minute(pair[1], where)))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _busy(entry: _Entry) -> Iterator[tuple[int, int, float, float]]:
    for number, given in enumerate(entry.items("busy", [])):
        one = _Entry(f"{entry.where}: busy[{number}]", given)
        start, end = _span(one.where, one.minute("start"), one.minute("end"))
        yield start, end, *one.place()
        one.done()


def _entries(whole: _Entry, key: str) -> Iterator[tuple[str, _Entry]]:
    seen: set[str] = set()
    for number, given in enumerate(whole.items(key)):
        entry = _Entry(f"{key}[{number}]", given)
        name = entry.text("id")
        entry.where = f"{entry.where} {name}"
        if name in seen:
            raise BadProblem(entry.where, "this id stands twice")
        seen.add(name)
        yield name, entry
        entry.done()


def _pool(whole: _Entry, asked: set[str], listed: frozenset[str] | None) -> Pool:
    rows = []
    for name, entry in _entries(whole, "volunteers"):
        lat, lng = entry.place()
        rows.append(
            (
                name,
                key_of(name),
                lat,
                lng,
                entry.number("radius_km", 0, 200) * 1000.0,
                GENDERS.index(entry.gender()),
                entry.skills(listed),
                _free(entry),
                list(_busy(entry)),
                entry.whole("minutes_left", 0, 10_080),
                entry.whole("recent_services", 0, 10_000, 0),
                entry.whole("recent_notices", 0, 10_000, 0),
                entry.number("reliability", 0, 1),
                entry.number("acceptance", 0, 1),
                entry.truth("is_new"),
            )
        )
    columns = list(zip(*rows, strict=True)) or [()] * 15

    def floats(n: int) -> Floats:
        return np.array(columns[n], dtype=np.float64)

    def ints(n: int) -> Ints:
        return np.array(columns[n], dtype=np.int64)

    skills = tuple(sorted(asked.union(*columns[6])))
    levels = np.zeros((len(skills), len(rows)), dtype=np.int8)
    for number, skill in enumerate(skills):
        levels[number] = [held.get(skill, 0) for held in columns[6]]
    return Pool(
        ids=np.array(columns[0], dtype=np.object_),
        key=np.array(columns[1], dtype=np.uint64),
        lat=floats(2),
        lng=floats(3),
        radius_m=floats(4),
        gender=np.array(columns[5], dtype=np.int8),
        skills=skills,
        levels=levels,
        free=spans_of(columns[7]),
        busy=spans_of(columns[8], placed=True),
        minutes_left=ints(9),
        recent_services=ints(10),
        recent_notices=ints(11),
        reliability=floats(12),
        acceptance=floats(13),
        is_new=np.array(columns[14], dtype=bool),
    )


def _need(name: str, entry: _Entry, listed: frozenset[str] | None) -> FileNeed:
    lat, lng = entry.place()
    start, end = _span(entry.where, entry.minute("start"), entry.minute("end"))
    if end - start > DAY:
        raise BadProblem(entry.where, "lasts more than a day")
    places = entry.whole("places", 1, MOST_PLACES, 1)
    return FileNeed(
        name,
        lat,
        lng,
        start,
        end,
        places,
        entry.skills(listed),
        entry.gender(),
        entry.whole("urgency", 1, 4, 1),
        entry.names("preferred"),
        entry.names("excluded"),
        entry.names("known"),
        entry.whole("least", 1, places, 1),
    )


def _check_skills(needs: Iterable[FileNeed], pool: Pool) -> None:
    """Refuse a skill that none of the volunteers has: where no list says otherwise, it is misspelt."""
    held = {name for name, levels in zip(pool.skills, pool.levels, strict=True) if levels.any()}
    for need in needs:
        for name in sorted(need.skills.keys() - held):
            if not name.startswith(MARK):
                why = "no volunteer has this skill, and the file does not list it"
                raise BadProblem(f"needs: {need.id}: skills: {name}", why)


def problem_of(given: Any) -> Problem:
    """Return the problem that ``given`` (parsed JSON) states; raises ``BadProblem``."""
    whole = _Entry("", given)
    whole.whole("version", VERSION, VERSION)
    if whole.get("crs", "WGS-84") != "WGS-84":
        raise BadProblem("crs", "only WGS-84 is known")
    now, seed = whole.minute("now"), whole.whole("seed", 0, 2**53, 0)
    parameters = Parameters.of(_Entry("parameters", whole.get("parameters", {})).all())
    listed = whole.names("skills") if "skills" in whole.all() else None
    needs = {name: _need(name, entry, listed) for name, entry in _entries(whole, "needs")}
    pool = _pool(whole, {skill for need in needs.values() for skill in need.skills}, listed)
    whole.done()
    known = set(pool.ids)
    for need in needs.values():
        for unknown in sorted((need.preferred | need.excluded | need.known) - known):
            raise BadProblem(f"needs: {need.id}", f"no volunteer has the id {unknown}")
    if listed is None and known:
        _check_skills(needs.values(), pool)
    return Problem(now, seed, parameters, pool, needs)

"""The SQL of the posting table: what a row has to be, and a score that is never too low.

Numbers of our own stand in the text, words and days are given beside it. The same on both databases but
for how a ring is walked.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection

from kernel.workdays import at_local, local_date
from matching.engine import Need, Parameters
from matching.engine.order import worth
from matching.models.postings import DAYS
from matching.queries.posted import BITS, day_column, left_column, slots
from matching.queries.work import monday_of

METRES_PER_DEGREE = 111_195.0
FLAT = 0.99  # a flat map is truer than this within the reach of anybody
# Between these distances nearness is a line in the square of the distance: a little too high (a chord of a
# convex curve), and made of what every database multiplies.
PIECES_KM = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0, 12.0, 15.0, 21.0, 62.0)

Ranges = tuple[Sequence[int], Sequence[int]]  # cells from … to, exclusive


class Asked(NamedTuple):
    """What is looked for: ``only_willing``, who may be asked without having asked. ``urgency`` (1–4) is known
    to the chance of a yes. To see what would find more: people up to ``beyond_m`` metres farther away than
    they chose, with ``any_kind`` whatever categories they chose, with ``any_time`` whenever they are free."""

    need: Need
    parameters: Parameters
    only_willing: bool = False
    urgency: int = 1
    beyond_m: int = 0
    any_kind: bool = False
    any_time: bool = False


def rows(
    asked: Asked, skill: str, ranges: Ranges | None, most: int, offset: int
) -> list[tuple[Any, ...]]:
    """Return (volunteer, lat, lng, radius, reliability, recent, is new, minutes left, levels…, bound) of who
    passes what the table knows, by a bound of the score."""
    need = asked.need
    others = [code for code in sorted(need.skills) if code != skill]
    # Read one by one, where somebody has passed the rest: as joins, SQLite reads all who have the skill.
    levels = [
        *(("p.level",) if need.skills else ()),
        *(
            "(SELECT o.level FROM matching_posting o"
            " WHERE o.volunteer_id = p.volunteer_id AND o.skill = %s)"
            for _code in others
        ),
    ]
    where_, values = where(asked, skill)
    given = [*others, *values]
    named = ", ".join(f"{level} AS level{n}" for n, level in enumerate(levels))
    inner = (
        "SELECT p.volunteer_id, p.lat, p.lng, p.radius_m, p.reliability, p.recent, p.is_new,"  # noqa: S608 (numbers of our own)
        f" {_left(need)} AS minutes{', ' * bool(named)}{named}, {_square(need)} AS square"
        f" FROM matching_posting p WHERE {where_}"
    )
    source, cells = _over(inner, ranges)
    names = "".join(f"level{n}, " for n in range(len(levels)))
    bound = _bound(asked, [f"level{n}" for n in range(len(levels))])
    radius = f"(1.0 * radius_m + {int(asked.beyond_m)})"
    passes = [f"level{n} >= {int(need.skills[code])}" for n, code in enumerate(others, start=1)]
    if need.point is not None:
        passes.append(f"square * {FLAT**2!r} <= {radius} * {radius}")
    reach = f"WHERE {' AND '.join(passes)}" if passes else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT volunteer_id, lat, lng, radius_m, reliability, recent, is_new, minutes,"  # noqa: S608
            f" {names}{bound} AS bound FROM {source} {reach}"
            " ORDER BY bound DESC, volunteer_id LIMIT %s OFFSET %s",
            [*cells[0], *given, *cells[1], most, offset],
        )
        return list(cursor.fetchall())


def _over(inner: str, ranges: Ranges | None) -> tuple[str, tuple[list[Any], list[Any]]]:
    """Return ``inner`` over the cells of a ring, each a short walk along the index, and what is given
    before and after its own values; it is worked out once, and not again for each mention of a column.

    PostgreSQL: one look-up a range (a plain join on BETWEEN reads the table). SQLite: the order of a CROSS
    JOIN is kept.
    """
    is_postgresql = connection.vendor == "postgresql"
    once = " OFFSET 0" if is_postgresql else " LIMIT -1"
    if ranges is None:
        return f"({inner}{once}) found", ([], [])
    if is_postgresql:
        within = f"{inner} AND p.cell >= r.low AND p.cell < r.high{once}"
        source = f"unnest(%s::bigint[], %s::bigint[]) AS r(low, high) CROSS JOIN LATERAL ({within}) found"
        return source, ([list(ranges[0]), list(ranges[1])], [])
    pairs = ",".join(f"({low},{high})" for low, high in zip(*ranges, strict=True))
    within = inner.replace(
        " FROM matching_posting p",
        f" FROM (SELECT column1 AS low, column2 AS high FROM (VALUES {pairs})) r"  # noqa: S608
        " CROSS JOIN matching_posting p ON p.cell >= r.low AND p.cell < r.high",
        1,
    )
    return f"({within}{once}) found", ([], [])


def where(asked: Asked, skill: str) -> tuple[str, list[Any]]:
    """Return what a row of ``p`` has to be, and the values."""
    need = asked.need
    said = [f"p.skill = %s AND p.level >= {int(need.skills.get(skill, 0))}"]
    values: list[Any] = [skill]
    for day, bits in () if asked.any_time else _halves(need):
        first = day - timedelta(days=DAYS - 1)
        said.append(
            f"((p.posted_on BETWEEN %s AND %s AND (p.{day_column(day)} & {bits}) = {bits})"  # noqa: S608
            f" OR (p.posted_on NOT BETWEEN %s AND %s"
            f" AND (p.paused_until IS NULL OR p.paused_until < %s)"
            f" AND ((p.w{day.weekday()} & {bits}) = {bits} OR EXISTS (SELECT 1"
            " FROM accounts_availabilityexception e WHERE e.volunteer_id = p.volunteer_id"
            " AND e.day = %s AND e.is_free))))"
        )
        values += [first, day, first, day, day, day]
    if not asked.any_time:
        said.append(f"{_left(need)} >= {need.minutes}")
    if need.gender:
        said.append("p.sex = %s")
        values.append(need.gender)
    if need.adults_only:
        said.append("p.is_adult")
    for kind in sorted(need.credentials):
        said.append(
            "EXISTS (SELECT 1 FROM accounts_credential c WHERE c.volunteer_id = p.volunteer_id"
            " AND c.kind = %s AND c.state = 'VALID' AND (c.valid_until IS NULL OR c.valid_until >= %s))"
        )
        values += [kind, local_date(need.when.start)]
    if need.own_volunteers_of is not None:
        said.append(
            "EXISTS (SELECT 1 FROM organizations_membership m JOIN accounts_volunteerprofile v"
            " ON v.user_id = m.user_id WHERE v.id = p.volunteer_id AND m.organization_id = %s"
            " AND m.role = 'VOLUNTEER' AND m.confirmed_at IS NOT NULL"
            " AND (m.ends_on IS NULL OR m.ends_on >= %s))"
        )
        values += [need.own_volunteers_of, local_date(need.when.start)]
    if asked.only_willing:
        said.append("p.may_ask")
    if asked.only_willing and not asked.any_kind:
        said.append(f"(p.wants & {BITS[need.category]}) <> 0")
    return " AND ".join(said), values


def _halves(need: Need) -> Iterator[tuple[date, int]]:
    """Yield the days of the need and their half hours."""
    day = local_date(need.when.start)
    while at_local(day, 0) < need.when.end:
        begin, end = (int((at - at_local(day, 0)).total_seconds() // 60) for at in need.when[:2])
        yield day, slots(max(begin, 0), min(end, 1440))
        day += timedelta(days=1)


def _left(need: Need) -> str:
    """Return the minutes that are left in the week of the need; where a row does not know, its limit."""
    monday = monday_of(local_date(need.when.start))
    first, last = monday - timedelta(days=DAYS - 1), monday + timedelta(days=6)
    return (
        f"CASE WHEN p.posted_on BETWEEN '{first}' AND '{last}'"
        f" THEN p.{left_column(monday)} ELSE p.week_minutes END"
    )


def _square(need: Need) -> str:
    """Return the square of the distance on a flat map, in square metres."""
    if need.point is None:
        return "0.0"
    lat, lng = need.point
    east = METRES_PER_DEGREE * math.cos(math.radians(lat))
    north = f"((p.lat - {lat!r}) * {METRES_PER_DEGREE!r})"
    side = f"((p.lng - {lng!r}) * {east!r})"
    return f"{north} * {north} + {side} * {side}"


def _bound(asked: Asked, levels: Sequence[str]) -> str:
    """Return a score that is never too low, and for most people true to a hundredth."""
    near, level, reliable, rested, roomy, likely, first, *_pair = worth(
        asked.need, asked.parameters
    )
    parameters = asked.parameters
    enough = 60.0 * parameters.roomy_hours
    nearness = _nearness(float(parameters.near_km)) if asked.need.point else "1.0"
    mean = f"({' + '.join(levels)}) / {3.0 * len(levels)}" if levels else "1.0"
    return (
        f"{near!r} * {nearness} + {level!r} * {mean} + {reliable!r} * reliability"
        f" + {rested!r} / (1.0 + {float(parameters.rest)!r} * recent)"
        f" + {roomy!r} * (CASE WHEN minutes >= {enough!r} THEN 1.0 ELSE minutes / {enough!r} END)"
        f" + {likely!r} + {first!r} * (CASE WHEN is_new THEN 1.0 ELSE 0.0 END) + 1e-8"
    )


@lru_cache(maxsize=8)
def _nearness(near_km: float) -> str:
    """Return exp(−distance) from above, as chords over the square of the distance (``PIECES_KM``)."""
    cases = []
    for low, high in pairwise(PIECES_KM):
        a, b = (FLAT * 1000.0 * km for km in (low, high))
        at_a, at_b = (math.exp(-metre / (1000.0 * near_km)) for metre in (a, b))
        slope = (at_b - at_a) / (b * b - a * a)
        start = at_a - slope * a * a
        square = (1000.0 * high) ** 2
        cases.append(f"WHEN square <= {square!r} THEN {start!r} + {slope * FLAT**2!r} * square")
    return f"(CASE {' '.join(cases)} ELSE 0.0 END)"

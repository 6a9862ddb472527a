"""The SQL of the posting table: what a row has to be, and a score that is never too low.

What changes from need to need is given beside the text, so that a database that keeps prepared statements
(SQLite does) prepares each shape once. The same on both databases but for how a ring is walked.
"""

import json
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
from matching.engine.score import TOP_LEVEL
from matching.models.postings import DAYS
from matching.queries.posted import BITS, day_column, left_column, slots
from matching.queries.work import monday_of

DAY = timedelta(days=1)
METRES_PER_DEGREE = 111_195.0
FLAT = 0.99  # a flat map is truer than this within the reach of anybody
# Between these distances nearness is a line in the square of the distance: a little too high (a chord of a
# convex curve), and made of what every database multiplies.
PIECES_KM = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0, 12.0, 15.0, 21.0, 62.0)

Ranges = tuple[Sequence[int], Sequence[int]]  # cells from … to, exclusive
Given = dict[str, Any]  # values by their names in the text


class Asked(NamedTuple):
    """What is looked for: ``only_willing``, who may be asked without having asked. ``urgency`` (1–4) is known
    to the chance of a yes. To see what would find more: people up to ``beyond_m`` metres farther away than
    they chose, with ``any_kind`` whatever categories they chose, with ``any_time`` whenever they are free.
    ``posted``: the first and the last day that rows of the table are of, where that was looked up: what all
    rows know is asked in fewer words, which a million of them feel."""

    need: Need
    parameters: Parameters
    only_willing: bool = False
    urgency: int = 1
    beyond_m: int = 0
    any_kind: bool = False
    any_time: bool = False
    posted: tuple[date, date] | None = None

    def all_know(self, first: date, last: date) -> bool:
        """Say whether every row is of a day from ``first`` to ``last``."""
        return self.posted is not None and first <= self.posted[0] and self.posted[1] <= last


def rows(
    asked: Asked, skill: str, ranges: Ranges | None, most: int, offset: int
) -> list[tuple[Any, ...]]:
    """Return (volunteer, lat, lng, radius, reliability, recent, is new, minutes left, levels…, bound) of who
    passes what the table knows, by a bound of the score."""
    need = asked.need
    passes, given = where(asked, skill)
    square, place = _square(need)
    inner = (
        "SELECT p.volunteer_id, p.lat, p.lng, p.radius_m, p.reliability, p.recent, p.is_new,"  # noqa: S608 (names of our own)
        f" {_left(asked)} AS minutes, p.level, {square} AS square"
        f" FROM matching_posting p WHERE {passes}"
    )
    source, cells = _over(inner, ranges)
    reach, far = _reach(asked)
    others, sought = _others(need, skill)
    if others:
        # Looked up where somebody has passed the rest: as joins, SQLite reads all who have the skill.
        looked_up = "".join(f", {level} AS {name}" for name, level in others.items())
        source = f"(SELECT found.*{looked_up} FROM {source}{reach}{_once()}) found"  # noqa: S608
        reach = f" WHERE {' AND '.join(f'{name} >= %(least_{name})s' for name in others)}"
    levels = [*(("level",) if need.skills else ()), *others]
    bound, worths = _bound(asked, levels)
    given |= {**place, **cells, **far, **sought, **worths, "most": most, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT volunteer_id, lat, lng, radius_m, reliability, recent, is_new, minutes,"  # noqa: S608
            f" {''.join(f'{name}, ' for name in levels)}{bound} AS bound FROM {source}{reach}"
            " ORDER BY bound DESC, volunteer_id LIMIT %(most)s OFFSET %(offset)s",
            given,
        )
        return list(cursor.fetchall())


def _once() -> str:
    """Return what ends a subquery that is worked out once, and not again for each mention of a column."""
    return " OFFSET 0" if connection.vendor == "postgresql" else " LIMIT -1"


def _over(inner: str, ranges: Ranges | None) -> tuple[str, Given]:
    """Return ``inner`` over the cells of a ring, each a short walk along the index.

    PostgreSQL: one look-up a range (a plain join on BETWEEN reads the table). SQLite: the order of a CROSS
    JOIN is kept.
    """
    if ranges is None:
        return f"({inner}{_once()}) found", {}
    if connection.vendor == "postgresql":
        within = f"{inner} AND p.cell >= r.low AND p.cell < r.high{_once()}"
        source = "unnest(%(low)s::bigint[], %(high)s::bigint[]) AS r(low, high)"
        low, high = (f"{{{','.join(map(str, cells))}}}" for cells in ranges)
        return f"{source} CROSS JOIN LATERAL ({within}) found", {"low": low, "high": high}
    within = inner.replace(
        " FROM matching_posting p",
        " FROM json_each(%(cells)s) r CROSS JOIN matching_posting p"
        " ON p.cell >= json_extract(r.value, '$[0]') AND p.cell < json_extract(r.value, '$[1]')",
        1,
    )
    return f"({within}{_once()}) found", {"cells": json.dumps(list(zip(*ranges, strict=True)))}


def _reach(asked: Asked) -> tuple[str, Given]:
    """Return what holds of who has time enough left in the week and comes so far."""
    said, given = [], Given()
    if not asked.any_time:
        said.append("minutes >= %(minutes)s")
        given["minutes"] = asked.need.minutes
    if asked.need.point is not None:
        radius = "CAST(radius_m + %(beyond)s AS double precision)"
        said.append(f"square * {FLAT**2!r} <= {radius} * {radius}")
        given["beyond"] = asked.beyond_m
    return f" WHERE {' AND '.join(said)}" if said else "", given


def _others(need: Need, skill: str) -> tuple[dict[str, str], Given]:
    """Return by name how the levels of the needed skills other than ``skill`` are looked up."""
    levels, given = dict[str, str](), Given()
    for n, code in enumerate(code for code in sorted(need.skills) if code != skill):
        given |= {f"other{n}": code, f"least_level{n}": need.skills[code]}
        levels[f"level{n}"] = (
            "(SELECT o.level FROM matching_posting o"  # noqa: S608 (names of our own)
            f" WHERE o.volunteer_id = found.volunteer_id AND o.skill = %(other{n})s)"
        )
    return levels, given


def where(asked: Asked, skill: str) -> tuple[str, Given]:
    """Return what a row of ``p`` has to be, its place and the minutes that are left apart, and the values by
    name."""
    need = asked.need
    day = local_date(need.when.start)
    said = ["p.skill = %(skill)s AND p.level >= %(level)s"]
    given: Given = {"skill": skill, "level": need.skills.get(skill, 0), "day": day}
    given |= dict(zip(("week_first", "week_last"), _weeks(day), strict=True))
    if not asked.any_time:
        for n, (on, bits) in enumerate(_halves(need)):
            given |= {f"day{n}": on, f"first{n}": on - (DAYS - 1) * DAY, f"bits{n}": bits}
            said.append(_free(asked, on, n))
    if need.gender:
        given["sex"] = need.gender
        said.append("p.sex = %(sex)s")
    if need.adults_only:
        said.append("p.is_adult")
    for n, kind in enumerate(sorted(need.credentials)):
        given[f"paper{n}"] = kind
        said.append(
            "EXISTS (SELECT 1 FROM accounts_credential c WHERE c.volunteer_id = p.volunteer_id"  # noqa: S608 (names of our own)
            f" AND c.kind = %(paper{n})s AND c.state = 'VALID'"
            " AND (c.valid_until IS NULL OR c.valid_until >= %(day)s))"
        )
    if need.own_volunteers_of is not None:
        given["organization"] = need.own_volunteers_of
        said.append(
            "EXISTS (SELECT 1 FROM organizations_membership m JOIN accounts_volunteerprofile v"
            " ON v.user_id = m.user_id WHERE v.id = p.volunteer_id"
            " AND m.organization_id = %(organization)s"
            " AND m.role = 'VOLUNTEER' AND m.confirmed_at IS NOT NULL"
            " AND (m.ends_on IS NULL OR m.ends_on >= %(day)s))"
        )
    if asked.only_willing:
        said.append("p.may_ask")
    if asked.only_willing and not asked.any_kind:
        given["kind"] = BITS[need.category]
        said.append("(p.wants & %(kind)s) <> 0")
    return " AND ".join(said), given


def _free(asked: Asked, day: date, n: int) -> str:
    """Return that the half hours of ``day`` are free: where the row knows the day, as it says, else as the
    weekday is."""
    said = f"(p.{day_column(day)} & %(bits{n})s) = %(bits{n})s"
    if asked.all_know(day - (DAYS - 1) * DAY, day):
        return said
    return (
        f"CASE WHEN p.posted_on BETWEEN %(first{n})s AND %(day{n})s THEN {said}"  # noqa: S608 (names of our own)
        f" ELSE (p.paused_until IS NULL OR p.paused_until < %(day{n})s)"
        f" AND ((p.w{day.weekday()} & %(bits{n})s) = %(bits{n})s OR EXISTS (SELECT 1"
        " FROM accounts_availabilityexception e WHERE e.volunteer_id = p.volunteer_id"
        f" AND e.day = %(day{n})s AND e.is_free)) END"
    )


def _halves(need: Need) -> Iterator[tuple[date, int]]:
    """Yield the days of the need and their half hours."""
    day = local_date(need.when.start)
    while at_local(day, 0) < need.when.end:
        begin, end = (int((at - at_local(day, 0)).total_seconds() // 60) for at in need.when[:2])
        yield day, slots(max(begin, 0), min(end, 1440))
        day += DAY


def _left(asked: Asked) -> str:
    """Return the minutes that are left in the week of the need; where a row does not know, its limit."""
    day = local_date(asked.need.when.start)
    if asked.all_know(*_weeks(day)):
        return f"p.{left_column(day)}"
    return (
        "CASE WHEN p.posted_on BETWEEN %(week_first)s AND %(week_last)s"
        f" THEN p.{left_column(day)} ELSE p.week_minutes END"
    )


def _weeks(day: date) -> tuple[date, date]:
    """Return the days from which to which a row is that knows the week of ``day``."""
    monday = monday_of(day)
    return monday - (DAYS - 1) * DAY, monday + 6 * DAY


def _square(need: Need) -> tuple[str, Given]:
    """Return the square of the distance on a flat map, in square metres."""
    if need.point is None:
        return "0.0", {}
    lat, lng = need.point
    east = METRES_PER_DEGREE * math.cos(math.radians(lat))
    north = f"((p.lat - %(lat)s) * {METRES_PER_DEGREE!r})"
    side = "((p.lng - %(lng)s) * %(east)s)"
    return f"{north} * {north} + {side} * {side}", {"lat": lat, "lng": lng, "east": east}


def _bound(asked: Asked, levels: Sequence[str]) -> tuple[str, Given]:
    """Return a score that is never too low, and for most people true to a hundredth."""
    near, level, reliable, rested, roomy, likely, first, *_pair = worth(
        asked.need, asked.parameters
    )
    parameters = asked.parameters
    given: Given = {
        "near": near,
        "level_each": level / (TOP_LEVEL * len(levels)) if levels else 0.0,
        "reliable": reliable,
        "rested": rested,
        "rest": float(parameters.rest),
        "roomy": roomy / (60.0 * parameters.roomy_hours),
        "enough": 60.0 * parameters.roomy_hours,
        "newcomer": first,
        "always": likely + (0.0 if levels else level) + 1e-8,
    }
    nearness = _nearness(float(parameters.near_km)) if asked.need.point else "1.0"
    return (
        f"%(near)s * {nearness}"
        f" + CAST({' + '.join(levels) or 0} AS double precision) * %(level_each)s"
        " + %(reliable)s * reliability"
        " + %(rested)s / (1.0 + %(rest)s * CAST(recent AS double precision))"
        " + %(roomy)s * CAST(CASE WHEN minutes >= %(enough)s THEN %(enough)s ELSE minutes END"
        " AS double precision)"
        " + (CASE WHEN is_new THEN %(newcomer)s ELSE 0.0 END) + %(always)s"
    ), given


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

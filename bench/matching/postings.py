"""The best twenty out of the posting table, in SQL: rings of cells beside the bounding box that is usual,
each compared with looking at everybody.

``python -m bench.matching.postings [--sizes …]`` measures the database of ``DATABASE_URL`` (an empty one),
else SQLite.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from tests.environment import FOLDER  # noqa: F401 (a data folder of its own, before the settings load)

os.environ["DJANGO_SETTINGS_MODULE"] = "volunteer_hub.settings"

import django

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench.matching import shanghai  # noqa: E402
from bench.matching.ranking import EACH, TOP  # noqa: E402
from bench.results import database  # noqa: E402
from matching.engine import USUAL, Need, Span  # noqa: E402
from matching.engine.best import Found, Ranking  # noqa: E402
from matching.engine.index import keys  # noqa: E402
from matching.engine.pool import GENDERS, Pool  # noqa: E402
from matching.engine.sieve import LOCAL_MINUTES, Days, Wanted  # noqa: E402
from matching.models import Posting  # noqa: E402
from matching.queries import posting_sql, postings  # noqa: E402
from matching.queries.posted import BITS, day_column, grid, left_column  # noqa: E402
from matching.queries.posting_sql import Asked  # noqa: E402

FIRST = date(2026, 11, 23)
AT_ONCE = 20_000
BOX_KM = 20.0  # nobody of the generator goes farther
COLUMNS = [str(field.column) for field in Posting._meta.concrete_fields if field.name != "id"]


def rows(pool: Pool) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table, skill by skill in the order of the cells, as a rebuilt table has them."""
    days = Days(pool)
    cell = keys(grid(), pool.lat, pool.lng, pool.radius_m)
    masks = {
        day_column(FIRST + timedelta(days=n)): days.of(shanghai.MONDAY + n)
        .astype(np.int64)
        .tolist()
        for n in range(shanghai.DAYS)
    }
    usual = {
        "may_ask": True,
        "is_adult": True,
        "wants": sum(BITS.values()),
        "is_new": False,
        "posted_on": FIRST,
        "paused_until": None,
        **{name: 0 for name in COLUMNS if name[0] in "dw" and name[1:].isdigit()},
    }
    left, lat, lng, radius, reliable, recent = (
        column.tolist()
        for column in (
            pool.minutes_left,
            pool.lat,
            pool.lng,
            pool.radius_m.astype(np.int64),
            pool.reliability,
            pool.recent_services,
        )
    )
    sex = [GENDERS[gender] for gender in pool.gender.tolist()]
    for number, skill in enumerate(("", *pool.skills)):
        level = pool.levels[number - 1] if number else np.zeros(len(pool), dtype=np.int8)
        having = np.flatnonzero(level) if number else np.arange(len(pool))
        for row in having[np.argsort(cell[having], kind="stable")].tolist():
            found = {
                **usual,
                **{column: mask[row] for column, mask in masks.items()},
                "volunteer_id": row + 1,
                "skill": skill,
                "level": int(level[row]),
                "cell": int(cell[row]),
                "lat": lat[row],
                "lng": lng[row],
                "radius_m": radius[row],
                "sex": sex[row],
                "reliability": reliable[row],
                "recent": recent[row],
                **dict.fromkeys(("week_minutes", "left0", "left1", "left2"), left[row]),
            }
            yield tuple(found[name] for name in COLUMNS)


def fill(pool: Pool) -> None:
    """Write the table; nobody stands behind its rows, so that keys are not looked up."""
    source = rows(pool)
    names = ", ".join(COLUMNS)
    # What a database that runs does by itself in time: no dead rows, and statistics.
    empty, tidy = ("DELETE FROM", "ANALYZE")
    if connection.vendor == "postgresql":
        empty, tidy = ("TRUNCATE", "VACUUM ANALYZE")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{empty} matching_posting")
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            with cursor.copy(f"COPY matching_posting ({names}) FROM STDIN") as copy:
                for row in source:
                    copy.write_row(row)
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            while some := list(islice(source, AT_ONCE)):
                cursor.executemany(f"INSERT INTO matching_posting ({names}) VALUES ({marks})", some)
    with connection.cursor() as cursor:
        cursor.execute(f"{tidy} matching_posting")


def need_of(wanted: Wanted, pool: Pool, *, names: Sequence[str] = ()) -> Need:
    """Return the generator's need as the platform knows it; skills have their own names unless given."""
    named = names or pool.skills
    begin, end = (
        datetime.fromtimestamp((minute - LOCAL_MINUTES) * 60, UTC)
        for minute in (wanted.start, wanted.end)
    )
    return Need(
        key=str(wanted.key),
        when=Span(begin, end),
        category="A",
        point=(float(wanted.lat), float(wanted.lng)),
        skills={named[skill]: level for skill, level in wanted.skills},
        gender=GENDERS[wanted.gender],
    )


def by_rings(need: Need) -> list[tuple[int, float]]:
    """Return (volunteer, score) of the best twenty, by the product's own walk."""
    return [(one.volunteer, one.score) for one in islice(postings.line(Asked(need, USUAL)), TOP)]


def by_box(need: Need) -> list[tuple[int, float]]:
    """Return the same by what is usual: everybody in a square around the need, filtered, then sorted."""
    assert need.point is not None
    lat, lng = need.point
    high = BOX_KM / 111.195
    wide = high / math.cos(math.radians(lat))
    skill = min(need.skills, default="")
    where, given = posting_sql.where(Asked(need, USUAL), skill)
    others = [code for code in sorted(need.skills) if code != skill]
    joins = "".join(
        f" JOIN matching_posting o{n} ON o{n}.volunteer_id = p.volunteer_id AND o{n}.skill = '{code}'"
        for n, code in enumerate(others)
    )
    box = {"south": lat - high, "north": lat + high, "west": lng - wide, "east": lng + wide}
    levels = "".join(f", o{n}.level" for n in range(len(others)))
    own = ", p.level" if need.skills else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.volunteer_id, p.lat, p.lng, p.radius_m, p.reliability, p.recent, p.is_new,"
            f" p.{left_column(FIRST)}{own}{levels}, 0.0 FROM matching_posting p{joins}"
            f" WHERE {where} AND p.{left_column(FIRST)} >= %(minutes)s"
            " AND p.lat BETWEEN %(south)s AND %(north)s AND p.lng BETWEEN %(west)s AND %(east)s",
            given | box | {"minutes": need.minutes},
        )
        found = postings.scored(Asked(need, USUAL), cursor.fetchall())
    best = sorted(found, key=lambda one: -one.score)[:TOP]
    return [(one.volunteer, one.score) for one in best]


def differs(found: list[tuple[int, float]], truth: Found, pool: Pool) -> bool:
    """Say whether people or order differ; equal scores may stand in any order."""
    scores = [round(float(score), 8) for score in truth.scores[:TOP]]
    if [round(score, 8) for _pk, score in found] != scores:
        return True
    return any(
        scores.count(score) == 1 and found[n][0] != int(str(pool.ids[truth.rows[n]])[1:]) + 1
        for n, score in enumerate(scores[:-1])
    )


def _timed(act: Callable[[Need], Any], need: Need) -> tuple[Any, float]:
    begun = time.perf_counter()
    found = act(need)
    return found, (time.perf_counter() - begun) * 1000


def measured(size: int) -> dict[str, Any]:
    """Return what was measured with so many volunteers: milliseconds by kind of need."""
    pool = shanghai.volunteers(size)
    begun = time.perf_counter()
    fill(pool)
    filled = time.perf_counter() - begun
    ranking = Ranking(pool, USUAL, seed=7)
    kinds, differing = {}, 0
    for kind, needs in shanghai.kinds(EACH).items():
        rings, box = [], []
        for wanted in needs:
            need = need_of(wanted, pool)
            found, spent = _timed(by_rings, need)
            rings.append(spent)
            usual, spent = _timed(by_box, need)
            box.append(spent)
            truth = ranking.all(wanted)
            differing += differs(found, truth, ranking.pool) + differs(usual, truth, ranking.pool)
        kinds[kind] = {"rings": rings, "box": box}
    return {"size": size, "filled": filled, "kinds": kinds, "differing": differing}


def main() -> None:
    """Measure each size and print what was found as JSON, for ``bench.matching``."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching.postings", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[15_000])
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    found = [measured(size) for size in asked.sizes]
    print(json.dumps({"database": database(), "found": found}))


if __name__ == "__main__":
    main()

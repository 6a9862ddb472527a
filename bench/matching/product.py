"""The product's own path for one need, every rule looked at, beside the two usual ways: an ORM filter with
the distance in Python, and a loop over a queryset.

``python -m bench.matching.product [--size 15000]`` on the database of ``DATABASE_URL`` (an empty one), else
SQLite.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tests.environment import FOLDER  # noqa: F401 (a data folder of its own, before the settings load)

os.environ["DJANGO_SETTINGS_MODULE"] = "volunteer_hub.settings"

import django

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402

from accounts.models import (  # noqa: E402
    Availability,
    Consent,
    Skill,
    User,
    VolunteerCategory,
    VolunteerProfile,
)
from accounts.states import Purpose, SkillCode  # noqa: E402
from bench.matching import shanghai  # noqa: E402
from bench.matching.postings import need_of  # noqa: E402
from bench.results import database  # noqa: E402
from kernel.models import PersonKey  # noqa: E402
from kernel.workdays import SHANGHAI, at_local, local_date  # noqa: E402
from matching import actions, queries  # noqa: E402
from matching.engine import Need  # noqa: E402
from matching.engine.pool import DAY, GENDERS, Pool  # noqa: E402
from matching.engine.problem import distance_m  # noqa: E402
from matching.queries.posting_sql import Asked  # noqa: E402
from matching.queries.postings import line  # noqa: E402
from matching.queries.search import best_of  # noqa: E402

NOW = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)
CODES = SkillCode.values[: len(shanghai.SKILLS)]
TOP, ASKED, LOOPED = 20, 60, 3
MANY, OF_MANY = 100_000, 1  # of so many people the loop is made less often: it takes minutes
AT_ONCE = 2_000  # rows: PostgreSQL takes 65,535 values


def fill(pool: Pool) -> None:
    """Write the volunteers with their skills, windows, wishes and consents, then the search's table."""
    key = PersonKey.new()
    users = User.objects.bulk_create(
        (User(key=key, joined_at=NOW, password="!") for _row in range(len(pool))), AT_ONCE
    )
    profiles = VolunteerProfile.objects.bulk_create(
        (
            VolunteerProfile(
                key=key,
                user=user,
                number=f"V{row:010}",
                name="王芳",
                sex=GENDERS[pool.gender[row]],
                is_adult=True,
                is_verified=True,
                lat=float(pool.lat[row]),
                lng=float(pool.lng[row]),
                radius_m=int(pool.radius_m[row]),
                minutes_per_week=int(pool.minutes_left[row]),
                lesson_passed_at=NOW,
                registered_at=NOW,
            )
            for row, user in enumerate(users)
        ),
        AT_ONCE,
    )
    Skill.objects.bulk_create(
        (
            Skill(volunteer=profiles[row], code=CODES[skill], level=int(pool.levels[skill, row]))
            for skill, row in zip(*np.nonzero(pool.levels), strict=True)
        ),
        AT_ONCE,
    )
    Availability.objects.bulk_create(
        (
            Availability(
                volunteer=profiles[row],
                weekday=int(start // DAY - shanghai.MONDAY),
                starts=int(start % DAY),
                ends=int(start % DAY + end - start),
            )
            for row, start, end in zip(
                pool.free.owners(), pool.free.start, pool.free.end, strict=True
            )
        ),
        AT_ONCE,
    )
    VolunteerCategory.objects.bulk_create(
        (VolunteerCategory(volunteer=profile, category="A") for profile in profiles), AT_ONCE
    )
    Consent.objects.bulk_create(
        (
            Consent(
                user=user, purpose=Purpose.MATCHING, text_version="1", given_at=NOW, given_by=user
            )
            for user in users
        ),
        AT_ONCE,
    )
    actions.post_all(now=NOW)


def by_product(need: Need) -> int:
    """Return how many the product names, every rule looked at again."""
    asked = Asked(need, queries.parameters_now(), only_willing=True)
    return len(best_of(asked, top=TOP, now=NOW))


def by_table(need: Need) -> int:
    """Return how many the search's table names, before they are looked at again."""
    found = 0
    for _one in line(Asked(need, queries.parameters_now(), only_willing=True)):
        found += 1
        if found == TOP:
            break
    return found


def _minutes(need: Need) -> tuple[date, int, int]:
    day = local_date(need.when.start)
    begin, end = (int((at - at_local(day, 0)).total_seconds() // 60) for at in need.when[:2])
    return day, begin, end


def by_filter(need: Need) -> int:
    """Return the same by what is usual: the ORM filters by skill, weekday and hours; Python knows how far."""
    day, begin, end = _minutes(need)
    found = VolunteerProfile.objects.filter(
        is_verified=True,
        suspended_at=None,
        categories__category="A",
        windows__weekday=day.weekday(),
        windows__starts__lte=begin,
        windows__ends__gte=end,
    )
    for code, level in need.skills.items():
        found = found.filter(skills__code=code, skills__level__gte=level)
    if need.gender:
        found = found.filter(sex=need.gender)
    near = []
    for profile in found.distinct():
        away = distance_m(need.point, (profile.lat or 0.0, profile.lng or 0.0)) or 0.0
        if away <= profile.radius_m and profile.minutes_per_week >= need.minutes:
            near.append((math.exp(-away / 5000), profile.pk))
    return len(sorted(near)[-TOP:])


def by_loop(need: Need) -> int:
    """Return the same by what many apps do: everybody with everything, looked at one by one."""
    day, begin, end = _minutes(need)
    near = []
    everybody = VolunteerProfile.objects.prefetch_related("skills", "windows", "categories")
    for profile in everybody.iterator(
        AT_ONCE
    ):  # at once, SQLite has too few variables for a million
        held = {skill.code: skill.level for skill in profile.skills.all()}
        fits = (
            profile.is_verified
            and all(held.get(code, 0) >= level for code, level in need.skills.items())
            and any(
                window.weekday == day.weekday() and window.starts <= begin and end <= window.ends
                for window in profile.windows.all()
            )
            and any(one.category == "A" for one in profile.categories.all())
            and need.gender in {"", profile.sex}
        )
        away = distance_m(need.point, (profile.lat or 0.0, profile.lng or 0.0)) or 0.0
        if fits and away <= profile.radius_m and profile.minutes_per_week >= need.minutes:
            near.append((math.exp(-away / 5000), profile.pk))
    return len(sorted(near)[-TOP:])


def timed(act: Callable[[Need], int], needs: list[Need]) -> tuple[float, list[int]]:
    """Return the median milliseconds of ``act``, and how many it named each time."""
    spent, named = [], []
    for need in needs:
        begun = time.perf_counter()
        named.append(act(need))
        spent.append((time.perf_counter() - begun) * 1000)
    return float(np.median(spent)), named


def main() -> None:
    """Fill, ask, and print what it took as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching.product", description=__doc__)
    parser.add_argument("--size", type=int, default=15_000)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    pool = shanghai.volunteers(asked.size)
    fill(pool)
    rng = np.random.default_rng(31)
    wanted = [shanghai.mixed(rng, number) for number in range(ASKED)]
    needs = [need_of(one, pool, names=CODES) for one in wanted]
    by_product(needs[0])
    found: dict[str, Any] = {"database": database(), "size": asked.size}
    counts = {}
    for name, act, some in (
        ("table", by_table, needs),
        ("product", by_product, needs),
        ("filter", by_filter, needs),
        ("loop", by_loop, needs[: LOOPED if asked.size < MANY else OF_MANY]),
    ):
        found[name], counts[name] = timed(act, some)
    found["same"] = counts["product"] == counts["filter"]
    print(json.dumps(found))


if __name__ == "__main__":
    main()

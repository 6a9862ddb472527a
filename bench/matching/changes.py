"""The posting table after a hundred thousand changes of profiles and tasks, beside one made anew.
``python -m bench.matching.changes --changes 100000`` on the database of ``DATABASE_URL``, else SQLite."""

import argparse
import json
import os
import time
from datetime import timedelta
from random import Random

from tests.environment import FOLDER  # noqa: F401 (a data folder of its own, before the settings load)

os.environ["DJANGO_SETTINGS_MODULE"] = "volunteer_hub.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from accounts import actions as people  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.states import Category, SkillCode  # noqa: E402
from bench.results import database  # noqa: E402
from kernel.workdays import local_date  # noqa: E402
from matching import actions, audit  # noqa: E402
from matching.actions.places import lock_opening, take_place  # noqa: E402
from matching.models import Assignment, Posting  # noqa: E402
from matching.models.postings import DERIVED  # noqa: E402
from tests.factories import help_requests, matching  # noqa: E402
from tests.factories.accounts import NOON  # noqa: E402
from tests.factories.help_requests import VISIT_AT  # noqa: E402

PEOPLE = 300
OPENINGS = 80


class Changes:
    """People who change their minds, and agree to tasks and call them off, at random."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.people = [matching.ready_volunteer() for _n in range(PEOPLE)]
        begins = [VISIT_AT + timedelta(hours=3 * n) for n in range(OPENINGS)]
        visits = [help_requests.visit(starts_at=at, places=10) for at in begins]
        self.openings = [matching.opening(visit).pk for visit in visits]

    def one(self) -> None:
        """Do one thing to one person."""
        user = self.random.choice(self.people)
        deeds = [self.skills, self.windows, self.exceptions, self.area, self.limits]
        deeds += [self.categories, self.task]
        self.random.choice(deeds)(user)

    def skills(self, user: User) -> None:
        """Claim some skills."""
        codes = self.random.sample(SkillCode.values, self.random.randrange(5))
        held = {code: self.random.randint(1, 3) for code in codes}
        people.set_skills(volunteer=user.volunteer, skills=held, by=user, now=NOON)

    def windows(self, user: User) -> None:
        """Be free at other hours."""
        begin, end = self.random.randrange(0, 700), self.random.randrange(720, 1440)
        days = self.random.sample(range(7), self.random.randrange(8))
        windows = [(day, begin, end) for day in days]
        people.set_windows(volunteer=user.volunteer, windows=windows, by=user, now=NOON)

    def exceptions(self, user: User) -> None:
        """Have some days otherwise."""
        today = local_date(NOON)
        first, second = self.random.sample(range(20), 2)
        people.set_exceptions(
            volunteer=user.volunteer,
            days_off=[today + timedelta(days=first)],
            free=[(today + timedelta(days=second), 60, self.random.randrange(61, 1440))],
            by=user,
            now=NOON,
        )

    def area(self, user: User) -> None:
        """Live elsewhere, go farther or less far."""
        profile = user.volunteer
        assert profile.region
        people.set_area(
            volunteer=profile,
            region=profile.region,
            radius_m=self.random.randrange(500, 60_000),
            lat=self.random.uniform(30.7, 31.8),
            lng=self.random.uniform(121.0, 121.9),
            by=user,
            now=NOON,
        )

    def limits(self, user: User) -> None:
        """Give more or fewer hours, or pause."""
        days = self.random.choice((None, self.random.randrange(10)))
        paused = None if days is None else local_date(NOON) + timedelta(days=days)
        people.set_limits(
            volunteer=user.volunteer,
            minutes_per_week=self.random.randrange(6000),
            paused_until=paused,
            by=user,
            now=NOON,
        )

    def categories(self, user: User) -> None:
        """Wish for other kinds."""
        some = self.random.sample(Category.values, self.random.randrange(8))
        people.set_categories(volunteer=user.volunteer, categories=some, by=user, now=NOON)

    def task(self, user: User) -> None:
        """Call off what is agreed; who has agreed to nothing is given a task."""
        task = Assignment.objects.filter(volunteer=user, state="LIVE").first()
        if task:
            actions.cancel_assignment(assignment=task, reason="", by=user, now=NOON)
            return
        with transaction.atomic():
            opening = lock_opening(self.random.choice(self.openings))
            if not opening.is_full:
                take_place(opening=opening, volunteer=user, by=None, now=NOON)


def table() -> list[tuple[object, ...]]:
    """Return what stands in the table, in a fixed order."""
    return list(Posting.objects.order_by("volunteer", "skill").values_list("skill", *DERIVED))


def main() -> None:
    """Change, compare with verify and with a table made anew, and print what was found as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching.changes", description=__doc__)
    parser.add_argument("--changes", type=int, default=100_000)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    changes = Changes(seed=7)
    begun = time.perf_counter()
    for _number in range(asked.changes):
        changes.one()
    spent = time.perf_counter() - begun
    broken = [row for rule, row in audit.broken() if rule == "I19"]
    kept = table()
    Posting.objects.all().delete()
    actions.post_all(now=NOON)
    found = {
        "database": database(),
        "changes": asked.changes,
        "seconds": round(spent, 1),
        "rows": len(kept),
        "broken": broken,
        "is_the_same": table() == kept,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()

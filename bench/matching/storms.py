"""Sixty rivals, three places, again and again, through the API, on PostgreSQL: exactly three come, nothing
breaks, every counter is right. ``python -m bench.matching.storms --rounds 200`` with ``DATABASE_URL``."""

import argparse
import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.environment import FOLDER  # noqa: F401 (a data folder of its own, before the settings load)

os.environ["DJANGO_SETTINGS_MODULE"] = "volunteer_hub.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from accounts import actions as people  # noqa: E402
from accounts.models import User  # noqa: E402
from bench.results import database  # noqa: E402
from matching import actions, audit  # noqa: E402
from matching.models import Assignment, Offer, Opening  # noqa: E402
from tests.factories import help_requests, matching  # noqa: E402
from tests.factories.accounts import NOON  # noqa: E402

RIVALS, PLACES = 60, 3


class Storms:
    """The rivals, with the tokens that they answer with, and what became of their answers."""

    def __init__(self) -> None:
        self.rivals = [matching.ready_volunteer() for _n in range(RIVALS)]
        self.tokens = {rival.pk: self._token(rival) for rival in self.rivals}
        self.answers: Counter[int] = Counter()
        self.wrong: list[str] = []

    @staticmethod
    def _token(rival: User) -> str:
        _row, secret = people.make_token(
            user=rival, name="bench", scopes=["read", "write"], days=300, by=rival, now=NOON
        )
        return secret

    def round(self, number: int) -> None:
        """Let all answer at once; then those who came call off, so that all are free again."""
        need = matching.opening(help_requests.visit(places=PLACES))
        offers = [matching.offer(need, rival) for rival in self.rivals]
        with ThreadPoolExecutor(RIVALS) as pool:
            answers = list(pool.map(self._accept, offers))
        self.answers.update(answers)
        need.refresh_from_db()
        held = list(Assignment.objects.filter(opening=need, state="LIVE"))
        got = Counter(answers)[200], len(held), need.filled
        if got != (PLACES, PLACES, PLACES):
            self.wrong.append(f"round {number}: answered, held, counted {got}")
        for task in held:
            actions.cancel_assignment(assignment=task, reason="", by=task.volunteer, now=NOON)

    def _accept(self, offer: Offer) -> int:
        try:
            client = APIClient()
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.tokens[offer.volunteer_id]}")
            path = f"/api/v1/offers/{offer.ref}/accept/"
            return int(client.post(path, format="json").status_code)
        finally:
            connection.close()


def main() -> None:
    """Let the storms blow and print what became of them as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching.storms", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    timezone.now = lambda: NOON
    with override_settings(ALLOWED_HOSTS=["*"]):
        storms = Storms()
        for number in range(asked.rounds):
            storms.round(number)
    broken = [f"{rule} {row}" for rule, row in audit.broken()]
    found = {
        "database": database(),
        "rounds": asked.rounds,
        "openings": Opening.objects.count(),
        "answers": {str(code): n for code, n in sorted(storms.answers.items())},
        "wrong": storms.wrong,
        "broken": broken,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()

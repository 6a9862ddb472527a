"""Plan a run again from what it was told, and say whether the answer is the same:
``manage.py matching_replay RECEIPT`` (the run's reference). What answers did not tell yet when it was planned
is not compared."""

import hashlib
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching import queries
from matching.engine.assign import assigned
from matching.engine.files import problem_of
from matching.models import Run


class Command(BaseCommand):
    """Exit 0 when every answer says all that was said then, byte for byte; else say where it differs, and
    exit 1."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the run's reference."""
        parser.add_argument("receipt")

    def handle(self, *, receipt: str, **_options: Any) -> None:
        """Plan again and compare."""
        run = Run.objects.filter(ref=receipt).first()
        if run is None:
            raise CommandError(f"there is no run {receipt}")
        problems = queries.told(run)
        if len(problems) != len(run.answer) or not problems:
            raise CommandError(f"run {receipt} has no answer to compare")
        text = json.dumps(problems, ensure_ascii=False, sort_keys=True).encode()
        if hashlib.sha256(text).hexdigest() != run.digest:
            raise CommandError("what the run was told is not what it was told then")
        for number, before in enumerate(run.answer):
            again = assigned(problem_of(queries.next_problem(problems, run.answer[:number])))
            if differing := sorted(key for key in before if not _says(again[key], before[key])):
                raise CommandError(f"answer {number + 1} differs in: {', '.join(differing)}")
        self.stdout.write(f"the same: {run.filled} of {run.places} places, {run.digest}")


def _says(again: Any, before: Any) -> bool:
    """Say whether ``again`` is what was said ``before``, but for keys that were not said then."""
    if isinstance(before, dict):
        return all(key in again and _says(again[key], before[key]) for key in before)
    if isinstance(before, list):
        return len(again) == len(before) and all(map(_says, again, before))
    return bool(again == before)

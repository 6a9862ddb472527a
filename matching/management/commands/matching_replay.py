"""Plan a run again from what it was told, and say whether the answer is the same:
``manage.py matching_replay RECEIPT`` (the run's reference)."""

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
    """Exit 0 when every answer is the same, byte for byte; else say where it differs, and exit 1."""

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
            if differing := sorted(key for key in before if before[key] != again[key]):
                raise CommandError(f"answer {number + 1} differs in: {', '.join(differing)}")
        self.stdout.write(f"the same: {run.filled} of {run.places} places, {run.digest}")

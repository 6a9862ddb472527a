"""Build the demo city through actions: made-up people, sixty days of service, one persona per role."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from kernel import seal
from organizations.models import Organization
from volunteer_hub.demo import MOST_SCALE
from volunteer_hub.demo.city import City, moment
from volunteer_hub.demo.personas import Personas


def _scale(text: str) -> float:
    """Read how large the city is to be."""
    scale = float(text)
    if not 0 < scale <= MOST_SCALE:
        raise ArgumentTypeError(f"more than 0, at most {MOST_SCALE}")
    return scale


class Command(BaseCommand):
    """Only on an empty platform; the same seed and day give the same facts and counts."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take seed, scale, day and the form of the answer."""
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--scale", type=_scale, default=1.0)
        parser.add_argument("--today", type=date.fromisoformat)
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Build, and print who can log in."""
        if settings.KEYS is None:
            raise CommandError(
                f"there are no keys in {settings.DATA}: python -m volunteer_hub.keys {settings.DATA}"
            )
        call_command("load_reference", stdout=StringIO())
        if User.objects.exists():
            raise CommandError(
                "there are people here already: the demo city needs an empty platform"
            )
        settings.HUB_WAKE = False  # the demo does the worker's work by its own clock
        settings.HUB_TIES = options["seed"]
        now = moment(options["today"], timezone.now())
        city = City(seed=options["seed"], scale=options["scale"], now=now)
        personas = Personas(city)
        with transaction.atomic():
            whom, guardian, helper = personas.settle()
        city.build()
        with transaction.atomic():
            personas.present(whom, helper)
            assert whom.user is not None
            personas.add("resident", whom.user, personas.street)
            personas.add("guardian", guardian, personas.street)
            personas.add("officer", personas.officer, personas.street)
            personas.add("volunteer", helper.user, personas.street)
            body = Organization.objects.order_by("pk").first()
            if body:
                personas.add("coordinator", body.registered_by, body.region)
            personas.offices()
            city.clock.work()
            personas.coming(helper, without={whom.pk})
        personas.write()
        seal.seal_new(limit=1_000_000)
        self._print(personas, city, as_json=options["json"], quiet=options["verbosity"] == 0)

    def _print(self, personas: Personas, city: City, *, as_json: bool, quiet: bool) -> None:
        if as_json:
            self.stdout.write(
                json.dumps({"personas": personas.rows, "counts": city.counts()}, ensure_ascii=False)
            )
        elif not quiet:
            for row in personas.rows:
                self.stdout.write(
                    f"{row['role']:<14}{row['login']:<14}{row['password']:<18}{row['name']}"
                )
            self.stdout.write(str(city.counts()))

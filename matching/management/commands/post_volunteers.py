"""Make the posting table anew: ``manage.py post_volunteers``; ``manage.py verify`` compares it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from matching import actions


class Command(BaseCommand):
    """Write every row of the search's table from what it is derived from."""

    help = __doc__

    def handle(self, **_options: Any) -> None:
        """Write, and say how many people can be found."""
        people = actions.post_all(now=timezone.now())
        self.stdout.write(f"{people} volunteers can be found")

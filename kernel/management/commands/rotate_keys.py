"""Wrap every person's key under the newest master key, and touch no other row.

First ``python -m volunteer_hub.keys DIR --new-master``, then restart web and workers (they must know the
new key before anything is wrapped under it), then this. May be stopped and run again at any time.
"""

from typing import Any

from django.core.management.base import BaseCommand

from kernel.models import PersonKey


class Command(BaseCommand):
    """Leave no key under an old master."""

    help = __doc__

    def handle(self, **_options: Any) -> None:
        """Go through all keys, one short transaction each."""
        keys = PersonKey.objects.filter(wrapped__isnull=False).order_by("pk")
        wrapped = sum(key.rewrap() for key in keys.iterator())
        self.stdout.write(f"{wrapped} keys wrapped anew")

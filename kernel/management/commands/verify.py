"""Recompute every invariant on this database and name the rows that break one."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from kernel import audit

Finding = tuple[str, str]  # ("I5", "matching_opening#12: filled 3, live 2")


def findings() -> Iterator[Finding]:
    """Yield what is broken: the kernel's own ledger first, then room by room."""
    yield from audit.broken()
    for room in apps.get_app_configs():
        name = f"{room.name}.audit"
        if room.name != "kernel" and find_spec(room.name) and find_spec(name):
            # The faces have no invariants: web/audit/ are the auditor's pages.
            broken = getattr(import_module(name), "broken", None)
            yield from broken() if broken else ()


class Command(BaseCommand):
    """Exit 0 and one line when all holds; else every broken row by name, and exit 1."""

    help = __doc__

    def handle(self, **_options: Any) -> None:
        """Print what is broken."""
        found = 0
        for invariant, row in findings():
            found += 1
            self.stdout.write(f"{invariant}  {row}")
        if found:
            raise CommandError(f"{found} broken")
        self.stdout.write("every invariant holds")

"""Write the reference data of every room: regions, the service catalogue."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Idempotent: asked again, it changes only what the tables changed."""

    help = __doc__

    def handle(self, **_options: Any) -> None:
        """Ask each room, from the ground up."""
        for room in apps.get_app_configs():
            if not find_spec(f"{room.name}.actions"):
                continue
            load = getattr(import_module(f"{room.name}.actions"), "load_reference", None)
            if load:
                self.stdout.write(f"{room.name}: {load()} rows")

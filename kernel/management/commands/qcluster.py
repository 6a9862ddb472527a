"""The worker: django-q2's cluster, which does not start where the platform must not serve."""

from typing import Any

from django.db import connections
from django_q.management.commands.qcluster import Command as ClusterCommand

from kernel import startup


class Command(ClusterCommand):  # type: ignore[misc]  # django-q2 has no types
    """Refuse to work on a database whose guards cannot be relied on."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask the start-up check first; the workers fork, so they must not have a pool."""
        startup.require(forks=True)
        connections.close_all()  # else the workers share it
        super().handle(*args, **options)

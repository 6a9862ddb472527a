"""Whether the platform may serve: asked by the web's and the worker's entry, not by Django's checks
(``migrate`` runs those first and would refuse to repair)."""

import sys

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kernel import guards


def problems(*, forks: bool = False) -> list[str]:
    """Return why the platform must not serve, in words; ``forks`` for a process that will fork."""
    if settings.KEYS is None:
        return [f"the key file is missing in {settings.DATA}: put it back, or start with ./run"]
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return [f"the database cannot be reached: {str(error).splitlines()[0]}"]
    found = []
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        found.append("migrations are pending: run manage.py migrate")
    found += guards.problems(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            if cursor.fetchone() != ("read committed",):
                found.append("PostgreSQL's isolation must be READ COMMITTED")
    if forks and "pool" in settings.DATABASES["default"].get("OPTIONS", {}):
        found.append("a process that forks must not have a pool: unset HUB_POOL for the worker")
    return found


def require(*, forks: bool = False) -> None:
    """Exit with one line for each problem, if there is any."""
    if found := problems(forks=forks):
        sys.exit("\n".join(f"volunteer hub: {problem}" for problem in found))

"""Whether the platform may serve: asked by the web's and the worker's entry, not by Django's checks
(``migrate`` runs those first and would refuse to repair)."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kernel import guards

PG_LONGEST = 63  # characters of a name
PG_NAMES = (
    "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'"
)


def problems(*, forks: bool = False) -> list[str]:
    """Return why the platform must not serve, in words; ``forks`` for a process that will fork."""
    if settings.KEYS is None:
        return [f"the key file is missing in {settings.DATA}: put it back, or start with ./run"]
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return [f"the database cannot be reached: {str(error).splitlines()[0]}"]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["migrations are pending: run manage.py migrate"]
    found = [*guards.problems(connection), *_missing_constraints(), *_isolation()]
    if forks and "pool" in settings.DATABASES["default"].get("OPTIONS", {}):
        found.append("a process that forks must not have a pool: unset HUB_POOL for the worker")
    return found


def _missing_constraints() -> Iterator[str]:
    """Yield the constraints of the models that the database does not have (any more)."""
    declared = [
        (model._meta.db_table, constraint.name)
        for model in apps.get_models()
        for constraint in model._meta.constraints
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(PG_NAMES)
            names = {name for (name,) in cursor.fetchall()}
            missing = [pair for pair in declared if pair[1][:PG_LONGEST] not in names]
        else:
            cursor.execute(
                "SELECT tbl_name, group_concat(sql) FROM sqlite_master GROUP BY tbl_name"
            )
            texts = dict(cursor.fetchall())
            missing = [pair for pair in declared if f'"{pair[1]}"' not in texts.get(pair[0], "")]
    yield from (f"the constraint {name} of {table} is missing" for table, name in missing)


def _isolation() -> Iterator[str]:
    """Yield what is wrong with the isolation that the locks and guards count on."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:  # as ours are begun
            cursor.execute("SHOW transaction_isolation")
            if cursor.fetchone() != ("read committed",):
                yield "PostgreSQL's isolation must be READ COMMITTED"


def require(*, forks: bool = False) -> None:
    """Exit with one line for each problem, if there is any."""
    if found := problems(forks=forks):
        sys.exit("\n".join(f"will not serve: {problem}" for problem in found))


def require_at_entry() -> None:
    """Exit like ``require``, and leave no connection behind.

    In a thread of its own: a server may load its entry within an event loop, where Django does not let
    one ask the database, or before it forks, where an open connection would be shared.
    """

    def ask() -> None:
        try:
            require()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(ask).result()

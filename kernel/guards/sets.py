"""The whole set of guards: what the code declares, what stands in the database, and whether they agree."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kernel.guards.building import PREFIX, Guard
from kernel.guards.kinds import legal_moves
from kernel.states import Machine

PG_STANDING = f"""
SELECT 'TRIGGER ' || quote_ident(tgname) || ' ON ' || tgrelid::regclass,
       pg_get_triggerdef(oid) || ' ' || tgenabled::text
  FROM pg_trigger WHERE starts_with(tgname, '{PREFIX}') AND NOT tgisinternal
UNION ALL
SELECT 'FUNCTION ' || oid::regprocedure, prosrc
  FROM pg_proc WHERE starts_with(proname, '{PREFIX}')
ORDER BY 1 DESC"""  # triggers before the functions they call

LITE_STANDING = f"""
SELECT 'TRIGGER ' || name, sql FROM sqlite_master
 WHERE type = 'trigger' AND substr(name, 1, {len(PREFIX)}) = '{PREFIX}' ORDER BY 1"""


def _with_machine() -> Iterator[tuple[type[models.Model], Machine]]:
    for model in apps.get_models():
        # A field may have this name too.
        if isinstance(machine := getattr(model, "machine", None), Machine):
            yield model, machine


def machines() -> dict[str, Machine]:
    """Return the machine of every table that has one."""
    return {model._meta.db_table: machine for model, machine in _with_machine()}


def _moves_of(model: type[models.Model]) -> Guard:
    keys = [str(field.column) for field in model._meta.concrete_fields if field.unique]
    return legal_moves(model._meta.db_table, keys=keys)


def declared() -> list[Guard]:
    """Return all guards: those of the rooms and, for each machine, its legal moves."""
    rooms = [f"{room.name}.guards" for room in apps.get_app_configs()]
    listed = [import_module(room).GUARDS for room in rooms if find_spec(room)]
    moves = [_moves_of(model) for model, _machine in _with_machine()]
    return [guard for group in listed for guard in group] + moves


def standing(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return what stands in the database: (how to name it in a DROP, its text)."""
    with connection.cursor() as cursor:
        cursor.execute(PG_STANDING if connection.vendor == "postgresql" else LITE_STANDING)
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


def _arrows(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT machine, source, target FROM kernel_transition ORDER BY 1, 2, 3")
        rows: list[tuple[str, str, str]] = cursor.fetchall()
    return rows


def _digest(rows: object) -> str:
    return hashlib.sha256(json.dumps(rows, default=list).encode()).hexdigest()


def _of_code(connection: BaseDatabaseWrapper) -> str:
    set_ = sorted((g.name, getattr(g, connection.vendor)) for g in declared())
    return _digest([set_, [(t, list(m.arrows())) for t, m in sorted(machines().items())]])


def _of_database(connection: BaseDatabaseWrapper) -> str:
    return _digest([standing(connection), _arrows(connection)])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take all guards down."""
    with connection.cursor() as cursor:
        for name, _text in standing(connection):
            cursor.execute(f"DROP {name}")


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the whole set up, fill the transition table, and note the hash of both."""
    tables = set(connection.introspection.table_names())
    if "kernel_guardset" not in tables:
        return  # migrated back to before there were guards
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        cursor.execute("DELETE FROM kernel_transition")
        cursor.executemany(
            "INSERT INTO kernel_transition (machine, source, target) VALUES (%s, %s, %s)",
            [
                (table, *arrow)
                for table, machine in machines().items()
                for arrow in machine.arrows()
            ],
        )
        for guard in declared():
            if guard.table in tables:
                for statement in getattr(guard, connection.vendor):
                    cursor.execute(statement)
        cursor.execute("DELETE FROM kernel_guardset")
        cursor.execute(
            "INSERT INTO kernel_guardset (id, of_code, of_database) VALUES (1, %s, %s)",
            [_of_code(connection), _of_database(connection)],
        )


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the guards down for a migration, and put them up again even if it fails."""
    drop(connection)
    try:
        yield
    finally:
        install(connection)


def problems(connection: BaseDatabaseWrapper) -> list[str]:
    """Return why the guards cannot be relied on; nothing when they can."""
    with connection.cursor() as cursor:
        if "kernel_guardset" not in connection.introspection.table_names(cursor):
            return ["no guards are installed: run migrate"]
        cursor.execute("SELECT of_code, of_database FROM kernel_guardset")
        noted = cursor.fetchone() or ("", "")
        found = []
        if noted[0] != _of_code(connection):
            found.append("the guards of the code are not those of the database: run migrate")
        if noted[1] != _of_database(connection):
            found.append("a guard or a transition was changed by hand: run migrate")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA recursive_triggers")
            if cursor.fetchone() != (1,):
                found.append("recursive_triggers is off on this connection")
    return found

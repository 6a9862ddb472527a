"""Raw statements against the database, and which rule refused them."""

from __future__ import annotations

import secrets
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from kernel.guards import refused_by

LONGEST = 63  # characters of a name in PostgreSQL


class NotRefused(AssertionError):
    """The database took what it must refuse."""


def vendor() -> str:
    """Return ``postgresql`` or ``sqlite``."""
    return connection.vendor


def run(statement: str, values: tuple[Any, ...] = ()) -> None:
    """Run a statement in a savepoint of its own, as whoever has a shell on the database could."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def value(statement: str, values: tuple[Any, ...] = ()) -> Any:
    """Return the first value of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    assert row, f"no row: {statement} {values}"
    return row[0]


def refused(rule: str, statement: str, values: tuple[Any, ...] = ()) -> None:
    """Run a statement; ``NotRefused`` unless it is refused by ``rule`` and nothing else."""
    try:
        run(statement, values)
    except IntegrityError as error:
        if (by := refused_by(error)) != rule:
            raise NotRefused(f"refused by {by}, not by {rule}: {statement}") from error
    else:
        raise NotRefused(f"taken: {statement} {values}")


def model_of(table: str) -> type[models.Model]:
    """Return the model of a table."""
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _fresh(field: models.Field[Any, Any]) -> Any:
    """Return a value that nobody has for a unique field."""
    if isinstance(field, models.CharField):
        return secrets.token_hex(32)[: min(field.max_length or 8, 20)]
    if isinstance(field, models.BigIntegerField | models.IntegerField):
        return secrets.randbelow(10**6) + 10**6
    return None  # a link to a row of which there is one: none


def copy_of(table: str, pk: int, *, keep: tuple[str, ...] = (), **changes: Any) -> tuple[str, Any]:
    """Return an INSERT of the row ``pk`` again, under new keys except ``keep``, with ``changes``."""
    columns, chosen, values = [], [], []
    for field in model_of(table)._meta.concrete_fields:
        column = str(field.column)
        if field.primary_key and "id" not in changes:
            continue
        columns.append(f'"{column}"')
        if column in changes:
            chosen.append("%s")
            values.append(changes[column])
        elif field.unique and column not in keep:
            chosen.append("%s")
            values.append(_fresh(field))
        else:
            chosen.append(f'"{column}"')
    names = ", ".join(columns)
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)} FROM {table} WHERE id = %s"
    )
    return statement, (*values, pk)


def first(table: str, where: str = "1 = 1") -> int:
    """Return the key of a row of ``table`` for which ``where`` holds."""
    return int(value(f"SELECT id FROM {table} WHERE {where} ORDER BY id DESC LIMIT 1"))


def arrow(table: str, source: str, target: str, *, stands: bool) -> None:
    """Add an arrow to the table of legal moves, or take one away, within this test."""
    run(
        "DELETE FROM kernel_transition WHERE machine = %s AND source = %s AND target = %s",
        (table, source, target),
    )
    if stands:
        run(
            "INSERT INTO kernel_transition (machine, source, target) VALUES (%s, %s, %s)",
            (table, source, target),
        )

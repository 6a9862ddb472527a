"""What a guard is made of: the statements that create its triggers, in both dialects."""

from dataclasses import dataclass

from django.db import IntegrityError

PREFIX = "guard_"


@dataclass(frozen=True, slots=True)
class Guard:
    """One rule of one table: the statements that create its triggers, for both databases.

    Whatever they create is named ``guard_<name>…``, which is how it is found again.
    """

    name: str
    table: str
    postgresql: tuple[str, ...]
    sqlite: tuple[str, ...]


def pg_function(name: str, body: str) -> str:
    """Return the trigger function ``guard_<name>``; its body sees OLD and NEW."""
    return (
        f"CREATE FUNCTION {PREFIX}{name}() RETURNS trigger LANGUAGE plpgsql AS $guard$\n"
        f"{body}\n$guard$"
    )


def pg_refusal(name: str) -> str:
    """Return the statement that refuses; Django raises it as ``IntegrityError``."""
    return f"RAISE EXCEPTION 'guard:{name}' USING ERRCODE = 'check_violation';"


def pg_trigger(name: str, table: str, when: str, *, each: str = "ROW", suffix: str = "") -> str:
    """Return the trigger that runs ``guard_<name>()``, e.g. ``when="BEFORE UPDATE"``."""
    return (
        f"CREATE TRIGGER {PREFIX}{name}{suffix} {when} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {PREFIX}{name}()"
    )


def lite_refusal(name: str) -> str:
    """Return the SQLite expression that refuses; Django raises it as ``IntegrityError``."""
    return f"RAISE(ABORT, 'guard:{name}')"


def lite_trigger(name: str, table: str, when: str, body: str, *, if_: str = "1") -> str:
    """Return the trigger ``guard_<name>_<verb>``, e.g. ``when="BEFORE UPDATE OF state"``."""
    verb = when.split()[1].lower()
    return (
        f"CREATE TRIGGER {PREFIX}{name}_{verb} {when} ON {table} "
        f"FOR EACH ROW WHEN {if_} BEGIN {body}; END"
    )


def refused_by(error: IntegrityError) -> str:
    """Return the name of the guard or constraint that raised ``error``.

    Of what is unique SQLite names the columns only: ``table.column, table.column``.
    """
    _head, is_guard, tail = str(error).partition("guard:")
    if is_guard:
        return tail.split()[0]
    diagnosis = getattr(error.__cause__, "diag", None)  # of psycopg
    return str(diagnosis.constraint_name) if diagnosis else str(error).split("failed: ", 1)[-1]

"""The guards that several tables need: rows that stay, states that move, columns that follow a parent."""

from collections.abc import Sequence

from kernel.guards.building import (
    Guard,
    lite_refusal,
    lite_trigger,
    pg_function,
    pg_refusal,
    pg_trigger,
)


def append_only(table: str, *, keys: Sequence[str] = ("id",)) -> Guard:
    """Rows of ``table`` stay as they were written.

    On SQLite, INSERT OR REPLACE deletes without telling unless ``recursive_triggers`` is on; so a row
    whose unique ``keys`` are taken is refused as well, whatever the connection has set.
    """
    name = f"{table}_append_only"
    taken = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})" for key in keys)
    refuse = f"SELECT {lite_refusal(name)}"
    return Guard(
        name,
        table,
        postgresql=(
            pg_function(name, f"BEGIN {pg_refusal(name)} END"),
            pg_trigger(name, table, "BEFORE UPDATE OR DELETE"),
            pg_trigger(name, table, "BEFORE TRUNCATE", each="STATEMENT", suffix="_truncate"),
        ),
        sqlite=(
            lite_trigger(name, table, "BEFORE UPDATE", refuse),
            lite_trigger(name, table, "BEFORE DELETE", refuse),
            lite_trigger(name, table, "BEFORE INSERT", refuse, if_=f"({taken})"),
        ),
    )


def frozen_when(table: str, condition: str, *, keys: Sequence[str] = ("id",)) -> Guard:
    """Rows of ``table`` for which ``condition`` holds (in SQL, over ``{row}``) stay as they are.

    On SQLite a row that would replace a frozen one is refused as well (see ``append_only``).
    """
    name = f"{table}_frozen"
    old = condition.format(row="OLD")
    taken = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} kept WHERE kept.{key} = NEW.{key} "
        f"AND {condition.format(row='kept')})"
        for key in keys
    )
    refuse = f"SELECT {lite_refusal(name)}"
    return Guard(
        name,
        table,
        postgresql=(
            pg_function(
                name,
                f"""BEGIN
                IF TG_OP = 'TRUNCATE' THEN {pg_refusal(name)} END IF;
                IF {old} THEN {pg_refusal(name)} END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
                END""",
            ),
            pg_trigger(name, table, "BEFORE UPDATE OR DELETE"),
            pg_trigger(name, table, "BEFORE TRUNCATE", each="STATEMENT", suffix="_truncate"),
        ),
        sqlite=(
            lite_trigger(name, table, "BEFORE UPDATE", refuse, if_=old),
            lite_trigger(name, table, "BEFORE DELETE", refuse, if_=old),
            lite_trigger(name, table, "BEFORE INSERT", refuse, if_=f"({taken})"),
        ),
    )


def same_as_parent(table: str, column: str, *, parent: str, key: str, of_parent: str = "") -> Guard:
    """``column`` equals the one of the row of ``parent`` that ``key`` names (GUARDS I12)."""
    name = f"{table}_{column}_as_{parent}"
    theirs = f"(SELECT {of_parent or column} FROM {parent} WHERE id = NEW.{key})"
    when = f"INSERT OR UPDATE OF {column}, {key}"
    differs = f"NEW.{key} IS NOT NULL AND NEW.{column} IS {{}} {theirs}"
    return Guard(
        name,
        table,
        postgresql=(
            pg_function(
                name,
                f"BEGIN IF {differs.format('DISTINCT FROM')} THEN {pg_refusal(name)} END IF; "
                "RETURN NEW; END",
            ),
            pg_trigger(name, table, f"BEFORE {when}"),
        ),
        sqlite=tuple(
            lite_trigger(
                name,
                table,
                f"BEFORE {verb}",
                f"SELECT {lite_refusal(name)}",
                if_=differs.format("NOT"),
            )
            for verb in ("INSERT", f"UPDATE OF {column}, {key}")
        ),
    )


def legal_moves(table: str, *, keys: Sequence[str] = ("id",)) -> Guard:
    """``state`` changes only along the arrows that ``kernel_transition`` lists for ``table``.

    A row is born in a first state, and can be deleted only there: else DELETE + INSERT would be a way
    back. On SQLite REPLACE does just that, and without telling unless ``recursive_triggers`` is on; so
    a new row whose unique ``keys`` are those of a row that could not be deleted is refused as well.
    """
    name = f"{table}_moves"

    def arrow(source: str, target: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM kernel_transition WHERE machine = '{table}' "
            f"AND source = {source} AND target = {target})"
        )

    born, dies = arrow("''", "NEW.state"), arrow("''", "OLD.state")
    moves = arrow("OLD.state", "NEW.state")
    same = " OR ".join(f"kept.{key} = NEW.{key}" for key in keys)
    kept = arrow("''", "kept.state")
    taken = f"EXISTS (SELECT 1 FROM {table} kept WHERE ({same}) AND NOT {kept})"
    refuse = f"SELECT {lite_refusal(name)}"
    return Guard(
        name,
        table,
        postgresql=(
            pg_function(
                name,
                f"""BEGIN
                IF TG_OP = 'TRUNCATE' THEN {pg_refusal(name)}
                ELSIF TG_OP = 'INSERT' THEN IF NOT {born} THEN {pg_refusal(name)} END IF;
                ELSIF TG_OP = 'DELETE' THEN IF NOT {dies} THEN {pg_refusal(name)} END IF; RETURN OLD;
                ELSIF NEW.state IS DISTINCT FROM OLD.state AND NOT {moves} THEN {pg_refusal(name)}
                END IF;
                RETURN NEW;
                END""",
            ),
            pg_trigger(name, table, "BEFORE INSERT OR UPDATE OR DELETE"),
            pg_trigger(name, table, "BEFORE TRUNCATE", each="STATEMENT", suffix="_truncate"),
        ),
        sqlite=(
            lite_trigger(name, table, "BEFORE INSERT", refuse, if_=f"(NOT {born} OR {taken})"),
            lite_trigger(name, table, "BEFORE DELETE", refuse, if_=f"NOT {dies}"),
            lite_trigger(
                name, table, "BEFORE UPDATE", refuse, if_=f"NEW.state <> OLD.state AND NOT {moves}"
            ),
        ),
    )

"""How each trigger is tried: attempts that it, and nothing else, must refuse (or must answer)."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from kernel import guards
from tests.guards.statements import (
    LONGEST,
    NotRefused,
    arrow,
    copy_of,
    first,
    model_of,
    refused,
    run,
    value,
    vendor,
)

Attempt = Callable[[], None]
RECORD, DAY = "service_records_servicerecord", "service_records_daytotal"
ASSIGNMENT, OPENING = "matching_assignment", "matching_opening"
ENTRY, ACCOUNT = "incentives_pointentry", "incentives_pointaccount"
LIVE = "state IN ('LIVE', 'CHECKED_IN')"


def _replace(rule: str, table: str, pk: int, **changes: Any) -> None:
    """Try REPLACE as SQLite's own shell does it, where no DELETE trigger fires."""
    statement, values = copy_of(table, pk, id=pk, **changes)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        try:
            refused(rule, statement.replace("INSERT", "INSERT OR REPLACE", 1), values)
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")


def _rewrite(rule: str, table: str, pk: int) -> Iterator[Attempt]:
    """Yield the ways to change or remove a row that stays as it is."""
    yield lambda: refused(rule, f"UPDATE {table} SET id = id WHERE id = %s", (pk,))
    yield lambda: refused(rule, f"DELETE FROM {table} WHERE id = %s", (pk,))
    yield from _wipe(rule, table)
    if vendor() == "sqlite":
        yield lambda: _replace(rule, table, pk)


def _wipe(rule: str, table: str) -> Iterator[Attempt]:
    if vendor() == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        yield lambda: refused(rule, f"TRUNCATE {table} CASCADE")


def _frozen_record(rule: str) -> Iterator[Attempt]:
    arrow(RECORD, "", "APPROVED", stands=True)  # else its moves would refuse before
    yield from _rewrite(rule, RECORD, first(RECORD, "state = 'APPROVED'"))


def _frozen_consent(rule: str) -> Iterator[Attempt]:
    # DELETE and REPLACE are refused for every consent, by the guard beside this one.
    yield from _wipe(rule, "accounts_consent")
    pk = first("accounts_consent", "withdrawn_at IS NOT NULL")
    yield lambda: refused(
        rule, "UPDATE accounts_consent SET withdrawn_at = NULL WHERE id = %s", (pk,)
    )


def _decisions_stay(rule: str) -> Iterator[Attempt]:
    table, pk = "accounts_consent", first("accounts_consent", "withdrawn_at IS NULL")
    yield lambda: refused(rule, f"UPDATE {table} SET text_version = '2' WHERE id = %s", (pk,))
    yield lambda: refused(rule, f"DELETE FROM {table} WHERE id = %s", (pk,))
    if vendor() == "sqlite":
        yield lambda: _replace(rule, table, pk)


def _moves(rule: str, table: str) -> Iterator[Attempt]:
    machine = model_of(table).machine  # type: ignore[attr-defined]
    pk = first(table, "state <> 'APPROVED'")
    state = value(f"SELECT state FROM {table} WHERE id = %s", (pk,))
    for other in machine.states:
        if other != state and not machine.allows(state, other):
            yield lambda to=other: refused(
                rule, f"UPDATE {table} SET state = %s WHERE id = %s", (to, pk)
            )

    def without_birth(attempt: Attempt) -> Attempt:
        def tried() -> None:
            arrow(table, "", state, stands=False)
            attempt()

        return tried

    yield without_birth(lambda: refused(rule, *copy_of(table, pk)))
    yield without_birth(lambda: refused(rule, f"DELETE FROM {table} WHERE id = %s", (pk,)))
    if table != RECORD:  # the guard of its approved rows is asked first
        yield from _wipe(rule, table)
    if vendor() == "sqlite":
        other = next(name for name in machine.states if name != state)

        def reborn() -> None:
            arrow(table, "", other, stands=True)
            _replace(rule, table, pk, state=other)

        yield without_birth(reborn)


def _as_parent(rule: str, table: str) -> Iterator[Attempt]:
    column, parent = rule.removeprefix(f"{table}_").split("_as_")
    key = {
        "help_requests_visit": "visit_id",
        "organizations_shift": "shift_id",
        "organizations_project": "project_id",
        "help_requests_helprequest": "request_id",
    }[parent]
    pk = first(table, f"{key} IS NOT NULL" + (" AND filled = 0" if table == OPENING else ""))
    of = "regions_region" if column == "region_id" else "organizations_organization"
    theirs = value(f"SELECT {column} FROM {table} WHERE id = %s", (pk,))
    other = first(of, f"id <> {theirs}")
    yield lambda: refused(rule, f"UPDATE {table} SET {column} = %s WHERE id = %s", (other, pk))
    state = value(f"SELECT state FROM {table} WHERE id = %s", (pk,))
    arrow(table, "", state, stands=True)
    yield lambda: refused(rule, *copy_of(table, pk, keep=(key,), **{column: other}))


def _two_tasks() -> tuple[int, int, int, int]:
    """Return a volunteer's first and second task, the first one's opening, and one that clashes."""
    clashing = first(OPENING, "filled = 0 AND visit_id IS NOT NULL")
    starts = "(SELECT starts_at FROM matching_opening WHERE id = %s)"
    there = int(
        value(
            f"SELECT id FROM {OPENING} WHERE starts_at = {starts} AND filled = 1",
            (clashing,),
        )
    )
    task = int(value(f"SELECT id FROM {ASSIGNMENT} WHERE opening_id = %s", (there,)))
    second = int(
        value(
            f"SELECT id FROM {ASSIGNMENT} WHERE id <> %s AND volunteer_id = "
            f"(SELECT volunteer_id FROM {ASSIGNMENT} WHERE id = %s)",
            (task, task),
        )
    )
    return task, second, there, clashing


def _no_overlap(rule: str) -> Iterator[Attempt]:
    _task, second, _there, clashing = _two_tasks()
    yield lambda: refused(
        rule, f"UPDATE {ASSIGNMENT} SET opening_id = %s WHERE id = %s", (clashing, second)
    )
    yield lambda: refused(rule, *copy_of(ASSIGNMENT, second, opening_id=clashing))


def _no_overlap_by_moving(rule: str) -> Iterator[Attempt]:
    _task, second, there, _clashing = _two_tasks()
    yield lambda: refused(
        rule,
        f"UPDATE {OPENING} SET starts_at = (SELECT starts_at FROM {OPENING} WHERE id = %s), "
        f"ends_at = (SELECT ends_at FROM {OPENING} WHERE id = %s) "
        f"WHERE id = (SELECT opening_id FROM {ASSIGNMENT} WHERE id = %s)",
        (there, there, second),
    )


def _filled_is(opening: int) -> None:
    live = f"SELECT count(*) FROM {ASSIGNMENT} WHERE opening_id = %s AND {LIVE}"
    filled = value(f"SELECT filled FROM {OPENING} WHERE id = %s", (opening,))
    if filled != (counted := value(live, (opening,))):
        raise NotRefused(f"filled says {filled}, there are {counted}")


def _counted(rule: str) -> Iterator[Attempt]:
    del rule
    _task, second, _there, _clashing = _two_tasks()
    theirs = f"SELECT opening_id FROM {ASSIGNMENT} WHERE id = %s"
    opening = int(value(theirs, (second,)))
    empty = first(OPENING, "filled = 0 AND shift_id IS NOT NULL")

    def more() -> None:
        run(*copy_of(ASSIGNMENT, second, opening_id=empty))
        _filled_is(empty)

    def less() -> None:
        run(f"UPDATE {ASSIGNMENT} SET state = 'CANCELLED' WHERE id = %s", (second,))
        _filled_is(opening)

    def gone() -> None:
        run(f"DELETE FROM {ASSIGNMENT} WHERE id = %s", (second,))
        _filled_is(opening)

    def elsewhere() -> None:
        run(f"UPDATE {ASSIGNMENT} SET opening_id = %s WHERE id = %s", (empty, second))
        _filled_is(opening)
        _filled_is(empty)

    yield from (more, less, gone, elsewhere)


def _filled(rule: str) -> Iterator[Attempt]:
    pk = first(
        OPENING,
        "filled = 0 AND shift_id IN (SELECT id FROM organizations_shift WHERE state = 'PUBLISHED')",
    )
    yield lambda: refused(rule, f"UPDATE {OPENING} SET filled = 1 WHERE id = %s", (pk,))
    free = first(
        "organizations_shift",
        f"NOT EXISTS (SELECT 1 FROM {OPENING} o WHERE o.shift_id = organizations_shift.id) AND "
        f"organization_id = (SELECT organization_id FROM {OPENING} WHERE id = {pk})",
    )
    yield lambda: refused(rule, *copy_of(OPENING, pk, shift_id=free, filled=1))


def _one_day(rule: str) -> Iterator[Attempt]:
    pk = first(RECORD, "state = 'PROPOSED'")
    yield lambda: refused(
        rule, f"UPDATE {RECORD} SET service_on = '2026-01-01' WHERE id = %s", (pk,)
    )
    arrow(RECORD, "", "PROPOSED", stands=True)
    yield lambda: refused(rule, *copy_of(RECORD, pk, service_on="2026-01-01"))


def _day_is(pk: int) -> None:
    minutes = value(
        f"SELECT sum(r.minutes) FROM {RECORD} r JOIN {RECORD} o ON o.volunteer_id = r.volunteer_id "
        "AND o.service_on = r.service_on WHERE o.id = %s AND r.state <> 'RETURNED'",
        (pk,),
    )
    noted = value(
        f"SELECT d.minutes FROM {DAY} d JOIN {RECORD} o ON o.volunteer_id = d.volunteer_id "
        "AND o.service_on = d.day WHERE o.id = %s",
        (pk,),
    )
    if noted != minutes:
        raise NotRefused(f"the day says {noted}, there are {minutes}")


def _day_counted(rule: str) -> Iterator[Attempt]:
    del rule
    pk = first(RECORD, "state = 'PROPOSED'")

    def more() -> None:
        arrow(RECORD, "", "PROPOSED", stands=True)
        run(*copy_of(RECORD, pk))
        _day_is(pk)

    def less() -> None:
        run(f"UPDATE {RECORD} SET minutes = minutes - 1 WHERE id = %s", (pk,))
        _day_is(pk)

    yield from (more, less)


def _posted(rule: str) -> Iterator[Attempt]:
    pk = first(ENTRY)
    account = value(f"SELECT credit_id FROM {ENTRY} WHERE id = %s", (pk,))
    balance = f"SELECT balance FROM {ACCOUNT} WHERE id = %s"

    def moves_both() -> None:
        before = value(balance, (account,))
        run(*copy_of(ENTRY, pk, record_id=None, amount=7))
        if value(balance, (account,)) != before + 7:
            raise NotRefused("the balance did not move")

    yield moves_both
    if vendor() == "sqlite":
        yield lambda: refused(rule, *copy_of(ENTRY, pk, record_id=None, amount=1.5))


def _balanced(rule: str) -> Iterator[Attempt]:
    pk = first(ACCOUNT, "kind = 'PERSON'")
    yield lambda: refused(rule, f"UPDATE {ACCOUNT} SET balance = balance + 1 WHERE id = %s", (pk,))
    yield lambda: refused(rule, *copy_of(ACCOUNT, pk, balance=5, kind="EXPIRED"))


OWN: dict[str, Callable[[str], Iterator[Attempt]]] = {
    "accounts_consent_stays": _decisions_stay,
    "accounts_consent_frozen": _frozen_consent,
    "service_records_servicerecord_frozen": _frozen_record,
    "matching_assignment_no_overlap": _no_overlap,
    "matching_opening_no_overlap": _no_overlap_by_moving,
    "matching_assignment_counted": _counted,
    "matching_opening_filled": _filled,
    "service_records_record_one_day": _one_day,
    "service_records_day_counted": _day_counted,
    "incentives_entry_posted": _posted,
    "incentives_balance_is_recomputed": _balanced,
}


def attempts(guard: guards.Guard) -> list[Attempt]:
    """Return every way in which ``guard`` is tried; ``KeyError`` for one that nobody thought of."""
    name, table = guard.name, guard.table
    if name in OWN:
        return list(OWN[name](name))
    if name.endswith("_append_only"):
        return list(_rewrite(name, table, first(table)))
    if name.endswith("_moves"):
        return list(_moves(name, table))
    if "_as_" in name:
        return list(_as_parent(name, table))
    raise KeyError(f"no attempt on the guard {name}: add one to tests/guards/triggers.py")


def take_away(guard: guards.Guard) -> None:
    """Drop the triggers of one guard, within this transaction."""
    named = {
        statement.split()[2][:LONGEST]
        for statement in getattr(guard, vendor())
        if statement.startswith("CREATE TRIGGER")
    }
    if vendor() == "postgresql":  # a foreign key that waits forbids a change of its table
        run("SET CONSTRAINTS ALL IMMEDIATE")
    for name, _text in guards.standing(connection):
        kind, trigger = name.split()[:2]
        if kind == "TRIGGER" and trigger.strip('"')[:LONGEST] in named:
            run(f"DROP {name}")


def undone(attempt: Attempt) -> None:
    """Make an attempt, and undo whatever it did."""
    with transaction.atomic():
        try:
            attempt()
        finally:
            transaction.set_rollback(True)

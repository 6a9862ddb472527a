"""How each constraint (and each unique column) is tried, and how it is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from kernel import guards
from tests.guards.statements import (
    LONGEST,
    arrow,
    copy_of,
    first,
    model_of,
    refused,
    run,
    value,
    vendor,
)

NAMES = {"ref", "number", "code", "path", "key_index"}  # drawn at random, or ours to choose
UNSEALED = b"\x01too short"


@dataclass(frozen=True, slots=True)
class Rule:
    """A CHECK, a UNIQUE constraint, or a column that is unique by itself."""

    name: str
    table: str
    columns: tuple[str, ...] = ()  # of what is unique
    is_partial: bool = False
    is_field: bool = False

    @property
    def is_check(self) -> bool:
        """Whether it looks at one row only."""
        return not self.columns

    @property
    def can_go(self) -> bool:
        """SQLite cannot part with a UNIQUE that was written into its CREATE TABLE."""
        return vendor() == "postgresql" or self.is_check or self.is_partial

    @property
    def refuser(self) -> str:
        """How the database names it when it refuses."""
        if vendor() == "sqlite":
            return ", ".join(f"{self.table}.{c}" for c in self.columns) or self.name
        return _name_of(self.table, self.columns[0]) if self.is_field else self.name[:LONGEST]


@cache
def _name_of(table: str, column: str) -> str:
    """Return PostgreSQL's name of the constraint that makes a column unique (also when it is gone)."""
    return str(
        value(
            "SELECT c.conname FROM pg_constraint c JOIN pg_attribute a "
            "ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum] "
            "WHERE c.conrelid = %s::regclass AND c.contype = 'u' AND a.attname = %s",
            (table, column),
        )
    )


def declared() -> Iterator[Rule]:
    """Yield every rule of every table of ours."""
    for model in apps.get_models():
        if "django" in model.__module__ or "allauth" in model.__module__:
            continue
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                columns = tuple(model._meta.get_field(f).column for f in constraint.fields)
                partial = constraint.condition is not None
                yield Rule(str(constraint.name), table, columns, is_partial=partial)
            else:
                yield Rule(str(constraint.name), table)
        for field in model._meta.concrete_fields:
            if field.unique and not field.primary_key and field.column not in NAMES:
                name = f"{table}_{field.column}_is_unique"
                yield Rule(name, table, (str(field.column),), is_field=True)


# A change (SQL) of a row that breaks the CHECK, and the rows it is tried on where not any will do.
CHANGES: dict[str, str | tuple[str, str]] = {
    "job_not_beyond_its_end": "done = total + 1",
    "personkey_is_whole_or_destroyed": "wrapped = NULL",
    "region_only_the_city_has_no_parent": ("parent_id = NULL", "level = 'STREET'"),
    "desk_ends_after_it_starts": "ends_on = '2001-01-01'",
    "residentprofile_point_is_whole": "lat = NULL, lng = 121.0",
    "volunteerprofile_point_is_whole": "lat = NULL, lng = 121.0",
    "volunteerprofile_radius_is_sane": "radius_m = 499",
    "volunteerprofile_week_is_sane": "minutes_per_week = 6001",
    "signincode_five_tries": "tries = 6",
    "arrivalcode_five_tries": "tries = 6",
    "skill_level_is_known": "level = 4",
    "availability_is_a_window": "ends = starts",
    "availabilityexception_is_a_window": "ends = 1441",
    "membership_ends_after_it_starts": "ends_on = '2001-01-01'",
    "shift_ends_after_it_starts": "ends_at = starts_at",
    "shift_has_places": "places = 0",
    "helprequest_is_whole_once_sent": ("minutes = 14", "state = 'ACCEPTED'"),
    "helprequest_weekly_has_an_end": "is_weekly = (1 = 1), repeats_until = NULL",
    "helprequest_language_is_known": "language = 'LATIN'",
    "visit_ends_after_it_starts": "ends_at = starts_at",
    "opening_has_one_source": ("visit_id = NULL", "visit_id IS NOT NULL AND filled = 0"),
    "opening_never_over_filled": ("places = 0", "filled > 0"),
    "opening_ends_after_it_starts": ("ends_at = starts_at", "filled = 0"),
    "run_days_in_order": "last_day = '2001-01-01'",
    "run_not_beyond_its_end": "done = total + 1",
    "proposal_only_chosen_is_sent": (
        "chosen = NULL, offer_id = (SELECT min(id) FROM matching_offer)"
    ),
    "duty_ends_after_it_begins": "until = since",
    "duty_point_is_whole": "lat = NULL, lng = 121.0",
    "weighing_has_a_reason": "",
    "offer_answer_has_a_time": ("answered_at = NULL", "state = 'ACCEPTED'"),
    "offer_accepted_in_time": ("expires_at = answered_at", "state = 'ACCEPTED'"),
    "checkin_goes_after_coming": "out_at = '2001-01-01 00:00:00+00:00'",
    "servicerecord_ends_after_it_starts": (
        "starts_at = '2026-03-06 10:00:00', ends_at = '2026-03-06 09:00:00', service_on = '2026-03-06'",
        "state = 'PROPOSED'",
    ),
    "servicerecord_has_a_recorder": ("recorded_by_id = NULL", "state = 'PROPOSED'"),
    "servicerecord_recorder_is_not_the_volunteer": (
        "recorded_by_id = volunteer_id",
        "state = 'PROPOSED'",
    ),
    "servicerecord_has_an_approver": ("state = 'APPROVED'", "state = 'PROPOSED'"),
    "servicerecord_approver_is_a_third_person": (
        "approved_by_id = recorded_by_id",
        "state = 'PROPOSED'",
    ),
    "evaluation_punctuality_is_1_to_5": "punctuality = 6",
    "evaluation_attitude_is_1_to_5": "attitude = 0",
    "evaluation_skill_is_1_to_5": "skill = 6",
    "daytotal_fits_a_day": "minutes = 1441",
    "pointaccount_only_people_have_an_owner": ("owner_id = NULL", "kind = 'PERSON'"),
    "pointaccount_a_person_never_owes": "",  # by an entry: see ``_overdraw``
    "starlevel_is_1_to_5": "stars = 6",
    "proof_period_is_one": "ends_on = '2001-01-01'",
    "complaint_never_handled_by_whom_it_is_about": (
        "handler_id = about_user_id",
        "about_user_id IS NOT NULL",
    ),
    "appeal_handler_is_another_person": "handler_id = by_id",
    "quiethours_is_a_time_of_day": "starts = 1440",
    "consent_has_one_subject": "",  # rows that stay: tried by INSERT
    "pointentry_is_positive": "",
    "pointentry_has_two_sides": "",
    "ruling_answers_one_case": "",
}

# Rows that nothing may change are tried by a new row with another value in one column.
ROWS: dict[str, dict[str, Any]] = {
    "consent_has_one_subject": {"user_id": None, "resident_id": None},
    "pointentry_is_positive": {"amount": 0, "record_id": None},
    "ruling_answers_one_case": {"complaint_id": None, "appeal_id": None},
    "weighing_has_a_reason": {"reason": ""},
}
STAYING = {
    "accounts_codeuse",
    "kernel_eventseal",
    "accounts_consent",
    "accounts_reveal",
    "incentives_pointentry",
    "matching_weighing",
    "rights_ruling",
    "service_records_hoursreview",
}
# Rows that may take each other's value without breaking something else.
WHERE = {
    "service_records_servicerecord": "state <> 'APPROVED'",
    "incentives_pointaccount": "kind = 'PERSON'",
    "matching_opening": "shift_id IS NOT NULL",
}
# A row that is unique only in some state is copied in that state.
TWICE: dict[str, tuple[str, dict[str, Any]]] = {
    "assignment_one_per_volunteer": ("state = 'DONE'", {}),
    "pointaccount_one_of_ours": ("kind = 'ISSUED'", {"balance": 0}),
    "verification_one_verified_per_number": ("state = 'MATCH'", {}),
    "verification_one_running_per_user": ("state = 'WAITING'", {}),
    "credential_one_valid_per_kind": ("state = 'VALID'", {}),
    "proxygrant_one_live_per_pair": ("state IN ('SUBMITTED', 'VALID')", {}),
    "consent_one_live_per_user": ("user_id IS NOT NULL AND withdrawn_at IS NULL", {}),
    "consent_one_live_per_resident": ("resident_id IS NOT NULL AND withdrawn_at IS NULL", {}),
    "offer_one_live_per_volunteer": ("state = 'SENT'", {}),
    "run_one_at_a_time": ("state = 'READY'", {}),
    "duty_one_at_a_time": ("ended_at IS NULL", {}),
    "wished_once": ("ended_at IS NULL", {}),
    "application_one_live_per_volunteer": ("state IN ('SENT', 'WAITING')", {}),
    "dispatch_one_per_channel": ("notice_id IS NOT NULL", {}),
    "pointentry_one_per_record_and_kind": ("record_id IS NOT NULL", {}),
}


def _unknown_code(rule: Rule, column: str) -> None:
    kind = model_field(rule.table, column)
    wrong: Any = 99 if isinstance(kind, models.IntegerField) else "?"
    if rule.table in STAYING:
        refused(rule.refuser, *copy_of(rule.table, first(rule.table), **{column: wrong}))
        return
    pk = first(rule.table, "state <> 'APPROVED'" if column == "state" else "1 = 1")
    if column == "state":  # its moves would refuse before
        arrow(
            rule.table,
            value(f"SELECT state FROM {rule.table} WHERE id = %s", (pk,)),
            "?",
            stands=True,
        )
    refused(rule.refuser, f'UPDATE {rule.table} SET "{column}" = %s WHERE id = %s', (wrong, pk))


def model_field(table: str, column: str) -> models.Field[Any, Any]:
    """Return the field of a column."""
    return next(f for f in model_of(table)._meta.concrete_fields if f.column == column)


def _unsealed(rule: Rule, column: str) -> None:
    if rule.table in STAYING:
        refused(rule.refuser, *copy_of(rule.table, first(rule.table), **{column: UNSEALED}))
        return
    statement = f'UPDATE {rule.table} SET "{column}" = %s WHERE id = %s'
    refused(rule.refuser, statement, (UNSEALED, first(rule.table)))


def _overdraw(rule: Rule) -> None:
    """Take more from a person than there is: the entry's own trigger moves the balance below zero."""
    entry = first("incentives_pointentry")
    sides = "SELECT {} FROM incentives_pointentry WHERE id = %s"
    person = value(sides.format("credit_id"), (entry,))
    ours = value(sides.format("debit_id"), (entry,))
    more = {"debit_id": person, "credit_id": ours, "record_id": None, "amount": 10**6}
    refused(rule.refuser, *copy_of("incentives_pointentry", entry, **more))


def _two_sides(rule: Rule) -> None:
    entry = first("incentives_pointentry")
    side = value("SELECT credit_id FROM incentives_pointentry WHERE id = %s", (entry,))
    refused(rule.refuser, *copy_of(rule.table, entry, debit_id=side, record_id=None))


def _break(rule: Rule) -> None:
    if rule.name == "pointaccount_a_person_never_owes":
        return _overdraw(rule)
    if rule.name == "pointentry_has_two_sides":
        return _two_sides(rule)
    if rule.name in ROWS:
        statement, values = copy_of(rule.table, first(rule.table), **ROWS[rule.name])
        return refused(rule.refuser, statement, values)
    if rule.name in CHANGES:
        change = CHANGES[rule.name]
        expression, where = change if isinstance(change, tuple) else (change, "1 = 1")
        statement = f"UPDATE {rule.table} SET {expression} WHERE id = %s"
        return refused(rule.refuser, statement, (first(rule.table, where),))
    stem = rule.name.split("_", 1)[1]
    if stem.endswith("_is_known"):
        column = stem.removesuffix("_is_known")
        return _unknown_code(rule, "category" if column == "is_known" else column)
    if stem == "is_known":
        return _unknown_code(rule, "category")
    if stem.endswith("_is_sealed"):
        return _unsealed(rule, stem.removesuffix("_is_sealed"))
    raise KeyError(f"no attempt on {rule.name}: add one to tests/guards/constraints.py")


def _repeat_field(rule: Rule) -> None:
    """Give two rows one value; where no row may change, insert the same value again."""
    (column,) = rule.columns
    if rule.table in STAYING:
        guard = f"{rule.table}_append_only"  # SQLite's looks before the constraint does
        by = guard if vendor() == "sqlite" else rule.refuser
        refused(by, *copy_of(rule.table, first(rule.table), keep=rule.columns))
        return
    where = WHERE.get(rule.table, "1 = 1")
    if column == "visit_id" and rule.table == "matching_opening":
        where = "visit_id IS NOT NULL"
    filled = f'{where} AND "{column}" IS NOT NULL'
    some = value(f"SELECT count(*) FROM {rule.table} WHERE {filled}")
    one = first(rule.table, filled if some else where)
    other = first(rule.table, f"{where} AND id <> {one}")
    statement = f'UPDATE {rule.table} SET "{column}" = %s WHERE id = %s'
    same = value(f'SELECT "{column}" FROM {rule.table} WHERE id = %s', (one,))
    if same is None:
        same = _any(rule.table, column)
        run(statement, (same, one))
    refused(rule.refuser, statement, (same, other))


def _any(table: str, column: str) -> Any:
    """Return something that a column may hold: a row it can lead to, or a word."""
    field = model_field(table, column)
    related = field.related_model
    return first(related._meta.db_table) if related else "something"[: field.max_length]


def _repeat(rule: Rule) -> None:
    default = " AND ".join(f'"{column}" IS NOT NULL' for column in rule.columns)
    where, changes = TWICE.get(rule.name, (default, {}))
    pk = first(rule.table, where)
    if rule.table in guards.machines():
        state = value(f"SELECT state FROM {rule.table} WHERE id = %s", (pk,))
        arrow(rule.table, "", state, stands=True)
    refused(rule.refuser, *copy_of(rule.table, pk, keep=rule.columns, **changes))


def attempt(rule: Rule) -> None:
    """Try to break a rule; ``NotRefused`` if the database lets it happen, or something else refuses."""
    if rule.is_check:
        _break(rule)
    elif rule.is_field:
        _repeat_field(rule)
    else:
        _repeat(rule)


@contextmanager
def taken_away(rule: Rule) -> Iterator[None]:
    """Drop one rule within this transaction (SQLite: look at no CHECK at all while it lasts)."""
    if vendor() == "sqlite" and rule.is_check:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            try:
                yield
            finally:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
        return
    if vendor() == "postgresql":  # a foreign key that waits forbids a change of its table
        run("SET CONSTRAINTS ALL IMMEDIATE")
    if rule.is_partial:
        run(f"DROP INDEX {rule.name}")
    else:
        run(f'ALTER TABLE {rule.table} DROP CONSTRAINT "{rule.refuser}"')
    yield

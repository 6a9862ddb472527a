"""May it serve? The start-up check, ``migrate``, ``verify``, ``rotate_keys``, and the queue's own module."""

import json
from dataclasses import replace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ, Schedule
from psycopg import IsolationLevel

from accounts.models import ResidentProfile
from kernel import audit, deliveries, guards, seal, startup, tasks, vault
from kernel.guards import sets
from kernel.models import Delivery, EventSeal, IdempotencyKey, PersonKey, Session
from kernel.references import _check_digit, new_number
from kernel.sessions import SessionStore
from kernel.startup import require_at_entry
from tests.conftest import on_postgresql, sql
from tests.factories import accounts
from tests.factories.accounts import NOON
from tests.guards.constraints import Rule, taken_away

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def run(capsys, name, *args, **options):
    call_command(name, *args, **options)
    return capsys.readouterr().out


# --- the start-up check -----------------------------------------------------------------------------


def test_a_missing_constraint_is_named():
    with taken_away(Rule("pointentry_is_positive", "incentives_pointentry")):
        if connection.vendor == "postgresql":
            assert startup.problems() == [
                "the constraint pointentry_is_positive of incentives_pointentry is missing"
            ]


def test_a_missing_index_is_named_too():
    sql("DROP INDEX offer_one_live_per_volunteer")
    assert startup.problems() == [
        "the constraint offer_one_live_per_volunteer of matching_offer is missing"
    ]


def test_a_database_that_is_away_is_said_in_one_line(monkeypatch):
    def away():
        raise OperationalError("no such host\nand much more")

    monkeypatch.setattr(connection, "ensure_connection", away)
    assert startup.problems() == ["the database cannot be reached: no such host"]


def test_pending_migrations_are_said():
    sql("DELETE FROM django_migrations WHERE app = 'incentives'")
    assert startup.problems() == ["migrations are pending: run manage.py migrate"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_another_isolation_is_refused():
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.close_pool()
    connection.settings_dict["OPTIONS"] = {"isolation_level": IsolationLevel.SERIALIZABLE}
    try:
        assert startup.problems() == ["PostgreSQL's isolation must be READ COMMITTED"]
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = options


def test_the_code_of_the_guards_is_compared_too(monkeypatch):
    sql("UPDATE kernel_guardset SET of_code = 'other'")
    assert "not those of the database" in guards.problems(connection)[0]
    sql("DELETE FROM kernel_guardset")
    assert len(guards.problems(connection)) == 2
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_cursor: [])
    assert guards.problems(connection) == ["no guards are installed: run migrate"]


def test_sqlite_needs_its_recursive_triggers():
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
    try:
        assert guards.problems(connection) == ["recursive_triggers is off on this connection"]
        assert ("guards", "recursive_triggers is off on this connection") in set(audit.broken())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


@pytest.mark.django_db(transaction=True)
def test_an_entry_asks_and_leaves_no_connection_behind():
    require_at_entry()
    sql("DELETE FROM kernel_guardset")
    with pytest.raises(SystemExit, match="will not serve"):
        require_at_entry()


# --- migrate puts the guards up ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_migrate_mends_what_was_changed_by_hand(capsys):
    guards.drop(connection)
    assert guards.problems(connection)
    call_command("migrate", verbosity=0)
    assert guards.problems(connection) == []


def test_only_looking_lifts_nothing(capsys):
    with CaptureQueriesContext(connection) as seen:
        assert "No planned migration operations" in run(capsys, "migrate", plan=True)
    assert not [q for q in seen.captured_queries if "DROP TRIGGER" in q["sql"]]


def test_a_database_from_before_the_guards_gets_none(monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_cursor: [])
    before = guards.standing(connection)
    sets.install(connection)
    assert guards.standing(connection) == before


def test_a_table_that_is_not_there_yet_is_passed_over(monkeypatch):
    names = set(connection.introspection.table_names()) - {"rights_ruling"}
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_cursor: names)
    with transaction.atomic():
        sets.install(connection)
        assert not [n for n, _text in guards.standing(connection) if "rights_ruling" in n]
        transaction.set_rollback(True)


# --- verify and rotate_keys -------------------------------------------------------------------------


def test_verify_says_that_all_holds_or_names_what_does_not(capsys):
    accounts.volunteer()
    seal.seal_new(late=None)
    assert "every invariant holds" in run(capsys, "verify")
    guards.drop(connection)
    sql("UPDATE kernel_event SET name = 'other' WHERE id = (SELECT min(id) FROM kernel_event)")
    with pytest.raises(CommandError, match="broken"):
        call_command("verify")
    out = capsys.readouterr().out
    assert "I13" in out
    assert "guards" in out


def test_every_key_is_wrapped_under_the_newest_master(settings, capsys):
    one, gone = PersonKey.new(), PersonKey.new()
    plain = PersonKey.objects.get(pk=one.pk).opened()
    gone.destroy(now=NOON)
    assert "0 keys" in run(capsys, "rotate_keys")
    newer = {**settings.KEYS.master_keys, "2": "ab" * 32}
    settings.KEYS = replace(settings.KEYS, master_keys=newer)

    assert "keys wrapped anew" in run(capsys, "rotate_keys")

    fresh = PersonKey.objects.get(pk=one.pk)
    assert bytes(fresh.wrapped).startswith(b"2:")
    assert vault.is_newest(bytes(fresh.wrapped))
    assert fresh.opened() == plain
    assert PersonKey.objects.get(pk=gone.pk).rewrap() is False
    assert "0 keys" in run(capsys, "rotate_keys")


# --- the queue --------------------------------------------------------------------------------------


def test_the_rooms_schedules_are_written_and_old_ones_dropped():
    Schedule.objects.create(name="nobody asks", func="x.y")
    tasks.register_schedules()
    tasks.register_schedules()
    names = set(Schedule.objects.values_list("name", flat=True))
    assert {"kernel.sweep", "kernel.tidy"} <= names
    assert "nobody asks" not in names


@pytest.mark.django_db(transaction=True)
def test_a_wake_is_queued_once_after_the_commit(settings):
    settings.HUB_WAKE = True
    with transaction.atomic():
        tasks.wake_on_commit("kernel.jobs.sweep")
        tasks.wake_on_commit("kernel.jobs.sweep")
        tasks.run_on_commit("kernel.jobs.tidy", 1)
        tasks.run_on_commit("kernel.jobs.tidy", 2, worker=tasks.SLOW)
        assert not OrmQ.objects.exists()
    usual = settings.Q_CLUSTER["name"]
    assert sorted((q.func(), q.args(), q.key) for q in OrmQ.objects.all()) == [
        ("kernel.jobs.sweep", (), usual),
        ("kernel.jobs.tidy", (1,), usual),
        ("kernel.jobs.tidy", (2,), "slow"),
    ]


def test_nothing_is_queued_where_only_sweeps_run(settings):
    settings.HUB_WAKE = False
    with transaction.atomic():
        tasks.wake_on_commit("kernel.jobs.sweep")
        tasks.run_on_commit("kernel.jobs.tidy", 1)
        assert connection.run_on_commit == []


# --- small things that happen once in a million years -----------------------------------------------


def test_a_number_that_is_taken_is_drawn_again(monkeypatch):
    accounts.resident()
    digits = iter("1" * 9 + "2" * 9)
    monkeypatch.setattr("kernel.references.secrets.choice", lambda _from: next(digits))
    first = "Z" + "1" * 9
    row = ResidentProfile.objects.get()
    ResidentProfile.objects.filter(pk=row.pk).update(number=first + _check_digit(first[1:]))
    assert new_number(ResidentProfile, "Z").startswith("Z" + "2" * 9)


def test_a_session_key_that_is_taken_is_drawn_again(monkeypatch):
    first = SessionStore()
    first.create()
    keys = iter([first.session_key, "another" * 5])
    monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda _self: next(keys))
    second = SessionStore()
    second.create()
    assert second.session_key == "another" * 5
    assert Session.objects.count() == 2


def test_ended_sessions_are_cleared_by_djangos_own_command(capsys):
    store = SessionStore()
    store.set_expiry(-1)
    store.create()
    run(capsys, "clearsessions")
    assert not Session.objects.exists()


def test_the_newest_noted_head_is_found_past_half_a_line():
    path = settings.DATA / seal.HEADS
    assert seal.noted_head() == seal.START
    path.write_text(json.dumps([3, "c"]) + "\n" + json.dumps([2, "b"]) + "\n[4, ")
    assert seal.noted_head() == seal.Head(3, "c")


def test_a_head_from_outside_that_the_chain_does_not_hold_is_found_by_verify():
    accounts.user()
    seal.seal_new(late=None)
    (settings.DATA / seal.HEADS).write_text(json.dumps([10**6, "x"]) + "\n")
    found = dict(audit.broken())
    assert "no longer contains" in found["I13"]
    assert EventSeal.objects.exists()


def test_a_fields_expression_is_let_through_when_it_is_no_value():
    """``isnull`` and the CASE of other columns pass; only clear text does not (see test_sealed)."""
    user = accounts.user()
    type(user).objects.filter(phone__isnull=False).update(language=models.F("language"))
    assert IdempotencyKey.objects.count() == 0


def test_a_run_stops_at_its_most_and_passes_over_what_another_claimed(monkeypatch, clock):
    for _person in range(3):
        accounts.volunteer()
    total = Delivery.objects.filter(status="WAITING").count()
    assert total > 2
    assert deliveries.run_due(clock=clock, most=2) == 2
    claim = deliveries.claim
    lost = []

    def overtaken(delivery, *, now):
        """Let another runner claim the first one a moment earlier."""
        if not lost:
            lost.append(delivery.pk)
            Delivery.objects.filter(pk=delivery.pk).update(attempts=9)
        return claim(delivery, now=now)

    monkeypatch.setattr(deliveries, "claim", overtaken)
    deliveries.run_due(clock=clock)
    assert Delivery.objects.get(pk=lost[0]).attempts in {9, 10}

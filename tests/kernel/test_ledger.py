"""The ledger: append-only, sealed, delivered once."""

import json
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kernel import deliveries, events, guards, jobs, seal
from kernel.audit import broken
from kernel.events import record, subscribe
from kernel.models import Delivery, DeliveryState, Event, EventSeal, Job
from kernel.seal import Head
from tests.conftest import on_postgresql
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """Return what the listeners of this test heard; they are forgotten with it."""
    monkeypatch.setattr(events, "_after", events._after.copy())
    monkeypatch.setattr(events, "_within", events._within.copy())
    monkeypatch.setattr(events, "HANDLERS", deliveries.HANDLERS)
    return []


def subject() -> Job:
    return Job.objects.create(kind="test", made_at=NOON)


def write(name: str = "thing.done", **data) -> Event:
    return record(name, subject=subject(), by=None, at=NOON, **data)


def listen(monkeypatch, name, handler):
    monkeypatch.setitem(events._after, name, [])
    subscribe(name, handler)
    path = f"{handler.__module__}.{handler.__qualname__}"
    monkeypatch.setitem(deliveries.HANDLERS, path, handler)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_a_bug():
    with pytest.raises(RuntimeError):
        write()


def test_who_listens_within_can_refuse_it_all(heard, monkeypatch):
    def refuse(_event, _now):
        raise ValueError("no")

    monkeypatch.setitem(events._within, "thing.done", [])
    subscribe("thing.done", refuse, within=True)

    with pytest.raises(ValueError, match="no"), transaction.atomic():
        write()

    assert not Event.objects.exists()


def test_who_listens_after_hears_it_once(heard, monkeypatch):
    listen(monkeypatch, "thing.done", lambda event, _now: heard.append(event.pk))
    event = write()

    assert deliveries.run_due(clock=lambda: NOON) == 1
    assert deliveries.run_due(clock=lambda: NOON) == 0

    assert heard == [event.pk]
    assert Delivery.objects.get().status == DeliveryState.DONE


def test_what_fails_is_tried_later_and_at_last_put_aside(heard, monkeypatch):
    def fail(_event, _now):
        raise ValueError("not today")

    listen(monkeypatch, "thing.done", fail)
    write()
    for attempt in range(deliveries.MOST_ATTEMPTS):
        later = NOON + attempt * timedelta(hours=7)
        assert deliveries.run_due(clock=partial(datetime.fromisoformat, later.isoformat())) == 1

    assert Delivery.objects.get().status == DeliveryState.FAILED
    assert deliveries.run_due(clock=lambda: NOON + timedelta(days=9)) == 0


def test_a_claim_that_was_overtaken_leaves_no_trace(heard, monkeypatch):
    def slow(event, _now):
        subject()
        Delivery.objects.filter(event=event).update(
            attempts=7
        )  # somebody else claimed it meanwhile

    listen(monkeypatch, "thing.done", slow)
    write()
    before = Job.objects.count()

    deliveries.run_due(clock=lambda: NOON)

    assert Job.objects.count() == before
    assert Delivery.objects.get().status == DeliveryState.WAITING


def test_a_claim_is_won_once(heard, monkeypatch):
    listen(monkeypatch, "thing.done", lambda _event, _now: None)
    write()
    one, other = Delivery.objects.get(), Delivery.objects.get()

    assert deliveries.claim(one, now=NOON)
    assert not deliveries.claim(other, now=NOON)


def test_a_run_ends_in_time(heard, monkeypatch):
    listen(monkeypatch, "thing.done", lambda _event, _now: None)
    write()

    assert deliveries.run_due(clock=lambda: NOON, seconds=0) == 0


CHANGES = [
    "UPDATE kernel_event SET name = 'x.y'",
    "UPDATE kernel_event SET at = '2020-01-01 00:00:00+00:00' WHERE id = {pk}",
    "DELETE FROM kernel_event",
    "DELETE FROM kernel_event WHERE id = {pk}",
    "DELETE FROM kernel_eventseal",
    "UPDATE kernel_eventseal SET hash = 'x'",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_nothing_written_is_changed(statement):
    event = write()
    seal.seal_new()

    with (
        pytest.raises(IntegrityError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(pk=event.pk))


def test_a_row_is_not_replaced():
    event = write()
    if connection.vendor == "postgresql":
        statement = f"TRUNCATE kernel_event CASCADE -- {event.pk}"
    else:
        statement = (
            "INSERT OR REPLACE INTO kernel_event (id, name, subject_type, subject_id, at, data) "
            f"VALUES ({event.pk}, 'x', 'x', 1, '2026-01-01', '{{}}')"
        )

    with (
        pytest.raises(IntegrityError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_chain_seals_every_event_once_and_notes_its_head_outside(
    django_capture_on_commit_callbacks,
):
    write(), write()

    with django_capture_on_commit_callbacks(execute=True):
        first = seal.seal_new()
    again = seal.seal_new()

    assert (first.number, again) == (2, first)
    assert seal.broken() == []
    line = (settings.DATA / seal.HEADS).read_text().splitlines()[-1]
    assert json.loads(line) == [2, first.hash]


OWNERS_DEEDS = {
    "altered": lambda events: Event.objects.filter(pk=events[1].pk).update(name="forged"),
    "deleted": lambda events: Event.objects.filter(pk=events[1].pk).delete(),
    "the last one deleted": lambda events: Event.objects.filter(pk=events[2].pk).delete(),
    "reordered": lambda events: Event.objects.filter(pk=events[0].pk).update(
        at=events[2].at, name="z"
    ),
}


@pytest.mark.parametrize("deed", OWNERS_DEEDS.values(), ids=OWNERS_DEEDS)
def test_the_chain_betrays_what_the_databases_owner_does(deed):
    events = [write() for _number in range(3)]
    seal.seal_new()
    guards.drop(connection)  # who owns the database can

    deed(events)

    assert len(seal.broken()) == 1


def test_the_chain_betrays_a_missing_end_and_an_unsealed_event():
    first, second = write(), write()
    EventSeal.objects.create(
        number=1, event_id=second.pk, hash=seal._hash(1, seal.START.hash, second)
    )

    found = seal.broken(Head(5, "f" * 64))

    assert any("no longer contains the logged head 5" in line for line in found)
    assert any("has no seal" in line for line in found)
    assert first.pk < second.pk


def test_the_chain_betrays_a_deleted_and_a_changed_event():
    event = write()
    EventSeal.objects.create(number=2, event_id=event.pk, hash="0" * 64)
    EventSeal.objects.create(number=3, event_id=event.pk + 1000, hash="0" * 64)

    found = "\n".join(seal.broken())

    assert "seal 1 is missing" in found
    assert f"event {event.pk} or its seal was changed" in found
    assert f"event {event.pk + 1000} was deleted" in found


def test_a_state_without_its_event_is_found():
    row = subject()
    Job.objects.filter(pk=row.pk).update(state="RUNNING")

    assert ("I6", f"kernel_job#{row.pk}: RUNNING, and no event says how") in list(broken())


def test_the_sweep_delivers_and_seals(heard, monkeypatch):
    listen(monkeypatch, "thing.done", lambda event, _now: heard.append(event.pk))
    write()
    assert timezone.now() > NOON

    jobs.sweep()
    jobs.tidy()

    assert len(heard) == 1
    assert EventSeal.objects.count() == Event.objects.count()


@on_postgresql
def test_eight_runners_deliver_each_event_once(race, monkeypatch):
    heard: list[int] = []
    listen(monkeypatch, "thing.done", lambda event, _now: heard.append(event.pk))
    with transaction.atomic():
        made = [write().pk for _number in range(40)]

    race(8, lambda _number: deliveries.run_due(clock=lambda: NOON))

    assert sorted(heard) == made


@on_postgresql
def test_eight_sealers_make_one_chain(race):
    with transaction.atomic():
        for _number in range(40):
            write()

    race(8, lambda _number: seal.seal_new())

    assert EventSeal.objects.count() == 40
    assert seal.broken() == []

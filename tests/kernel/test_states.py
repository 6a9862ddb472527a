"""Machines: tables that refuse to load when they lie."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import TextChoices

from accounts.states import PaperState
from kernel.models import Event, Job, JobState
from kernel.refusals import Conflict
from kernel.states import Machine
from kernel.transitions import move
from tests.factories import accounts
from tests.factories.accounts import NOON


class Light(TextChoices):
    RED = "RED"
    GREEN = "GREEN"
    DARK = "DARK"


def test_a_machine_knows_its_arrows_births_and_ends():
    machine = Machine(Light, {Light.RED: {Light.GREEN}, Light.GREEN: {Light.DARK}, Light.DARK: ()})

    assert list(machine.arrows()) == [("", "RED"), ("RED", "GREEN"), ("GREEN", "DARK")]
    assert machine.allows("RED", "GREEN")
    assert not machine.allows("RED", "DARK")
    assert [state for state in machine.states if machine.is_final(state)] == ["DARK"]


@pytest.mark.parametrize(
    "table",
    [
        {Light.RED: {Light.GREEN}, Light.GREEN: ()},
        {Light.RED: {Light.GREEN, "BLUE"}, Light.GREEN: {Light.DARK}, Light.DARK: ()},
        {Light.RED: {Light.GREEN}, Light.GREEN: (), Light.DARK: ()},
    ],
    ids=["a state is missing", "an arrow leads nowhere", "a state is never reached"],
)
def test_a_table_that_lies_does_not_load(table):
    with pytest.raises(ValueError, match="Light"):
        Machine(Light, table)


def job() -> Job:
    return Job.objects.create(kind="test", made_at=NOON)


@pytest.mark.django_db
def test_a_move_changes_state_and_leaves_an_event():
    row = job()

    move(row, JobState.RUNNING, event="job.started", by=None, at=NOON, data={"n": 1}, total=7)

    row.refresh_from_db()
    assert (row.state, row.total) == (JobState.RUNNING, 7)
    event = Event.objects.get()
    assert (event.name, event.subject_type, event.subject_id) == (
        "job.started",
        "kernel.job",
        row.pk,
    )
    assert event.data == {"source": "QUEUED", "target": "RUNNING", "n": 1}


@pytest.mark.django_db
def test_a_move_without_an_arrow_is_refused():
    row = job()

    with pytest.raises(Conflict) as caught:
        move(row, JobState.DONE, event="job.done", by=None, at=NOON)

    row.refresh_from_db()
    assert (caught.value.code, row.state, Event.objects.count()) == ("illegal_move", "QUEUED", 0)


@pytest.mark.django_db
def test_a_stale_copy_moves_nothing():
    row = job()
    stale = Job.objects.get(pk=row.pk)
    move(row, JobState.CANCELLED, event="job.cancelled", by=None, at=NOON)

    with pytest.raises(Conflict) as caught:
        move(stale, JobState.RUNNING, event="job.started", by=None, at=NOON)

    row.refresh_from_db()
    assert (caught.value.code, row.state) == ("state_changed", "CANCELLED")


@pytest.mark.django_db
def test_an_encrypted_field_is_not_written_by_a_move():
    paper = accounts.credential(accounts.volunteer())

    with pytest.raises(Exception, match="encrypted number"):
        move(paper, PaperState.VALID, event="x.y", by=None, at=NOON, number="1")


ILLEGAL = [
    "UPDATE kernel_job SET state = 'DONE' WHERE id = {pk}",
    "DELETE FROM kernel_job WHERE id = {running}",
    """INSERT INTO kernel_job (ref, kind, state, done, total, message, result, made_at)
    VALUES ('x', 'x', 'DONE', 0, 0, '', '{{}}', '2026-03-04 04:00:00+00:00')""",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ILLEGAL, ids=["update", "delete", "born elsewhere"])
def test_the_database_itself_refuses_moves_without_an_arrow(statement):
    row, other = job(), job()
    move(other, JobState.RUNNING, event="job.started", by=None, at=NOON)

    with (
        pytest.raises(IntegrityError, match="guard:kernel_job_moves"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(pk=row.pk, running=other.pk))

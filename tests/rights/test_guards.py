"""What the database refuses, what ``verify`` finds, and what the clock starts."""

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.guards import refused_by
from rights import actions, audit, jobs
from rights.models import Appeal, Complaint, Ruling
from tests.factories import accounts, rights, service_records
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db


def ruling():
    complaint, handler = rights.complaint(), rights.handler()
    actions.acknowledge(case=complaint, by=handler, now=NOON)
    return actions.conclude(
        case=complaint, outcome="UPHELD", words="您说得对", by=handler, now=NOON
    )


@pytest.mark.parametrize(
    "deed",
    [
        lambda row: Ruling.objects.filter(pk=row.pk).update(outcome="DISMISSED"),
        lambda row: Ruling.objects.filter(pk=row.pk).delete(),
    ],
)
def test_a_ruling_stays_as_it_was_written(deed):
    row = ruling()

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        deed(row)

    assert refused_by(caught.value) == "rights_ruling_append_only"


def test_a_ruling_answers_one_case():
    row = ruling()
    appeal = rights.appeal()

    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling.objects.create(
            key=row.key, complaint=row.complaint, appeal=appeal, words="两件", by=row.by, at=NOON
        )


def test_whom_a_complaint_is_about_cannot_be_its_handler_even_in_sql():
    person = accounts.user()
    complaint = rights.complaint(about_user=person)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rights_complaint SET handler_id = %s WHERE id = %s", [person.pk, complaint.pk]
        )


def test_verify_names_a_case_that_is_handled_by_somebody_with_a_part_in_it():
    record = service_records.approved()
    complaint = rights.complaint(assignment=record.assignment, kind="HOURS")
    appeal = rights.appeal(record)
    ruling()  # handled by somebody else: nothing to say of it
    assert list(audit.broken()) == []

    Complaint.objects.filter(pk=complaint.pk).update(handler=record.volunteer)
    Appeal.objects.update(handler=record.approved_by)

    assert list(audit.broken()) == [
        ("cases", f"rights_complaint#{complaint.pk}: handled by somebody with a part in it"),
        ("cases", f"rights_appeal#{appeal.pk}: handled by somebody with a part in it"),
    ]


def test_rows_say_what_they_are():
    complaint, incident, row = rights.complaint(), rights.incident(), ruling()
    appeal = rights.appeal()

    shown = [str(complaint), str(incident), str(appeal), str(row)]

    assert shown == [complaint.number, incident.number, appeal.number, f"{row.ref} UPHELD"]


def test_the_clock_closes_and_announces(clock):
    row = ruling()
    rights.incident()
    waiting = rights.complaint()
    clock.to(NOON.replace(month=5))

    jobs.close_old()
    jobs.note_overdue()

    row.complaint.refresh_from_db()
    waiting.refresh_from_db()
    assert row.complaint.state == "CLOSED"
    assert waiting.overdue_for == waiting.acknowledge_by

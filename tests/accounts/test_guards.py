"""What the database refuses whoever asks, and what ``verify`` finds (GUARDS §1)."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import actions, audit
from accounts.models import (
    CodeUse,
    Consent,
    ResidentProfile,
    Reveal,
    User,
    Verification,
    VolunteerProfile,
)
from accounts.states import DeskRole, Purpose, RevealReason
from kernel.guards import refused_by
from kernel.models import Event
from tests.factories import accounts as make
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db
LITE = connection.vendor == "sqlite"


def guard_against(deed):
    """Return the name of the guard that refuses ``deed``."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        deed()
    return refused_by(caught.value)


def sql(statement):
    with connection.cursor() as cursor:
        if not LITE:  # TRUNCATE waits for no deferred check of a foreign key
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def a_reveal():
    officer = make.officer(DeskRole.STREET)
    actions.reveal(
        resident=make.resident(), field="name", reason=RevealReason.SAFETY, by=officer, now=NOON
    )
    return Reveal.objects.all()


def a_use():
    CodeUse.objects.create(nonce="n" * 22, at=NOON)
    return CodeUse.objects.all()


@pytest.mark.parametrize(
    ("made", "change"), [(a_reveal, {"field": "phone"}), (a_use, {"nonce": "other"})]
)
def test_looks_and_uses_stay_as_they_were_written(made, change):
    rows = made()
    table = rows.model._meta.db_table
    deeds = [
        lambda: rows.update(**change),
        lambda: rows.get().delete(),
        lambda: rows._raw_delete(rows.db),
        lambda: sql(f"UPDATE {table} SET id = id + 1"),
        lambda: sql(f"REPLACE INTO {table} SELECT * FROM {table}") if LITE else None,
        lambda: None if LITE else sql(f"TRUNCATE {table}"),
    ]
    deeds.pop(5 if LITE else 4)

    for deed in deeds:
        assert guard_against(deed) == f"{table}_append_only"


def test_decision_is_withdrawn_and_never_rewritten():
    person = make.user()
    consent = actions.give_consent(
        subject=person, purpose=Purpose.MATCHING, text_version="1", by=person, now=NOON
    )
    rows = Consent.objects.filter(pk=consent.pk)
    deeds = [
        lambda: rows.update(purpose=Purpose.LOCATION),
        lambda: rows.update(text_version="2"),
        lambda: rows.update(user=make.user()),
        rows.delete,
        lambda: sql("REPLACE INTO accounts_consent SELECT * FROM accounts_consent"),
    ]

    for deed in deeds if LITE else deeds[:-1]:
        assert guard_against(deed) == "accounts_consent_stays"
    if not LITE:  # refused by both guards, and PostgreSQL asks the first by name
        assert guard_against(lambda: sql("TRUNCATE accounts_consent")) == "accounts_consent_frozen"
    rows.update(withdrawn_at=NOON)
    assert guard_against(lambda: rows.update(withdrawn_at=None)) == "accounts_consent_frozen"


def test_a_used_code_is_used_for_the_database_too():
    a_use()

    with pytest.raises(IntegrityError), transaction.atomic():
        a_use()


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (lambda: make.verify(make.user()), "WAITING"),
        (lambda: make.credential(make.volunteer()), "EXPIRED"),
        (lambda: make.grant(make.resident()), "SUBMITTED"),
    ],
    ids=["verification", "credential", "grant"],
)
def test_papers_move_only_along_their_arrows(made, state):
    row = made()
    rows = type(row).objects.filter(pk=row.pk)

    assert guard_against(lambda: rows.update(state=state)) == f"{row._meta.db_table}_moves"


@pytest.mark.parametrize("column", ["name", "phone", "email"])
def test_clear_text_is_no_cipher_text(column):
    person = make.user()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_user SET {column} = %s WHERE id = %s",
            [b"13812345678 in clear, long enough to be taken", person.pk],
        )


def test_naive_instant_is_refused():
    with pytest.raises(RuntimeWarning):
        CodeUse.objects.create(nonce="x", at=NOON.replace(tzinfo=None))


# --- what verify finds --------------------------------------------------------------------------


def test_audit_finds_nothing_where_nothing_is_wrong():
    make.volunteer()
    a_reveal()

    assert list(audit.broken()) == []


def test_audit_finds_who_is_verified_without_proof():
    volunteer = make.volunteer(verified=False)
    VolunteerProfile.objects.filter(pk=volunteer.pk).update(is_verified=True)

    assert list(audit.broken()) == [
        ("identity", f"accounts_volunteerprofile#{volunteer.pk}: verified without a verified claim")
    ]


def test_audit_finds_a_number_verified_twice_where_the_constraint_is_gone():
    make.verify(make.user())
    claim = make.verify(make.user())
    index = Verification.objects.order_by("pk")[0].id_index
    sql("DROP INDEX verification_one_verified_per_number")
    Verification.objects.filter(pk=claim.pk).update(id_index=index)

    assert list(audit.broken()) == [
        ("identity", "accounts_verification: one number verified 2 times")
    ]


def test_audit_finds_decisions_and_looks_without_an_event():
    person, resident = make.user(), make.resident()
    consent = Consent.objects.create(
        user=person, purpose="MATCHING", text_version="1", given_at=NOON, given_by=person
    )
    look = Reveal.objects.create(
        resident=resident, field="name", by=person, reason="SAFETY", at=NOON
    )

    assert list(audit.broken()) == [
        ("consent", f"accounts_consent#{consent.pk}: no event says that it was given"),
        ("reveal", f"accounts_reveal#{look.pk}: no event says who looked"),
    ]
    assert not Event.objects.filter(name="resident.revealed").exists()


def test_audit_finds_what_leads_back_to_an_erased_person():
    person, resident = make.user(), make.resident()
    User.objects.filter(pk=person.pk).update(erased_at=NOON)
    ResidentProfile.objects.filter(pk=resident.pk).update(erased_at=NOON)

    assert list(audit.broken()) == [
        ("I17", f"accounts_user#{person.pk}: erased, and something leads back"),
        ("I17", f"accounts_residentprofile#{resident.pk}: erased, and something leads back"),
    ]

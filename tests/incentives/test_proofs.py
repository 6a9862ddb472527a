"""The service record proof: what it lists, who can forge it, what a correction makes of it (GUARDS I16)."""

import random
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from accounts import actions as people
from accounts.models import VolunteerProfile
from accounts.states import DeskRole
from incentives import actions, audit, queries
from incentives.models import Proof
from kernel import guards
from service_records import actions as service
from service_records.models import ServiceRecord
from tests.conftest import sql
from tests.factories import accounts, help_requests, matching
from tests.factories import service_records as make
from tests.factories.regions import city
from tests.factories.service_records import NEXT_DAY
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def issue(user, starts_on, ends_on, *, by=None, now=NEXT_DAY, language="zh-hans"):
    return actions.issue_proof(
        volunteer=VolunteerProfile.objects.get(user=user),
        starts_on=starts_on,
        ends_on=ends_on,
        language=language,
        by=by or user,
        now=now,
    )


@pytest.fixture
def record():
    return make.approved()


@pytest.fixture
def proof(record):
    return issue(record.volunteer, record.service_on, record.service_on)


def correct(row, minutes):
    return service.correct_hours(
        record=row,
        minutes=minutes,
        words="核对了",
        approver_region=row.region,
        by=accounts.officer(DeskRole.CASE_HANDLER),
        now=NEXT_DAY,
    )


def test_it_lists_the_approved_records_of_its_days(record):
    before = last_event()
    proof = issue(record.volunteer, record.service_on, record.service_on)
    line = proof.lines.get()
    assert (line.record, line.minutes) == (record, 90)
    assert (proof.verified_minutes, proof.declared_minutes) == (90, 0)
    assert proof.content["lines"][0]["hours"] == "1.50"
    assert proof.content["lines"][0]["body"] == record.region.name
    assert names_since(before) == ["proof.issued"]
    assert list(queries.proofs_for(record.volunteer, now=NEXT_DAY)) == [proof]
    assert list(queries.proofs_for(None, now=NEXT_DAY)) == []


def test_the_two_classes_of_hours_stay_apart_and_the_organization_is_named():
    need = matching.shift_opening()
    row = make.proposed()
    ServiceRecord.objects.filter(pk=row.pk).update(
        evidence="DECLARED", organization=need.organization
    )
    row.refresh_from_db()
    for _review in range(2):
        service.approve_hours(record=row, by=accounts.officer(DeskRole.REVIEWER), now=NEXT_DAY)
    proof = issue(row.volunteer, row.service_on, row.service_on)
    assert (proof.verified_minutes, proof.declared_minutes) == (0, 90)
    assert proof.content["lines"][0]["body"] == need.organization.name


def test_only_by_oneself_for_days_that_are_over_and_hold_something(record):
    me, stranger = record.volunteer, accounts.user()
    day = record.service_on
    late = day + timedelta(days=9)
    for starts, ends, by, code in (
        (day, day, stranger, "not_yours"),
        (day, day - timedelta(days=1), me, "ends_first"),
        (day, late, me, "in_the_future"),
        (day - timedelta(days=9), day - timedelta(days=1), me, "nothing_to_prove"),
    ):
        with refused(code):
            issue(me, starts, ends, by=by)


def test_anyone_finds_it_by_either_number(proof):
    spoken = f" {proof.number[:5]} {proof.number[5:]} "
    for number in (proof.ref, proof.number, spoken, proof.number.lower()):
        assert queries.standing(number).kind == "valid", number
    for number in ("", "nothing", "\x00", proof.ref[:-1], "C" * 400):
        assert queries.standing(number) == ("not_found", None)


@pytest.mark.parametrize(
    "forgery",
    [
        {"content": {"number": "C1", "verified_hours": "999.00"}},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
)
def test_a_forged_row_is_not_ours(proof, forgery):
    Proof.objects.filter(pk=proof.pk).update(**forgery)
    assert queries.standing(proof.number).kind == "not_found"
    assert [name for name, _row in audit.broken()] == ["I16"]


def test_a_correction_supersedes_it_and_the_next_one_is_right(record, proof):
    correct(record, 30)
    assert queries.standing(proof.number).kind == "superseded"
    assert queries.is_superseded(proof)
    fresh = issue(record.volunteer, record.service_on, record.service_on)
    assert (fresh.verified_minutes, queries.standing(fresh.ref).kind) == (30, "valid")
    assert list(audit.broken()) == []


@pytest.mark.parametrize("seed", range(5))
def test_random_corrections_after_issue(seed):
    """However often records are corrected, each proof sums its lines and stands only while none was."""
    dice = random.Random(seed)
    me = matching.ready_volunteer()
    rows, proofs = [], []
    for n in range(3):
        visit = help_requests.visit(starts_at=help_requests.VISIT_AT + timedelta(hours=3 * n))
        row = make.approved(matching.assignment(matching.opening(visit), me))
        rows.append(row)
    now = NEXT_DAY + timedelta(days=1)
    for _step in range(8):
        if dice.random() < 0.5:
            days = [row.service_on for row in rows]
            proofs.append(issue(me, min(days), max(days), now=now))
        else:
            at = dice.randrange(len(rows))
            rows[at] = correct(rows[at], dice.randrange(0, 200))
        for proof in proofs:
            listed = list(proof.lines.all())
            assert proof.verified_minutes == sum(line.minutes for line in listed)
            untouched = all(line.record in rows for line in listed)
            assert (queries.standing(proof.ref).kind == "valid") == untouched
        assert list(audit.broken()) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_paper_is_tagged_and_in_its_own_language(record, language):
    proof = issue(record.volunteer, record.service_on, record.service_on, language=language)
    with translation.override("en" if language == "zh-hans" else "zh-hans"):
        paper = actions.proof_pdf(proof)
    assert paper.startswith(b"%PDF-")
    assert b"/MarkInfo" in paper or b"/StructTreeRoot" in paper
    assert (re.search(rb"/Lang ?\((..)", paper)[1] == b"zh") == (language == "zh-hans")


def test_the_whole_way_by_events(clock):
    """Approved → points and stars by the worker; forgotten → no proof names them any more."""
    row = make.approved()
    clock.to(NEXT_DAY + timedelta(minutes=1))
    assert queries.balance(row.volunteer) == 6
    proof = issue(row.volunteer, row.service_on, row.service_on, now=clock.now)
    resident = accounts.resident(user=None, by=accounts.officer())
    people.erase_resident(
        resident=resident, by=accounts.officer(DeskRole.CITY, city()), now=clock.now
    )
    people.erase_person(user=row.volunteer, by=row.volunteer, now=clock.now)
    clock.to(clock.now + timedelta(minutes=1))
    assert queries.standing(proof.number).kind == "not_found"


def test_verify_names_a_total_that_is_not_its_lines(proof):
    guards.drop(connection)
    sql("UPDATE incentives_proof SET verified_minutes = 1 WHERE id = %s", [proof.pk])
    assert [name for name, _row in audit.broken()] == ["I16"]


def test_after_the_person_is_forgotten_nothing_names_them(record, proof):
    actions.forget_person(user=record.volunteer, now=NEXT_DAY)
    actions.forget_person(user=record.volunteer, now=NEXT_DAY)
    proof.refresh_from_db()
    assert (proof.name, proof.volunteer_number, proof.content) == ("—", "", {})
    assert queries.standing(proof.number).kind == "not_found"
    assert proof.verified_minutes == 90
    assert list(audit.broken()) == []

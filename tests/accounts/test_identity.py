"""Real names: claimed, asked for, answered; a second claim learns nothing (DOMAIN §4, HOUSE §2)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import actions, jobs, queries
from accounts.gateways import realname
from accounts.gateways.realname import Answer, Outcome
from accounts.models import Verification
from accounts.states import DeskRole, VerificationState
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import city, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def answer(claim, outcome, *, now=NOON):
    reply = Answer(outcome, "demo", outcome.lower(), "two-factor")
    return actions.answer_identity(verification=claim, answer=reply, now=now)


def review(claim, by, *, accept=True, reason=""):
    return actions.review_identity(
        verification=claim, accept=accept, reason=reason, by=by, now=NOON
    )


def test_claim_waits_and_is_sealed():
    number = make.id_number()
    before = last_event()

    claim = make.claim(make.user(), id_number=number.lower())

    assert names_since(before) == ["user.joined", "consent.given", "identity.claimed"]
    assert (claim.state, claim.next_attempt_at) == ("WAITING", NOON)
    assert (claim.id_number, claim.name) == (number, "王芳")
    raw = str(Verification.objects.filter(pk=claim.pk).values()[0])
    assert number not in raw
    assert str(claim) == f"{claim.ref} WAITING"


def test_match_makes_name_sex_and_age_known_and_the_volunteer_verified():
    volunteer = make.volunteer(verified=False, name="小王")
    before = last_event()

    make.verify(volunteer.user, name="王芳", id_number=make.id_number(serial=12))

    volunteer.refresh_from_db()
    assert names_since(before)[-2:] == ["identity.answered", "volunteer.changed"]
    assert (volunteer.name, volunteer.sex, volunteer.is_verified) == ("王芳", "F", True)
    assert (volunteer.birth_on, volunteer.birth_band) == ("1990-03-07", 1990)
    assert volunteer.is_adult


def test_who_was_verified_before_is_a_verified_volunteer_at_once():
    person = make.user()
    make.verify(person, name="李四")

    volunteer = actions.register_volunteer(user=person, name="小李", by=person, now=NOON)

    assert (volunteer.name, volunteer.is_verified) == ("李四", True)


@pytest.mark.parametrize(
    ("outcome", "reason"), [("MISMATCH", ""), ("NO_RECORD", ""), ("REJECTED", "papers")]
)
def test_other_answers_are_kept_without_payload(outcome, reason):
    claim = answer(make.claim(make.user()), Outcome(outcome))

    claim.refresh_from_db()
    assert (claim.state, claim.reason, claim.provider) == (outcome, reason, "demo")
    assert (claim.raw_code, claim.level, claim.attempts) == (outcome.lower(), "two-factor", 1)
    assert claim.next_attempt_at is None
    # and one may try again
    assert make.claim(claim.user).state == "WAITING"


def test_source_that_is_down_is_asked_again_later_and_later_and_then_left_to_the_street():
    claim = make.claim(make.user())
    gaps = []
    for _number in range(8):
        claim = answer(claim, Outcome.SOURCE_DOWN)
        gaps.append(claim.next_attempt_at and (claim.next_attempt_at - NOON).seconds // 60)

    assert gaps == [2, 4, 8, 16, 32, 64, 128, None]
    assert claim.state == "SOURCE_DOWN"


def test_an_answer_that_comes_too_late_is_refused():
    claim = answer(make.claim(make.user()), Outcome.MISMATCH)

    with refused("already_answered"):
        answer(claim, Outcome.MATCH)


def test_claim_needs_consent_and_speaks_of_own_claims_only():
    person, other = make.user(), make.user()
    values = {"name": "王芳", "id_number": make.id_number(), "now": NOON}

    with refused("no_consent"):
        actions.claim_identity(user=person, by=person, **values)
    with refused("not_yours"):
        actions.claim_identity(user=person, by=other, **values)
    claim = make.claim(person)
    with refused("claim_running"):
        make.claim(person)
    answer(claim, Outcome.SOURCE_DOWN)
    with refused("claim_running"):
        make.claim(person)
    answer(claim, Outcome.MATCH)
    with refused("already_verified"):
        make.claim(person)


def test_second_claim_on_a_number_ends_like_any_paper_problem():
    number = make.id_number()
    first = make.verify(make.user(), id_number=number)
    plain = answer(make.claim(make.user()), Outcome.REJECTED)

    second = make.verify(make.user(), id_number=number)

    for claim in (plain, second):
        assert (claim.state, claim.reason) == ("REJECTED", "papers")
    assert second.duplicate_of == first
    assert queries.latest_verification(second.user) == second
    first.refresh_from_db()
    assert first.state == "MATCH"


def test_a_claim_on_a_known_number_costs_the_same_work(django_assert_num_queries):
    number = make.id_number()
    make.verify(make.user(), id_number=number)
    people = [make.user(), make.user()]
    for person in people:
        make.claim(person)
        answer(queries.latest_verification(person), Outcome.NO_RECORD)

    with CaptureQueriesContext(connection) as known:
        actions.claim_identity(
            user=people[0], name="王芳", id_number=number, by=people[0], now=NOON
        )
    with django_assert_num_queries(len(known)):
        actions.claim_identity(
            user=people[1], name="王芳", id_number=make.id_number(), by=people[1], now=NOON
        )


def test_pair_is_a_task_of_the_citys_identity_desk_only():
    number = make.id_number()
    make.verify(make.volunteer(verified=False).user, id_number=number)
    second = make.verify(make.volunteer(verified=False).user, id_number=number)

    above, below = make.officer(DeskRole.CITY, city()), make.officer(DeskRole.STREET)

    assert list(queries.claimed_twice(above, now=NOON)) == [second]
    assert list(queries.claimed_twice(below, now=NOON)) == []
    assert list(queries.claimed_twice(None, now=NOON)) == []


def test_database_keeps_one_verified_claim_per_number():
    number = make.id_number()
    make.verify(make.user(), id_number=number)
    second = make.claim(make.user(), id_number=number)

    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.filter(pk=second.pk).update(state=VerificationState.MATCH)


@pytest.mark.parametrize("outcome", ["MISMATCH", "NO_RECORD", "SOURCE_DOWN", None])
def test_street_decides_with_the_papers_on_the_table(outcome):
    volunteer, officer = make.volunteer(verified=False), make.officer(DeskRole.STREET)
    claim = make.claim(volunteer.user)
    if outcome:
        answer(claim, Outcome(outcome))

    claim = review(claim, officer)

    volunteer.refresh_from_db()
    assert (claim.state, claim.reviewed_by, claim.level) == ("MATCH", officer, "papers")
    assert volunteer.is_verified


def test_street_rejects_with_a_reason_and_takes_a_false_entry_back():
    volunteer, officer = make.volunteer(), make.officer(DeskRole.STREET)
    claim = queries.latest_verification(volunteer.user)

    claim = review(claim, officer, accept=False, reason="not_the_person")

    volunteer.refresh_from_db()
    assert (claim.state, claim.reason, volunteer.is_verified) == (
        "REJECTED",
        "not_the_person",
        False,
    )
    other = make.claim(make.volunteer(verified=False).user)
    assert review(other, officer, accept=False).reason == "papers"


def test_review_is_for_the_own_street_and_never_for_oneself():
    volunteer = make.volunteer(verified=False)
    claim = make.claim(volunteer.user)
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    make.desk(DeskRole.STREET, street(), user=volunteer.user)
    homeless = make.claim(make.user())
    officer, above = make.officer(DeskRole.STREET), make.officer(DeskRole.CITY, city())

    with refused("not_your_street"):
        review(claim, elsewhere)
    with refused("your_own"):
        review(claim, volunteer.user)
    with refused("not_your_street"):
        review(homeless, officer)
    assert review(homeless, above).state == "MATCH"


def test_resident_is_reviewed_by_the_street_too():
    resident, officer = make.resident(), make.officer(DeskRole.STREET)
    claim = make.claim(resident.user)

    for viewer, seen in [(officer, [claim]), (resident.user, [claim]), (make.user(), [])]:
        assert list(queries.verifications_for(viewer, now=NOON)) == seen
    assert not queries.verifications_for(None, now=NOON).exists()
    assert review(claim, officer).state == "MATCH"


def test_demo_source_gives_every_outcome_by_rule():
    def ask(serial, attempt=1):
        number = make.id_number(serial=serial)
        return realname.source()("王芳", number, "ref", attempt).outcome

    assert [ask(serial) for serial in (1, 901, 902, 903, 904)] == [
        "MATCH",
        "MISMATCH",
        "NO_RECORD",
        "REJECTED",
        "SOURCE_DOWN",
    ]
    assert ask(904, attempt=2) == "MATCH"


def test_worker_asks_what_is_due_and_leaves_what_was_answered(monkeypatch):
    due = make.claim(make.user())
    down = make.claim(make.user(), id_number=make.id_number(serial=904, birth="19800101"))
    later = make.claim(make.user())
    Verification.objects.filter(pk=later.pk).update(next_attempt_at=NOON + timedelta(days=9999))

    jobs.ask_due()
    jobs.ask_source(due.pk)

    states = [Verification.objects.get(pk=claim.pk).state for claim in (due, down, later)]
    assert states == ["MATCH", "SOURCE_DOWN", "WAITING"]


def test_volunteer_comes_of_age_by_night():
    grown = make.volunteer(birth="20080305")
    young = make.volunteer(birth="20100305")
    assert (grown.is_adult, young.is_adult) == (False, False)

    assert actions.come_of_age(now=NOON + timedelta(days=1)) == 1

    grown.refresh_from_db()
    young.refresh_from_db()
    assert (grown.is_adult, young.is_adult) == (True, False)
    assert date.fromisoformat(grown.birth_on) == date(2008, 3, 5)


def test_nightly_job_runs():
    make.volunteer(birth="20080305")

    jobs.expire()

"""Rivals at once, which PostgreSQL alone can prove (GUARDS I8, §4; HOUSE §2)."""

import time
from collections import Counter

import pytest

from accounts import actions, gateways, queries
from accounts.gateways.realname import Answer, Outcome
from accounts.models import CodeUse, Consent, ProxyGrant, Reveal, SignInCode, User, Verification
from accounts.states import DeskRole, Purpose, RevealReason
from kernel.events import _within, subscribe
from tests.conftest import on_postgresql
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.passkeys import HOST, Device, passkey
from tests.factories.regions import city
from tests.refused import outcomes

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
MATCH = Answer(Outcome.MATCH, "demo", "match", "two-factor")


@pytest.fixture
def slow():
    """Make every event take 20 ms within its transaction: a race without work proves nothing."""
    names = ["user.entered", "identity.answered", "consent.given", "resident.revealed"]
    names += ["grant.submitted", "passkey.removed"]
    for name in names:
        subscribe(name, lambda _event, _now: time.sleep(0.02), within=True)
    yield
    for name in names:
        _within[name].pop()


@pytest.mark.parametrize("known", [True, False])
def test_one_code_opens_once_however_many_try(race, mailbox, slow, known):
    address = make.user().phone if known else "13900000001"
    actions.request_code(address=address, ip="", language="en", now=NOON)

    def act(number):
        return actions.enter_with_code(
            address=address, code=mailbox.code, ip=f"192.0.2.{number}", now=NOON
        )

    results = race(20, act)

    assert outcomes(results) == {"done": 1, "code_used": 19}
    assert CodeUse.objects.count() == 1
    assert User.objects.count() == 1


def test_two_codes_of_one_address_open_once_together(race, mailbox, slow):
    for _number in range(2):
        actions.request_code(address="13900000001", ip="", language="en", now=NOON)

    def act(number):
        code = mailbox[number % 2]["code"]
        return actions.enter_with_code(address="13900000001", code=code, ip="", now=NOON)

    assert outcomes(race(8, act))["done"] == 1


def test_one_answer_of_a_passkey_opens_once(race, slow):
    device = Device()
    passkey(make.user(), device=device)
    options, asked = queries.passkey_options(None, host=HOST, now=NOON)
    answer = device.signed(options)

    def act(_number):
        return actions.enter_with_passkey(answer=answer, asked=asked, host=HOST, ip="", now=NOON)

    assert outcomes(race(8, act)) == {"done": 1, "passkey_late": 7}


def test_a_passkey_and_its_copy_do_not_both_open(race, slow):
    device = Device()
    passkey(make.user(), device=device)
    said = []
    for _copy in range(8):
        options, asked = queries.passkey_options(None, host=HOST, now=NOON)
        device.count = 1
        said.append({"answer": device.signed(options), "asked": asked})

    def act(number):
        return actions.enter_with_passkey(**said[number], host=HOST, ip="", now=NOON)

    assert outcomes(race(8, act)) == {"done": 1, "passkey_copied": 7}


def test_staff_who_remove_all_passkeys_at_once_keep_one(race, slow):
    officer = make.officer(DeskRole.REVIEWER)
    kept = [passkey(officer) for _each in range(8)]

    def act(number):
        return actions.remove_passkey(
            passkey=kept[number], passed=True, but="", by=officer, now=NOON
        )

    assert outcomes(race(8, act)) == {"done": 7, "last_second_factor": 1}


def test_guesses_at_once_are_five_guesses(race, mailbox):
    actions.request_code(address="13900000001", ip="", language="en", now=NOON)
    wrong = f"{(int(mailbox.code) + 1) % 10**6:06d}"

    def act(number):
        return actions.enter_with_code(address="13900000001", code=wrong, ip="", now=NOON)

    assert outcomes(race(12, act)) == {"code_wrong": 5, "too_many_tries": 7}
    assert SignInCode.objects.get().tries == 5


def test_codes_asked_for_at_once_stay_within_the_limit(race, monkeypatch):
    sent = []
    monkeypatch.setattr(gateways, "_senders", [lambda **words: sent.append(words)])

    def act(number):
        return actions.request_code(
            address="13900000001", ip=f"192.0.2.{number}", language="en", now=NOON
        )

    assert outcomes(race(12, act)) == {"done": 6, "too_often": 6}
    assert SignInCode.objects.count() == 6


@pytest.mark.parametrize("rivals", [1, 8])
def test_one_number_is_verified_once_and_the_others_hear_of_papers(race, slow, rivals):
    number = make.id_number()
    claims = [make.claim(make.user(), id_number=number) for _ in range(rivals)]

    def act(n):
        return actions.answer_identity(verification=claims[n], answer=MATCH, now=NOON).state

    assert Counter(race(rivals, act)) == Counter({"MATCH": 1, "REJECTED": rivals - 1}) - Counter()
    winner = Verification.objects.get(state="MATCH")
    others = Verification.objects.filter(state="REJECTED")
    assert {(c.reason, c.duplicate_of_id) for c in others} <= {("papers", winner.pk)}


def test_one_claim_is_answered_once(race, slow):
    claim = make.claim(make.user())

    def act(_number):
        return actions.answer_identity(verification=claim, answer=MATCH, now=NOON)

    assert outcomes(race(8, act)) == {"done": 1, "already_answered": 7}


def test_consent_asked_twice_is_one_decision(race, slow):
    person = make.user()

    def act(_number):
        return actions.give_consent(
            subject=person, purpose=Purpose.MATCHING, text_version="1", by=person, now=NOON
        )

    assert outcomes(race(8, act)) == {"done": 8}
    assert Consent.objects.count() == 1


def test_grant_asked_twice_is_one_grant(race, slow):
    resident, proxy = make.resident(), make.user()

    def act(_number):
        return make.grant(resident, proxy=proxy)

    assert outcomes(race(8, act)) == {"done": 1, "grant_exists": 7}
    assert ProxyGrant.objects.count() == 1


def test_quota_of_people_holds_at_once(race, slow, settings):
    settings.HUB_REVEALS_A_DAY = 3
    operator = make.officer(DeskRole.OPERATOR, city())
    people = [make.resident() for _ in range(8)]

    def act(number):
        return actions.reveal(
            resident=people[number],
            field="phone",
            reason=RevealReason.SAFETY,
            by=operator,
            now=NOON,
        )

    assert outcomes(race(8, act)) == {"done": 3, "quota": 5}
    assert Reveal.objects.count() == 3


def test_certificate_claimed_at_once_is_held_by_one(race):
    number = make.id_number(birth="19510203") + "44"
    people = [make.user() for _ in range(8)]
    make.resident()

    def act(n):
        return make.resident(user=people[n], certificate=number, consents=False)

    indexes = [resident.certificate_index for resident in race(8, act)]

    assert sum(index is not None for index in indexes) == 1

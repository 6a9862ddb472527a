"""Signing in by code: once, soon, five tries, and the same work for everybody (GUARDS I8, §4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions, gateways
from accounts.actions import access
from accounts.models import Attempt, CodeUse, SignInCode, User
from kernel.refusals import Conflict
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
PHONE = "13900000001"


def ask(address=PHONE, *, now=NOON, ip="192.0.2.1", **more):
    return actions.request_code(address=address, ip=ip, language="zh-hans", now=now, **more)


def enter(code, address=PHONE, *, now=NOON, ip="192.0.2.1"):
    return actions.enter_with_code(address=address, code=code, ip=ip, now=now)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_code_makes_an_unknown_person_and_finds_a_known_one(mailbox):
    ask("139 0000 0001")
    before = last_event()

    person = enter(mailbox.code)

    assert names_since(before) == ["user.joined", "user.entered"]
    assert (person.phone, person.email) == (PHONE, None)
    assert not person.has_usable_password()
    ask()
    assert enter(mailbox.code) == person


def test_email_opens_an_account_too(mailbox):
    ask("Li@Example.org")

    person = enter(mailbox.code, "li@example.org")

    assert person.email == "li@example.org"
    assert mailbox[-1]["channel"] == "EMAIL"


def test_known_and_unknown_addresses_are_sent_a_code_with_the_same_work(
    mailbox, django_assert_num_queries
):
    person = make.user()

    with CaptureQueriesContext(connection) as unknown:
        ask(PHONE, ip="192.0.2.1")
    with django_assert_num_queries(len(unknown)):
        ask(person.phone, ip="192.0.2.2")

    assert [sent["address"] for sent in mailbox] == [PHONE, person.phone]


def test_neither_address_nor_code_stands_in_the_row(mailbox):
    row = ask()

    kept = " ".join(str(value) for value in SignInCode.objects.filter(pk=row.pk).values_list()[0])
    assert PHONE not in kept
    assert mailbox.code not in {row.code_index, row.address_index}
    assert str(row) == row.ref


def test_code_works_once(mailbox):
    ask()
    enter(mailbox.code)

    with refused("code_used"):
        enter(mailbox.code)
    assert CodeUse.objects.get().nonce == str(CodeUse.objects.get())


def test_code_may_be_typed_in_full_width_digits(mailbox):
    ask()

    assert enter(mailbox.code.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}))


def test_code_ends_after_ten_minutes(mailbox):
    ask()

    with refused("code_expired"):
        enter(mailbox.code, now=NOON + timedelta(minutes=10))
    assert enter(mailbox.code, now=NOON + timedelta(minutes=9, seconds=59))


def test_older_code_stays_good_until_one_of_them_is_used(mailbox):
    ask()
    ask(now=NOON + timedelta(minutes=1))
    old, new = (sent["code"] for sent in mailbox)

    enter(old, now=NOON + timedelta(minutes=2))

    for code in (old, new):
        with refused("code_used"):
            enter(code, now=NOON + timedelta(minutes=2))


def test_code_asked_for_after_a_use_is_a_new_one(mailbox):
    ask()
    enter(mailbox.code)
    ask(now=NOON + timedelta(minutes=1))

    assert enter(mailbox.code, now=NOON + timedelta(minutes=1))


def test_code_of_another_address_opens_nothing(mailbox):
    ask()

    with refused("code_wrong"):
        enter(mailbox.code, "13900000002")


def test_after_five_wrong_tries_the_right_code_is_refused_too(mailbox):
    ask()
    for _number in range(5):
        with refused("code_wrong") as caught:
            enter(wrong(mailbox.code))
        assert caught.value.counted

    with refused("too_many_tries"):
        enter(mailbox.code)
    with refused("too_many_tries"):
        enter(wrong(mailbox.code))
    assert SignInCode.objects.get().tries == 5
    assert not User.objects.exists()


def test_wrong_tries_count_against_every_code_that_was_compared(mailbox):
    ask()
    ask()

    with refused("code_wrong"):
        enter(wrong(mailbox.code))

    assert list(SignInCode.objects.values_list("tries", flat=True)) == [1, 1]


@pytest.mark.parametrize(
    ("most", "change"),
    [
        (access.CODES_PER_ADDRESS, lambda n: {"ip": f"192.0.2.{n}"}),
        (access.CODES_PER_IP, lambda n: {"address": f"139{n:08d}"}),
        (access.CODES_PER_DEVICE, lambda n: {"address": f"139{n:08d}", "ip": f"192.0.2.{n}"}),
    ],
    ids=["address", "ip", "device"],
)
def test_codes_are_limited(mailbox, most, change):
    device = {"device": "browser"} if most == access.CODES_PER_DEVICE else {}
    for number in range(most):
        ask(**change(number), **device)

    with refused("too_often"):
        ask(**change(most), **device)
    assert len(mailbox) == most
    ask(**change(most), **device, now=NOON + timedelta(hours=1))


def test_tries_are_limited_however_many_codes_there_are(mailbox, monkeypatch):
    monkeypatch.setattr(access, "TRIES_PER_ADDRESS", 2)
    ask()
    for _number in range(2):
        with refused("code_wrong"):
            enter(wrong(mailbox.code))

    with refused("too_often"):
        enter(mailbox.code)


def test_nobody_gets_in_when_nobody_carries_codes(mailbox, monkeypatch):
    monkeypatch.setattr(gateways, "_senders", [])

    with pytest.raises(LookupError):
        ask()
    assert not SignInCode.objects.exists()


def test_suspended_person_is_refused_after_the_code_and_the_code_is_not_spent(mailbox):
    person = make.user()
    actions.suspend(user=person, by=None, now=NOON)
    ask(person.phone)

    with refused("cannot_enter"):
        enter(mailbox.code, person.phone)
    assert not CodeUse.objects.exists()


def test_new_address_is_proved_by_a_code(mailbox):
    person = make.user()
    ask("li@example.org")

    actions.change_address(
        user=person, address="li@example.org", code=mailbox.code, ip="", by=person, now=NOON
    )

    person.refresh_from_db()
    assert person.email == "li@example.org"
    ask("li@example.org")
    assert enter(mailbox.code, "li@example.org") == person


def test_address_of_another_account_is_not_taken_over(mailbox):
    person, other = make.user(), make.user()
    ask(other.phone)

    with refused("address_taken"):
        actions.change_address(
            user=person, address=other.phone, code=mailbox.code, ip="", by=person, now=NOON
        )
    with refused("not_yours"):
        actions.change_address(
            user=person, address=other.phone, code=mailbox.code, ip="", by=other, now=NOON
        )


def test_own_address_can_be_proved_again(mailbox):
    person = make.user()
    ask(person.phone)

    actions.change_address(
        user=person, address=person.phone, code=mailbox.code, ip="", by=person, now=NOON
    )

    assert User.objects.get().phone == person.phone


def test_codes_and_counts_of_the_day_before_are_forgotten_and_uses_are_not(mailbox):
    ask()
    enter(mailbox.code)
    assert str(Attempt.objects.first()).endswith(" 1")

    assert actions.forget_tries(now=NOON) == 0
    assert actions.forget_tries(now=NOON + timedelta(days=2)) == 5

    assert CodeUse.objects.count() == 1


def test_limit_says_its_own_code_and_field(mailbox):
    for _number in range(access.CODES_PER_ADDRESS):
        ask()

    with pytest.raises(Conflict) as caught:
        ask()
    assert (caught.value.code, caught.value.field) == ("too_often", "address")

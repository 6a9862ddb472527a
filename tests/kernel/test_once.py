"""Idempotency: one key, one effect, one answer."""

from datetime import timedelta

import pytest

from kernel import idempotency
from kernel.models import IdempotencyKey, Job
from kernel.refusals import Conflict, Invalid
from tests.conftest import on_postgresql
from tests.factories import accounts
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db


def effect() -> dict[str, str]:
    return {"ref": Job.objects.create(kind="effect", made_at=NOON).ref}


def once(by, *, said: str = "a", now=NOON, act=effect):
    return idempotency.once("key", by, said, now=now, act=act)


@pytest.mark.parametrize("known", [True, False], ids=["signed in", "anonymous"])
def test_the_same_key_has_one_effect_and_one_answer(known):
    by = accounts.user() if known else None

    answers = [once(by), once(by)]

    assert answers[0] == answers[1]
    assert Job.objects.filter(kind="effect").count() == 1


def test_two_people_may_use_the_same_key():
    assert once(accounts.user()) != once(accounts.user())


def test_another_request_under_the_same_key_is_refused():
    by = accounts.user()
    once(by)

    with pytest.raises(Conflict) as caught:
        once(by, said="b")

    assert caught.value.code == "key_reused"
    assert Job.objects.filter(kind="effect").count() == 1


def test_after_a_day_the_key_is_free():
    by = accounts.user()
    first = once(by)

    second = once(by, said="b", now=NOON + timedelta(hours=25))

    assert first != second


def test_a_refusal_is_not_kept():
    by = accounts.user()

    def refuse():
        Job.objects.create(kind="effect", made_at=NOON)
        raise Invalid("no", "no")

    with pytest.raises(Invalid):
        once(by, act=refuse)

    assert not Job.objects.filter(kind="effect").exists()
    assert once(by)


def test_a_counted_refusal_keeps_what_was_counted_and_frees_the_key():
    by = accounts.user()

    def count_and_refuse():
        Job.objects.create(kind="effect", made_at=NOON)
        raise Invalid("no", "no", counted=True)

    with pytest.raises(Invalid):
        once(by, act=count_and_refuse)

    assert Job.objects.filter(kind="effect").count() == 1
    assert not IdempotencyKey.objects.exists()


def test_old_keys_are_forgotten():
    once(accounts.user())

    assert idempotency.forget_old(now=NOON + timedelta(hours=23)) == 0
    assert idempotency.forget_old(now=NOON + timedelta(hours=24)) == 1


def test_the_hash_of_a_request_knows_method_path_and_body():
    hashes = {
        idempotency.request_hash(*asked)
        for asked in (
            ("POST", "/a", b"1"),
            ("PUT", "/a", b"1"),
            ("POST", "/b", b"1"),
            ("POST", "/a", b"2"),
        )
    }

    assert len(hashes) == 4


@on_postgresql
def test_fifty_parallel_calls_have_one_effect_and_one_answer(race):
    by = accounts.user()

    answers = race(50, lambda _number: once(by))

    assert len({str(answer) for answer in answers}) == 1
    assert Job.objects.filter(kind="effect").count() == 1

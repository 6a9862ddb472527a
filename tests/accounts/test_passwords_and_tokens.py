"""Passwords, tokens and sessions: what ends them all at once."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY

from accounts import actions, queries
from accounts.actions import access
from kernel.models import Session
from kernel.sessions import SessionStore
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
GOOD = "long enough words"


def enter(person, password):
    return actions.enter_with_password(
        address=person.phone, password=password, ip="192.0.2.1", now=NOON
    )


def token_of(person, **given):
    values = {"name": "my program", "scopes": ["read"], "days": 30, "by": person, "now": NOON}
    return actions.make_token(user=person, **{**values, **given})


def signed_in(person):
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session.create()
    session.save()
    return session


def test_password_opens_the_account():
    person = make.user()
    actions.set_password(user=person, new=GOOD, by=person, now=NOON)
    before = last_event()

    assert enter(person, GOOD) == person
    assert names_since(before) == ["user.entered"]


def test_unknown_address_wrong_password_and_no_password_are_one_answer():
    known, without = make.user(), make.user()
    actions.set_password(user=known, new=GOOD, by=known, now=NOON)
    words = set()

    for address in (known.phone, without.phone, "13999999999"):
        with refused("wrong_password") as caught:
            actions.enter_with_password(address=address, password="x", ip="", now=NOON)
        words.add(caught.value.message)

    assert len(words) == 1


def test_passwords_are_limited(monkeypatch):
    monkeypatch.setattr(access, "TRIES_PER_ADDRESS", 1)
    person = make.user()
    with refused("wrong_password"):
        enter(person, "x")

    with refused("too_often"):
        enter(person, "x")


def test_suspended_person_is_shut_out_until_restored():
    person = make.user()
    actions.set_password(user=person, new=GOOD, by=person, now=NOON)
    actions.suspend(user=person, by=None, now=NOON)

    with refused("cannot_enter"):
        enter(person, GOOD)
    actions.restore(user=person, by=None, now=NOON)
    assert enter(person, GOOD) == person


@pytest.mark.parametrize("weak", ["short", "password123", "1234567890123"])
def test_weak_password_is_refused(weak):
    person = make.user()

    with refused("weak_password"):
        actions.set_password(user=person, new=weak, by=person, now=NOON)
    assert not person.has_usable_password()


def test_tries_of_the_present_password_are_limited(monkeypatch):
    monkeypatch.setattr(access, "TRIES_PER_ADDRESS", 1)
    person = make.user()
    actions.set_password(user=person, new=GOOD, by=person, now=NOON)
    given = {
        "user": person,
        "new": GOOD,
        "entered": None,
        "ip": "192.0.2.1",
        "by": person,
        "now": NOON,
    }
    with refused("wrong_password"):
        actions.change_password(current="x", **given)

    with refused("too_often"):
        actions.change_password(current=GOOD, **given)


def test_token_opens_while_it_lives():
    person = make.user()

    token, secret = token_of(person, scopes=["write", "read"], days=1)

    assert secret.startswith("vh_")
    assert len(secret) == 46
    assert secret not in str(token.__dict__)
    assert (token.name, token.scopes, str(token)) == ("my program", ["read", "write"], token.ref)
    found = queries.token_user(secret, now=NOON)
    assert found == (person, token)
    assert queries.token_user(secret, now=NOON + timedelta(days=1)) is None
    assert queries.token_user("vh_other", now=NOON) is None
    assert list(queries.tokens_of(person)) == [token]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scopes": []}, "bad_scope"),
        ({"scopes": ["read", "everything"]}, "bad_scope"),
        ({"days": 0}, "bad_days"),
        ({"days": 366}, "bad_days"),
    ],
)
def test_token_that_cannot_be_is_refused(given, code):
    person = make.user()

    with refused(code):
        token_of(person, **given)
    assert not person.tokens.exists()


def test_revoked_token_opens_nothing_and_is_revoked_once():
    person = make.user()
    token, secret = token_of(person)

    actions.revoke_token(token=token, by=person, now=NOON)
    before = last_event()
    actions.revoke_token(token=token, by=person, now=NOON)

    assert names_since(before) == []
    assert queries.token_user(secret, now=NOON) is None


def test_own_affairs_are_nobody_elses():
    person, other = make.user(), make.user()
    token, _secret = token_of(person)

    for deed in (
        lambda: actions.set_password(user=person, new=GOOD, by=other, now=NOON),
        lambda: actions.end_sessions(user=person, by=other, now=NOON),
        lambda: token_of(person, by=other),
        lambda: actions.revoke_token(token=token, by=other, now=NOON),
        lambda: actions.set_profile(user=person, name="李四", by=other, now=NOON),
    ):
        with refused("not_yours"):
            deed()


ENDINGS = {
    "sign out everywhere": lambda user: actions.end_sessions(user=user, by=user, now=NOON),
    "password": lambda user: actions.set_password(user=user, new=GOOD, by=user, now=NOON),
    "suspension": lambda user: actions.suspend(user=user, by=None, now=NOON),
    "lost post": lambda user: actions.end_desk(
        desk=make.desk("AUDITOR", user=user), ends_on=NOON.date(), by=None, now=NOON
    ),
    "erasure": lambda user: actions.erase_person(user=user, by=user, now=NOON),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_sessions_and_tokens_end_at_once(end):
    person, other = make.user(), make.user()
    _token, secret = token_of(person)
    signed_in(person)
    stays = signed_in(other)
    hash_before = person.get_session_auth_hash()

    end(person)

    person.refresh_from_db()
    assert person.get_session_auth_hash() != hash_before
    assert queries.token_user(secret, now=NOON) is None
    assert list(Session.objects.values_list("user_id", flat=True)) == [other.pk]
    assert stays.exists(stays.session_key)


def test_token_of_a_suspended_person_opens_nothing_even_if_made_after():
    person = make.user()
    actions.suspend(user=person, by=None, now=NOON)
    _token, secret = token_of(person)

    assert queries.token_user(secret, now=NOON) is None

"""What is sealed: fields, sessions, keys."""

from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from kernel import sessions, startup, vault
from kernel.models import PersonKey, Session
from kernel.sessions import SessionStore
from tests.conftest import sql
from tests.factories import accounts
from tests.factories.accounts import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def raw(column: str, pk: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_user WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


def test_a_sealed_field_opens_on_the_instance_and_is_closed_in_the_database():
    user = accounts.user(name="陈阿婆")

    assert User.objects.get(pk=user.pk).name == "陈阿婆"
    assert "陈阿婆".encode() not in raw("name", user.pk)


def test_cipher_text_moved_elsewhere_does_not_open():
    one, other = accounts.user(name="甲"), accounts.user(name="乙")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET name = %s WHERE id = %s", [raw("name", one.pk), other.pk]
        )

    with pytest.raises(InvalidTag):
        str(User.objects.get(pk=other.pk).name)


def test_clear_text_does_not_pass_the_database():
    user = accounts.user()

    with pytest.raises(IntegrityError):
        sql("UPDATE accounts_user SET name = %s WHERE id = %s", [b"clear text", user.pk])


def bulk_update(user):
    user.name = "x"
    User.objects.bulk_update([user], ["name"])


WRONG_WAYS = {
    "update": lambda _user: User.objects.update(name="x"),
    "expression": lambda _user: User.objects.update(name=F("language")),
    "bulk_update": bulk_update,
    "filter": lambda _user: User.objects.filter(name="x").exists(),
}


@pytest.mark.parametrize("way", WRONG_WAYS.values(), ids=WRONG_WAYS)
def test_a_sealed_field_is_neither_updated_in_bulk_nor_searched(way):
    user = accounts.user()

    with pytest.raises(FieldError):
        way(user)


def test_an_empty_sealed_field_can_be_asked_for():
    user = accounts.user(name="x")

    assert User.objects.filter(name__isnull=False, pk=user.pk).exists()


def test_a_destroyed_key_opens_nothing():
    user = accounts.user(name="甲")
    user.key.destroy(now=NOON)

    with pytest.raises(PersonKey.Destroyed):
        str(User.objects.select_related("key").get(pk=user.pk).name)


def test_a_persons_key_is_wrapped_by_a_master_that_is_not_in_the_database():
    key = PersonKey.new()
    again = PersonKey.objects.get(pk=key.pk)

    assert again.opened() == key.opened()
    assert key.opened() not in bytes(again.wrapped)
    assert bytes(again.wrapped).startswith(b"1:")


def test_signatures_and_blind_indexes():
    signature = vault.sign(b"content")

    assert vault.verify(b"content", signature)
    assert not vault.verify(b"Content", signature)
    assert vault.blind("a", "x") != vault.blind("b", "x")


def test_a_session_is_found_by_its_cookie_only_and_sealed():
    store = SessionStore()
    store["secret"] = "canary-4711"
    store.create()
    row = Session.objects.get()

    assert SessionStore(store.session_key)["secret"] == "canary-4711"
    assert b"canary" not in bytes(row.data)
    assert store.session_key not in row.key_index
    assert store.exists(store.session_key)


def test_an_ended_session_is_gone_and_cannot_be_written_again():
    store = SessionStore()
    store.create()
    key = store.session_key
    store.delete()

    assert SessionStore(key).load() == {}
    store["x"] = 1
    with pytest.raises(UpdateError):
        store.save()
    SessionStore().delete()


def test_sessions_of_a_person_end_all_at_once_and_old_ones_by_the_clock(client):
    user = accounts.user()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    assert Session.objects.get().user_id == user.pk
    assert sessions.end_sessions(user.pk) == 1

    SessionStore().create()
    assert sessions.clear_expired(now=timezone.now()) == 0
    assert sessions.clear_expired(now=timezone.now() + timedelta(days=31)) == 1
    SessionStore.clear_expired()


def of_somebody(user_id: int) -> SessionStore:
    store = SessionStore()
    store[SESSION_KEY], store[sessions.BROWSER] = str(user_id), "EDGE WINDOWS"
    store.save()
    return store


def test_a_session_tells_since_when_and_when_it_was_seen_last(clock):
    began = clock.now
    store, nobody = of_somebody(7), SessionStore()
    nobody.create()
    mine, theirs = Session.objects.filter(user_id=7), Session.objects.filter(user_id=None)

    seen = []
    for minutes in (9, 10, 19, 20):
        clock.now = began + timedelta(minutes=minutes)
        SessionStore(store.session_key).load()
        SessionStore(nobody.session_key).load()
        seen.append((mine.get().seen_at - began).seconds // 60)

    assert seen == [0, 10, 10, 20]
    assert (mine.get().began_at, mine.get().browser) == (began, "EDGE WINDOWS")
    assert theirs.get().seen_at == began
    mine.update(seen_at=None)  # begun before this was noted
    SessionStore(store.session_key).load()
    assert mine.get().seen_at == clock.now


def test_one_session_ends_or_all_but_one(clock):
    keys = [of_somebody(7).session_key for _each in range(4)]
    of_somebody(8)
    refs = [sessions.ref_of(key) for key in keys]
    live = sessions.live_sessions(7, now=clock.now)

    assert [row.ref for row in live] == refs[::-1]
    assert not sessions.live_sessions(7, now=clock.now + timedelta(days=30)).exists()
    assert sessions.end_sessions(7, only=refs[0]) == 1
    assert sessions.end_sessions(8, only=refs[1]) == 0
    assert sessions.end_sessions(7, but=refs[3]) == 2
    assert [row.ref for row in live.all()] == refs[3:]
    assert sessions.live_sessions(8, now=clock.now).count() == 1
    assert sessions.ref_of(None) == ""


def test_a_fresh_session_is_saved_by_creating_it():
    store = SessionStore()
    store["x"] = 1
    store.save()

    assert SessionStore(store.session_key)["x"] == 1


def test_the_platform_may_serve_as_it_stands():
    assert startup.problems() == []
    startup.require()


def test_a_dropped_guard_is_noticed_at_start():
    with connection.cursor() as cursor:
        on = " ON kernel_event" if connection.vendor == "postgresql" else ""
        name = "guard_kernel_event_append_only" + ("" if on else "_delete")
        cursor.execute(f"DROP TRIGGER {name}{on}")

    with pytest.raises(SystemExit, match="changed by hand"):
        startup.require()


def test_without_keys_nothing_starts(settings):
    settings.KEYS = None

    assert "key file is missing" in startup.problems()[0]
    with pytest.raises(RuntimeError):
        vault.blind("a", "x")


def test_a_process_that_forks_has_no_pool(settings):
    settings.DATABASES["default"]["OPTIONS"]["pool"] = True
    try:
        assert any("pool" in problem for problem in startup.problems(forks=True))
    finally:
        del settings.DATABASES["default"]["OPTIONS"]["pool"]

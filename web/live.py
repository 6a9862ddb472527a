"""Live notices: a socket that says "something new, up to cursor n", never what.

The page then fetches its list, which is the truth (``notifications.queries.notices_after``), so that a lost
socket or a lost hint loses nothing. Two ways lead here and may both be open: each web process watches the
notices itself, once a second, only while someone looks; and where there is a channel layer (Redis), whoever
wrote a notice sends a hint through it at once, and the watch becomes the slower safety net.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import aclosing, suppress
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import URLRouter
from django.urls import path
from django.utils import timezone

from notifications import queries
from notifications.gateways.live import has_layer, hints

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds
PERIOD = 1.0  # seconds between two looks at the notices
PERIOD_WITH_LAYER = 5.0  # the layer carries the hints, this finds what it lost
SESSION_PERIOD = 2.0  # seconds between two looks at who may still listen: ended ones are cut in 5 s

NOT_SIGNED_IN, FOREIGN_ORIGIN, SESSION_ENDED = 4401, 4403, 4408


class Watcher:
    """One look for the whole process, shared by all its sockets; it sleeps when there is none."""

    def __init__(self) -> None:
        self.sockets: dict[int, set[NoticeConsumer]] = defaultdict(set)
        self.task: asyncio.Task[None] | None = None

    def join(self, socket: NoticeConsumer) -> None:
        """Hint to ``socket`` from now on; the first one starts the watch."""
        self.sockets[socket.user_id].add(socket)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run())

    def leave(self, socket: NoticeConsumer) -> None:
        """Forget ``socket``; the last one ends the watch."""
        mine = self.sockets[socket.user_id]
        mine.discard(socket)
        if not mine:
            del self.sockets[socket.user_id]

    async def _run(self) -> None:
        """Watch, and listen to the layer meanwhile, until nobody is left."""
        listening = asyncio.create_task(self._listen()) if has_layer() else None
        try:
            await self._watch()
        finally:
            if listening:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    async def _listen(self) -> None:
        """Pass on the hints of the layer; while it is away the watch alone has to do."""
        while True:
            try:
                async with aclosing(hints()) as stream:
                    async for user_id, cursor in stream:
                        await self._hint(user_id, cursor)
            except Exception as error:  # noqa: BLE001 (whatever ails the layer: join it again)
                logger.warning("the layer cannot be heard: %s", type(error).__name__)
            await asyncio.sleep(PERIOD_WITH_LAYER)

    async def _hint(self, user_id: int, cursor: int) -> None:
        for socket in list(self.sockets.get(user_id, ())):
            await socket.hint(cursor)

    async def _watch(self) -> None:
        """Look until nobody listens. Nothing that goes wrong with the database or a socket ends it."""
        seen: dict[int, int] | None = None
        notices_due = sessions_due = 0.0
        while self.sockets:
            now = asyncio.get_running_loop().time()
            try:
                if now >= notices_due:
                    notices_due = now + (PERIOD_WITH_LAYER if has_layer() else PERIOD)
                    seen = await self._tell_new(seen)
                if now >= sessions_due:
                    sessions_due = now + SESSION_PERIOD
                    await self._cut_ended()
            except Exception as error:  # noqa: BLE001 (the database may be away: look again)
                logger.warning("the watch could not look: %s", type(error).__name__)
            await asyncio.sleep(TICK)

    async def _tell_new(self, seen: dict[int, int] | None) -> dict[int, int]:
        """Hint to everybody who has a notice that was not there at the last look.

        At the first look, to everybody: a notice may have come after a socket read its cursor.
        """
        newest: dict[int, int] = await database_sync_to_async(queries.newest_notices)()
        cursors: dict[int, int] = {}
        for key, user_id in newest.items():
            if seen is None or key not in seen:
                cursors[user_id] = max(key, cursors.get(user_id, 0))
        for user_id, cursor in cursors.items():
            await self._hint(user_id, cursor)
        return newest

    async def _cut_ended(self) -> None:
        """Close the sockets whose session has ended, or whose person may not listen any more."""
        sockets = [socket for mine in self.sockets.values() for socket in mine]
        alive, hashes = await database_sync_to_async(_standing)(
            [socket.session_key for socket in sockets], list(self.sockets)
        )
        for socket in sockets:
            may = hashes.get(socket.user_id) == socket.session_hash
            if socket.session_key not in alive or not may:
                await socket.close(SESSION_ENDED)


def _standing(keys: list[str], user_ids: list[int]) -> tuple[set[str], dict[int, str]]:
    now = timezone.now()
    return queries.sessions_alive(keys, now=now), queries.session_hashes(user_ids)


watcher = Watcher()


class NoticeConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # Channels is untyped
    """A browser that waits for notices. It is told nothing but a cursor, and nothing it says is heard."""

    channel_layer_alias = "none"  # the watch listens to the layer, once for all sockets
    user_id = 0
    session_key = ""
    session_hash = ""
    is_watched = False

    async def connect(self) -> None:
        """Accept a signed-in person of our own pages, and hint once: what came before is not missed."""
        if not _is_our_page(self.scope):
            await self.close(FOREIGN_ORIGIN)
            return
        user, session = self.scope["user"], self.scope["session"]
        if not user.is_authenticated:
            await self.close(NOT_SIGNED_IN)
            return
        self.user_id = user.pk
        self.session_key = str(session.session_key)
        self.session_hash = user.get_session_auth_hash()
        await self.accept()
        watcher.join(self)
        self.is_watched = True
        await self.hint(await database_sync_to_async(queries.cursor_of)(user))

    async def hint(self, cursor: int) -> None:
        """Say that there is something up to ``cursor``; a socket that just went is not an error."""
        with suppress(RuntimeError, ConnectionError):
            await self.send_json({"type": "notices", "cursor": cursor})

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 (Channels')
        """Leave the watch."""
        if self.is_watched:
            watcher.leave(self)

    async def receive(self, *_args: Any, **_kwargs: Any) -> None:
        """Ignore whatever a client says."""


def _is_our_page(scope: dict[str, Any]) -> bool:
    """Say whether the page that opens the socket came from this very host and port.

    Cookies do not tell ports apart, and browsers let any page open a socket to anywhere.
    """
    headers = dict(scope["headers"])
    origin, host = headers.get(b"origin", b""), headers.get(b"host", b"")
    return bool(host) and origin in {b"http://" + host, b"https://" + host}


sockets = AuthMiddlewareStack(URLRouter([path("ws/notices/", NoticeConsumer.as_asgi())]))

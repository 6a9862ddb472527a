"""Hints to the web processes, through the channel layer when there is one.

Without a layer nothing is sent: each web process watches the notices itself (``web.live``). A hint may be
lost; the database with a cursor is the truth, so a layer that is down costs nobody a notice. All processes
hear all hints, which say whose inbox has something new and nothing else.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "notices"
PATIENCE = 2.0  # seconds for the layer to do anything


def has_layer() -> bool:
    """Say whether hints go through a channel layer."""
    return get_channel_layer() is not None


def hint(user_id: int, cursor: int) -> None:
    """Tell all web processes that there is something for this person, up to ``cursor``."""
    layer = get_channel_layer()
    if layer is None:
        return
    message = {"type": "notices.new", "user_id": user_id, "cursor": cursor}

    async def send() -> None:
        await asyncio.wait_for(layer.group_send(GROUP, message), PATIENCE)

    try:
        async_to_sync(send)()
    except Exception as error:  # noqa: BLE001 (whatever ails the layer, the notice is there)
        logger.warning("no hint sent: %s", type(error).__name__)


async def hints() -> AsyncGenerator[tuple[int, int], None]:
    """Yield (whose, cursor) of every hint from now on; raises when the layer cannot be joined."""
    layer = get_channel_layer()
    channel = await asyncio.wait_for(layer.new_channel(), PATIENCE)
    await asyncio.wait_for(layer.group_add(GROUP, channel), PATIENCE)
    try:
        while True:
            message = await layer.receive(channel)
            yield message["user_id"], message["cursor"]
    finally:
        with suppress(Exception):
            await asyncio.wait_for(layer.group_discard(GROUP, channel), PATIENCE)

"""Hints to the sockets of other processes, through the channel layer when there is one.

Without a layer nothing is sent: each web process watches the notices itself (``web.live``). A hint may be
lost; the database with a cursor is the truth, so a layer that is down costs nobody a notice.
"""

import asyncio
import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds for the layer to take a hint


def group_of(user_id: int) -> str:
    """Return the name of the group of a person's sockets."""
    return f"notices.{user_id}"


def has_layer() -> bool:
    """Say whether hints go through a channel layer."""
    return get_channel_layer() is not None


def hint(user_id: int, cursor: int) -> None:
    """Tell the person's sockets, in all processes, that there is something up to ``cursor``."""
    layer = get_channel_layer()
    if layer is None:
        return

    async def send() -> None:
        message = {"type": "notices.new", "cursor": cursor}
        await asyncio.wait_for(layer.group_send(group_of(user_id), message), PATIENCE)

    try:
        async_to_sync(send)()
    except Exception as error:  # noqa: BLE001 (whatever ails the layer, the notice is there)
        logger.warning("no hint sent: %s", type(error).__name__)

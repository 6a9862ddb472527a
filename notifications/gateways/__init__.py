"""Doors to the outside: an adapter for each channel, named by the settings ``HUB_SMS`` and ``HUB_EMAIL``.

A provider that hangs is given up after ``HUB_PROVIDER_SECONDS``; whatever goes wrong is ``GatewayDown``,
and the message is tried again later. ``request_id`` is the same at every try, so that a provider can tell
a second try from a second message.
"""

import threading
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import Protocol, cast

from django.conf import settings

from notifications.states import Channel


class GatewayDown(Exception):
    """The provider did not take the message: it is tried again later."""


class Adapter(Protocol):
    """Whoever can carry a message."""

    def __call__(self, *, address: str, words: str, request_id: str) -> str:
        """Hand it over; return the provider's own id of it. Anything raised means: not taken."""


def adapter(channel: Channel) -> Adapter:
    """Return the adapter that the settings name for ``channel``."""
    path = settings.HUB_SMS if channel == Channel.SMS else settings.HUB_EMAIL
    module, _dot, name = path.rpartition(".")
    return cast("Adapter", getattr(import_module(module), name))


def send(*, channel: Channel, address: str, words: str, request_id: str) -> str:
    """Hand a message over; returns the provider's id. Raises ``GatewayDown``, in bounded time."""
    carry = adapter(channel)
    answers: SimpleQueue[str | Exception] = SimpleQueue()

    def hand_over() -> None:
        try:
            answers.put(carry(address=address, words=words, request_id=request_id))
        except Exception as error:  # noqa: BLE001 (a provider's client may raise anything)
            answers.put(error)

    # A thread of its own, which may hang for good without holding the worker up.
    threading.Thread(target=hand_over, daemon=True, name=f"send-{request_id}").start()
    try:
        answer = answers.get(timeout=settings.HUB_PROVIDER_SECONDS)
    except Empty:
        raise GatewayDown("timeout") from None
    if isinstance(answer, Exception):
        raise GatewayDown(type(answer).__name__) from answer
    return answer[:60]

"""Doors to the outside. Who carries a code is said by a higher room (notifications) at start."""

from collections.abc import Callable
from datetime import datetime

Sender = Callable[..., object]

_senders: list[Sender] = []


def register_sender(sender: Sender) -> None:
    """Let ``sender(channel=, address=, code=, language=, now=)`` carry sign-in codes.

    It is called inside the action's transaction and must only write what is to be sent, sealed.
    """
    _senders[:] = [sender]


def send_code(*, channel: str, address: str, code: str, language: str, now: datetime) -> None:
    """Hand a code over; raises ``LookupError`` when nobody carries codes, since nobody could get in."""
    if not _senders:
        raise LookupError("no sender of sign-in codes is registered")
    _senders[0](channel=channel, address=address, code=code, language=language, now=now)

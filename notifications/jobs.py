"""Time-driven work of this room. The outside is called here, between two short transactions."""

import logging
import time
from contextlib import suppress

from django.utils import timezone

from kernel.models import PersonKey
from kernel.refusals import Conflict
from notifications import actions, gateways, queries
from notifications.models import Dispatch
from notifications.states import Channel

logger = logging.getLogger(__name__)

SECONDS = 10.0  # of one run: with one provider's patience on top, shorter than the queue's timeout
BATCH = 50


def send_due() -> int:
    """Send the messages that are due, for a bounded time; returns how many were tried here."""
    end = time.monotonic() + SECONDS
    tried = 0
    for dispatch in queries.due_messages(now=timezone.now())[:BATCH]:
        if time.monotonic() > end:
            break  # what is left is swept in a minute
        if actions.claim_message(dispatch=dispatch, now=timezone.now()):
            tried += 1
            with suppress(Conflict):  # a lease ran out, and another sender has the say
                _send(dispatch)
    return tried


def _send(dispatch: Dispatch) -> None:
    now = timezone.now()
    if dispatch.expires_at and dispatch.expires_at <= now:
        actions.give_up(dispatch=dispatch, why="expired", now=now)
        return
    try:
        address, words = str(dispatch.address), str(dispatch.words)
    except PersonKey.Destroyed:
        actions.give_up(dispatch=dispatch, why="erased", now=now)
        return
    try:
        gateway_id = gateways.send(
            channel=Channel(dispatch.channel),
            address=address,
            words=words,
            request_id=dispatch.ref,
        )
    except gateways.GatewayDown as error:
        logger.warning("message %s not taken: %s", dispatch.ref, error)
        actions.note_failed(dispatch=dispatch, why=str(error), now=timezone.now())
        return
    actions.note_sent(dispatch=dispatch, gateway_id=gateway_id, now=timezone.now())


def remind() -> None:
    """Remind of what comes near, and of papers that run out."""
    now = timezone.now()
    actions.remind(now=now)
    actions.mention_expiring(now=now)


def forget() -> None:
    """Forget codes that ran out, and the words of old messages."""
    actions.forget_messages(now=timezone.now())

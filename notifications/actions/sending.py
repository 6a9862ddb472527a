"""What becomes of messages: claimed, sent or tried again, forgotten. The outside is called in between,
by ``jobs``, never in a transaction."""

from datetime import datetime

from django.db import transaction

from kernel.transitions import move
from notifications import events, rules
from notifications.models import Dispatch
from notifications.states import DispatchState


def claim_message(*, dispatch: Dispatch, now: datetime) -> bool:
    """Take a message that is due for the length of a lease; False if another was faster.

    A message is sent at least once: killed between the provider's yes and our note of it, it goes out
    again under the same request id.
    """
    won = Dispatch.objects.filter(
        pk=dispatch.pk,
        state=DispatchState.WAITING,
        attempts=dispatch.attempts,
        send_at__lte=now,
    ).update(attempts=dispatch.attempts + 1, send_at=now + rules.LEASE)
    dispatch.attempts += won
    return bool(won)


@transaction.atomic
def note_sent(*, dispatch: Dispatch, gateway_id: str, now: datetime) -> Dispatch:
    """Write down that the provider took it. Raises ``Conflict`` when another sender was faster."""
    move(
        dispatch,
        DispatchState.SENT,
        event=events.MESSAGE_SENT,
        by=None,
        at=now,
        sent_at=now,
        gateway_id=gateway_id,
    )
    return dispatch


@transaction.atomic
def note_failed(*, dispatch: Dispatch, why: str, now: datetime) -> Dispatch:
    """Try again later, each time after twice as long; at last the message has FAILED."""
    again = rules.try_again_at(attempts=dispatch.attempts, now=now)
    if again is None or (dispatch.expires_at and again >= dispatch.expires_at):
        return give_up(dispatch=dispatch, why=why, now=now)
    # Only under the newest claim: whoever overtook us decides.
    Dispatch.objects.filter(
        pk=dispatch.pk, state=DispatchState.WAITING, attempts=dispatch.attempts
    ).update(send_at=again)
    return dispatch


@transaction.atomic
def give_up(*, dispatch: Dispatch, why: str, now: datetime) -> Dispatch:
    """Say that a message will not be sent, and why. Raises ``Conflict`` when another was faster."""
    move(
        dispatch,
        DispatchState.FAILED,
        event=events.MESSAGE_FAILED,
        by=None,
        at=now,
        data={"why": why},
    )
    return dispatch


@transaction.atomic
def try_message_again(*, dispatch: Dispatch, now: datetime) -> Dispatch:
    """Have a failed message sent once more, by the platform's operator. Raises ``Conflict``."""
    move(
        dispatch,
        DispatchState.WAITING,
        event=events.MESSAGE_TRIED_AGAIN,
        by=None,
        at=now,
        attempts=0,
        send_at=now,
    )
    return dispatch


def forget_messages(*, now: datetime) -> int:
    """Forget what was written: codes after ten minutes, with their keys; all else after 30 days.

    That a message was sent stays on record. Returns how many were forgotten.
    """
    written = Dispatch.objects.filter(words__isnull=False)
    codes = written.filter(expires_at__lte=now).select_related("key")
    forgotten = 0
    for row in list(codes):
        with transaction.atomic():
            if row.state == DispatchState.WAITING:
                give_up(dispatch=row, why="expired", now=now)
            row.key.destroy(now=now)
            forgotten += Dispatch.objects.filter(pk=row.pk).update(address=None, words=None)
    old = written.filter(made_at__lte=now - rules.KEPT).exclude(state=DispatchState.WAITING)
    return forgotten + old.update(address=None, words=None)

"""The runner of deliveries: claim by compare-and-swap, then effect and DONE in one transaction.

Killed anywhere, it loses nothing: before the second commit neither effect nor DONE is there, and the
delivery is due again when its lease ends. Too slow, it does nothing twice: DONE is written only under
the claim that is still the newest one.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kernel.events import HANDLERS
from kernel.models import Delivery, DeliveryState

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # longer than the queue's timeout, and than any handler may take
MOST_ATTEMPTS = 12  # about a day and a half
SECONDS = 15.0  # of one run: shorter than the queue's timeout, what is left is swept later
MOST = 1000  # of one run
BATCH = 50


class Overtaken(Exception):
    """The lease ended and someone else claimed the delivery: this attempt must leave no trace."""


def _backoff(attempts: int) -> timedelta:
    return timedelta(seconds=min(2**attempts * 15, 6 * 3600))


def claim(delivery: Delivery, *, now: datetime) -> bool:
    """Take ``delivery`` for the length of a lease; False if another was faster."""
    won = Delivery.objects.filter(
        pk=delivery.pk,
        status=DeliveryState.WAITING,
        attempts=delivery.attempts,
        next_attempt_at__lte=now,
    ).update(attempts=delivery.attempts + 1, next_attempt_at=now + LEASE)
    delivery.attempts += won
    return bool(won)


def _still_mine(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        pk=delivery.pk, status=DeliveryState.WAITING, attempts=delivery.attempts
    )


@transaction.atomic
def _take_effect(delivery: Delivery, now: datetime) -> None:
    HANDLERS[delivery.handler](delivery.event, now)
    if not _still_mine(delivery).update(status=DeliveryState.DONE):
        raise Overtaken


def deliver(delivery: Delivery, *, now: datetime) -> None:
    """Run the handler of a claimed delivery; what fails is tried again later, at last put aside."""
    try:
        _take_effect(delivery, now)
    except Overtaken:
        logger.warning("delivery %s overtaken", delivery.pk)
    except Exception:
        logger.exception("delivery %s failed, attempt %s", delivery.pk, delivery.attempts)
        last = delivery.attempts >= MOST_ATTEMPTS
        _still_mine(delivery).update(
            status=DeliveryState.FAILED if last else DeliveryState.WAITING,
            next_attempt_at=now + _backoff(delivery.attempts),
        )


def run_due(
    *, clock: Callable[[], datetime] = timezone.now, seconds: float = SECONDS, most: int = MOST
) -> int:
    """Deliver what is due by ``clock``, oldest event first; return how many were claimed here.

    Ends after ``most`` deliveries, and begins none after ``seconds`` of real time: a run that the
    queue kills would leave its last delivery to wait for the end of a lease.
    """
    end = time.monotonic() + seconds
    claimed = 0
    while claimed < most:
        due = Delivery.objects.filter(status=DeliveryState.WAITING, next_attempt_at__lte=clock())
        page = due.select_related("event").order_by("event_id", "pk")
        before = claimed
        for delivery in page[: min(BATCH, most - claimed)]:
            if time.monotonic() >= end:
                return claimed
            if claim(delivery, now=clock()):
                claimed += 1
                deliver(delivery, now=clock())
        if claimed == before:
            break
    return claimed

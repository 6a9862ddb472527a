"""Time-driven work of the kernel itself: deliveries, the seal, what has run out."""

from django.utils import timezone

from kernel import deliveries, idempotency, seal, sessions


def sweep() -> None:
    """Deliver what is due (the wake-up of a commit may have been lost), and seal the ledger."""
    deliveries.run_due()
    seal.seal_new()


def tidy() -> None:
    """Forget sessions and idempotency keys that have run out."""
    now = timezone.now()
    sessions.clear_expired(now=now)
    idempotency.forget_old(now=now)

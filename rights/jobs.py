"""Time-driven work of this room."""

from django.utils import timezone

from rights.actions.deciding import close_settled


def close_old() -> None:
    """Close decided cases whose time for a review is over."""
    close_settled(now=timezone.now())

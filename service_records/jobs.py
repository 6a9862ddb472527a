"""Time-driven work of this room."""

from django.utils import timezone

from service_records import actions


def force_close() -> None:
    """Close services that nobody checked out of."""
    actions.force_close_open(now=timezone.now())

"""Time-driven work of this room."""

from django.utils import timezone

from organizations import actions


def close_past() -> None:
    """Close shifts that are over."""
    actions.close_past_shifts(now=timezone.now())

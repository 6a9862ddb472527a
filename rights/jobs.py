"""Time-driven work of this room."""

from django.utils import timezone

from rights import actions


def close_old() -> None:
    """Close decided cases whose time for a review is over."""
    actions.close_settled(now=timezone.now())


def note_overdue() -> None:
    """Announce cases and incidents whose clock has run out."""
    now = timezone.now()
    actions.note_overdue_cases(now=now)
    actions.note_overdue_incidents(now=now)

"""Time-driven work of this room."""

from django.utils import timezone

from matching import actions


def expire_offers() -> None:
    """Let unanswered offers expire; their events ask the next wave."""
    actions.expire_offers(now=timezone.now())


def close_past() -> None:
    """Close openings that are over."""
    actions.close_past_openings(now=timezone.now())


def post_day() -> None:
    """Write the new day of the posting table."""
    actions.post_day(now=timezone.now())


def post_all() -> int:
    """Make the posting table anew."""
    return actions.post_all(now=timezone.now())

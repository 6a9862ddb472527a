"""Time-driven work of this room."""

from django.utils import timezone

from help_requests import actions


def plan_ahead() -> None:
    """Plan the coming visits of every weekly series."""
    actions.plan_ahead(now=timezone.now())

"""Whatever happened below: those whom it concerns are told."""

from datetime import datetime

from kernel.models import Event
from notifications import actions


def on_event(event: Event, now: datetime) -> None:
    """Tell of one event, by the table ``events.HEARD``."""
    actions.tell_of(event=event, now=now)

"""What happened below, and in this room itself: each event leads to one action on the present state."""

from datetime import datetime

from accounts.models import User
from help_requests.models import Visit
from kernel.models import Event
from matching import actions
from matching.models import Offer, Opening
from organizations.models import Shift


def on_visit_planned(event: Event, now: datetime) -> None:
    """A visit is planned: somebody is needed, and the first are asked."""
    opening = actions.open_for_visit(visit=Visit.objects.get(pk=event.subject_id), now=now)
    if opening:
        actions.send_wave(opening=opening, now=now)


def on_visit_changed(event: Event, now: datetime) -> None:
    """A visit was moved or called off: the opening follows, or refuses (within)."""
    actions.follow_visit(visit=Visit.objects.get(pk=event.subject_id), now=now)


def on_shift_published(event: Event, now: datetime) -> None:
    """A shift is open: volunteers can apply."""
    actions.open_for_shift(shift=Shift.objects.get(pk=event.subject_id), now=now)


def on_shift_changed(event: Event, now: datetime) -> None:
    """A shift was changed or called off: the opening follows, or refuses (within)."""
    actions.follow_shift(shift=Shift.objects.get(pk=event.subject_id), now=now)


def on_offer_ended(event: Event, now: datetime) -> None:
    """An offer was declined or ran out: when it was the last of its wave, the next are asked."""
    offer = Offer.objects.select_related("opening").get(pk=event.subject_id)
    actions.send_wave(opening=offer.opening, now=now)


def on_opening_reopened(event: Event, now: datetime) -> None:
    """A place is free: the next in line has it, else the next wave is asked."""
    opening = Opening.objects.get(pk=event.subject_id)
    actions.promote(opening=opening, now=now)
    actions.send_wave(opening=opening, now=now)


def on_opening_cancelled(event: Event, now: datetime) -> None:
    """It is called off: offers, applications and tasks end."""
    actions.clear_cancelled(opening=Opening.objects.get(pk=event.subject_id), now=now)


def on_person_gone(event: Event, now: datetime) -> None:
    """Somebody is forgotten or shut out: nothing waits for them any more."""
    if event.subject_type == User._meta.label_lower:
        actions.let_go(volunteer=User.objects.get(pk=event.subject_id), now=now)


def on_volunteer_stopped(event: Event, now: datetime) -> None:
    """Somebody may not help any more (suspended, or the guardian says no): nothing waits for them."""
    actions.let_go(volunteer=User.objects.get(volunteer=event.subject_id), now=now)

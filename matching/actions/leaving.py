"""Somebody leaves, or may not help any more: nothing waits for them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.transitions import move
from matching import events
from matching.actions.places import give_back, lock_opening
from matching.models import Application, Assignment, Offer
from matching.states import ApplicationState, AssignmentState, OfferState


@transaction.atomic
def let_go(*, volunteer: User, now: datetime) -> None:
    """End the offers, applications and tasks to come of who was erased, shut out or suspended, or whose
    guardian says no; their places are free at once.

    A service under way goes on to its end. Asked again, nothing happens twice.
    """
    for offer in Offer.objects.filter(volunteer=volunteer, state=OfferState.SENT):
        move(offer, OfferState.WITHDRAWN, event=events.OFFER_WITHDRAWN, by=None, at=now)
    waiting = [ApplicationState.SENT, ApplicationState.WAITING]
    for row in Application.objects.filter(volunteer=volunteer, state__in=waiting):
        move(row, ApplicationState.LAPSED, event=events.APPLICATION_LAPSED, by=None, at=now)
    live = Assignment.objects.filter(volunteer=volunteer, state=AssignmentState.LIVE)
    for task in live.order_by("opening"):
        opening = lock_opening(task.opening_id)
        move(
            task,
            AssignmentState.CANCELLED,
            event=events.ASSIGNMENT_CANCELLED,
            by=None,
            at=now,
            ended_at=now,
        )
        give_back(opening=opening, by=None, now=now)

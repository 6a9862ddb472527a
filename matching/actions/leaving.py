"""Somebody leaves, may not help any more, or not here: nothing waits for them."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Block, Credential, User
from accounts.states import BlockSide
from kernel.transitions import move
from matching import events, queries
from matching.actions.places import give_back, lock_opening, lock_openings, lock_volunteers
from matching.actions.wished import end_wish
from matching.models import Application, Assignment, Offer, Opening, Wished
from matching.states import ApplicationState, AssignmentState, OfferState, OpeningState


def _take_back(offers: QuerySet[Offer], *, now: datetime) -> None:
    """Withdraw those of ``offers`` that wait for an answer; whom to ask instead is looked at at once."""
    keys = set(offers.filter(state=OfferState.SENT).values_list("opening", flat=True))
    lock_openings(keys)  # an answer that came first is not overtaken
    for offer in offers.filter(state=OfferState.SENT).order_by("pk"):
        move(offer, OfferState.WITHDRAWN, event=events.OFFER_WITHDRAWN, by=None, at=now)
    needs = Opening.objects.filter(pk__in=keys, state=OpeningState.OPEN, visit__isnull=False)
    needs.update(next_wave_at=now)


@transaction.atomic
def let_go(*, volunteer: User, now: datetime) -> None:
    """End the offers, applications and tasks to come of who was erased, shut out or suspended, or whose
    guardian says no; their places are free at once.

    A service under way goes on to its end. Asked again, nothing happens twice.
    """
    _take_back(Offer.objects.filter(volunteer=volunteer), now=now)
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


@transaction.atomic
def keep_apart(*, block: Block, now: datetime) -> None:
    """Take back what was offered to the volunteer of a new block with its resident, and end the resident's
    own wish for them. Who says yes at the same moment comes before the block, or is refused by it.

    A wish stands on when the volunteer's side does not want to: that it ended would tell. It moves nothing,
    since the block is a hard rule. Tasks that were agreed stand on as well; each side can call them off.
    """
    user = block.volunteer.user_id
    offers = Offer.objects.filter(
        volunteer=user, opening__visit__request__resident=block.resident_id
    )
    _take_back(offers, now=now)
    lock_volunteers([user])
    if block.side == BlockSide.RESIDENT:
        for wished in Wished.objects.filter(
            resident=block.resident_id, volunteer=user, ended_at__isnull=True
        ):
            end_wish(wished, by=block.made_by, now=now)


@transaction.atomic
def lose_paper(*, credential: Credential, now: datetime) -> None:
    """Take back the offers that ask for a paper which the volunteer holds no longer; asked again, nothing
    happens twice."""
    user = credential.volunteer.user
    asking = Offer.objects.filter(volunteer=user, state=OfferState.SENT)
    lost = [
        offer.pk
        for offer in asking.select_related("opening__visit__request")
        if "credential_missing"
        in {reason.code for reason in queries.why_not(offer.opening, user, now=now)}
    ]
    _take_back(Offer.objects.filter(pk__in=lost), now=now)

"""Places of an opening: locked, taken, given back. Everything that competes for one passes here."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User, VolunteerProfile
from help_requests import actions as requests
from help_requests.states import VisitState
from kernel.events import record
from kernel.guards import refused_by
from kernel.refusals import Conflict
from kernel.transitions import move
from matching import events
from matching.guards import NO_OVERLAP
from matching.models import Application, Assignment, Offer, Opening
from matching.queries.visible import SOURCES
from matching.states import ApplicationState, OfferState, OpeningState

# How each database names the constraint.
ONE_PLACE = (
    "assignment_one_per_volunteer",
    "matching_assignment.opening_id, matching_assignment.volunteer_id",
)


def lock_opening(pk: int, *beside: str) -> Opening:
    """Return the opening, locked: rivals for its places queue here, each then sees what it waited for.

    It comes with all it was made from, or with only what is named in ``beside``.
    """
    return (
        Opening.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*(beside or (*SOURCES, "organization")))
        .get(pk=pk)
    )


def lock_openings(keys: Collection[int]) -> None:
    """Lock these openings, always in the same order."""
    rows = Opening.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk", flat=True))


def lock_volunteer(user: User) -> None:
    """Lock the volunteer's own row, after the opening: rivals for her time queue here."""
    VolunteerProfile.objects.select_for_update(no_key=True).only("pk").get(user=user)


def lock_volunteers(users: Collection[int]) -> None:
    """Lock the rows of these volunteers (the users' keys), after the opening and always in the same order."""
    rows = VolunteerProfile.objects.select_for_update(no_key=True).filter(user__in=users)
    list(rows.order_by("pk").values_list("pk", flat=True))


def take_place(
    *,
    opening: Opening,
    volunteer: User,
    by: User | None,
    now: datetime,
    offer: Offer | None = None,
    application: Application | None = None,
) -> Assignment:
    """Give ``volunteer`` a place of the locked ``opening``; the last one fills it.

    When it fills, the other offers are withdrawn and the visit is matched. Raises ``Conflict``
    (``overlap``, ``filled``, ``already_applied``) when the database itself knows better.
    """
    try:
        with transaction.atomic():
            assignment = Assignment.objects.create(
                opening=opening,
                volunteer=volunteer,
                offer=offer,
                application=application,
                made_at=now,
                made_by=by,
            )
    except IntegrityError as error:
        if refusal := _refusal(refused_by(error)):
            raise refusal from None
        raise
    record(events.ASSIGNMENT_MADE, subject=assignment, by=by, at=now)
    opening.refresh_from_db(fields=["filled"])
    if opening.is_full:
        _fill(opening, by=by, now=now)
    return assignment


def _refusal(rule: str) -> Conflict | None:
    """Return what is said when this guard or constraint refuses a place; None for what nobody foresaw."""
    if rule == NO_OVERLAP:
        return Conflict("overlap", _("You have another service at that time."))
    if rule == "opening_never_over_filled":
        return Conflict("filled", _("Somebody else was faster. Thank you for your answer."))
    if rule in ONE_PLACE:  # gone already, and back before it began
        return Conflict("already_applied", _("You have a place here already."))
    return None


def _fill(opening: Opening, *, by: User | None, now: datetime) -> None:
    move(opening, OpeningState.FULL, event=events.OPENING_FILLED, by=by, at=now, next_wave_at=None)
    withdraw_offers(opening=opening, now=now)
    if opening.visit and opening.visit.state == VisitState.PLANNED:
        requests.mark_visit_matched(visit=opening.visit, by=by, now=now)


def withdraw_offers(*, opening: Opening, now: datetime) -> None:
    """Take back every offer that still waits, with a thank-you by notice."""
    for offer in Offer.objects.filter(opening=opening, state=OfferState.SENT):
        move(offer, OfferState.WITHDRAWN, event=events.OFFER_WITHDRAWN, by=None, at=now)


def lapse_applications(*, opening: Opening, now: datetime) -> None:
    """End every application that still waits."""
    waiting = [ApplicationState.SENT, ApplicationState.WAITING]
    for application in Application.objects.filter(opening=opening, state__in=waiting):
        move(application, ApplicationState.LAPSED, event=events.APPLICATION_LAPSED, by=None, at=now)


def give_back(*, opening: Opening, by: User | None, now: datetime) -> None:
    """A place of the locked ``opening`` was lost: it opens again, and so does its visit. Who was told that
    nobody was left to ask is told anew, should it be so again."""
    opening.refresh_from_db(fields=["filled"])
    if opening.state != OpeningState.FULL or opening.is_full:
        return
    move(
        opening,
        OpeningState.OPEN,
        event=events.OPENING_REOPENED,
        by=by,
        at=now,
        next_wave_at=now,
        escalated_at=None,
        raises_at=None,
        widening=None,
    )
    if opening.visit and opening.visit.state == VisitState.MATCHED:
        requests.mark_visit_open_again(visit=opening.visit, by=by, now=now)

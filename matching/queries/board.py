"""The dispatcher's board: the open needs of an area, and what was tried for each so far."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from accounts.models import User
from help_requests.states import Urgency
from matching.models import Offer, Opening
from matching.queries.visible import openings_for
from matching.states import OfferState, OpeningState
from regions.models import Region

_PRESSING = Case(
    When(urgency=Urgency.URGENT, then=Value(0)),
    When(urgency=Urgency.SOON, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
# By what the board can be ordered; equals come in the order of their keys.
ORDERS = {
    "start": (F("starts_at").asc(),),
    "urgency": (_PRESSING.asc(), F("starts_at").asc()),
    "age": (F("opened_at").asc(),),
    "gap": ((F("places") - F("filled")).desc(), F("starts_at").asc()),
}


class Tried(NamedTuple):
    """How many are asked now, and how many have said no."""

    asked: int = 0
    refused: int = 0


def open_needs(viewer: User | None, *, now: datetime) -> QuerySet[Opening]:
    """Return the visits of the viewer's area that lie ahead and have a place left."""
    return openings_for(viewer, now=now).filter(
        visit__isnull=False, state=OpeningState.OPEN, starts_at__gt=now
    )


def sifted(
    needs: QuerySet[Opening],
    *,
    urgency: str = "",
    region: Region | None = None,
    nobody_asked: bool = False,
    escalated: bool = False,
    order: str = "",
) -> QuerySet[Opening]:
    """Return those of ``needs`` that are looked for, ordered by one of ``ORDERS``."""
    if urgency:
        needs = needs.filter(urgency=urgency)
    if region:
        needs = needs.filter(region__path__startswith=region.path)
    if nobody_asked:
        asked = Offer.objects.filter(opening=OuterRef("pk"), state=OfferState.SENT)
        needs = needs.filter(~Exists(asked))
    if escalated:
        needs = needs.filter(escalated_at__isnull=False)
    return needs.order_by(*ORDERS[order or "start"], "pk")


def tried(openings: Iterable[Opening]) -> dict[int, Tried]:
    """Return what was tried for each of these openings, by key; nothing for whom nobody was asked for."""
    sent, declined = Q(state=OfferState.SENT), Q(state=OfferState.DECLINED)
    counted = (
        Offer.objects.filter(opening__in=[opening.pk for opening in openings])
        .values_list("opening")
        .annotate(asked=Count("pk", filter=sent), refused=Count("pk", filter=declined))
        .order_by()
    )
    return {key: Tried(asked, refused) for key, asked, refused in counted}


def points(needs: QuerySet[Opening], *, most: int) -> list[tuple[float, float]]:
    """Return where ``needs`` are, ``most`` of them; what is done from afar is nowhere."""
    placed = needs.filter(lat__isnull=False, lng__isnull=False)
    return [(lat or 0.0, lng or 0.0) for lat, lng in placed.values_list("lat", "lng")[:most]]

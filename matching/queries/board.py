"""The dispatcher's board: the open needs of an area, what was tried for each, and one person against one."""

from collections.abc import Iterable, Sequence
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

from accounts.models import User, VolunteerProfile
from help_requests.states import Urgency
from matching import rules
from matching.engine.order import worth
from matching.engine.score import Parts
from matching.models import Offer, Opening
from matching.queries.against import against
from matching.queries.facts import need_of
from matching.queries.visible import line_of, live_assignments, openings_for, why_not
from matching.queries.weights import parameters_now
from matching.states import OfferState, OpeningState
from regions.models import Region

_PRESSING = Case(
    When(urgency=Urgency.URGENT, then=Value(0)),
    When(urgency=Urgency.SOON, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
DEEPEST = 100  # so far down the list a place is looked for

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
    by_hand: bool = False,
    place: str = "",
    order: str = "",
) -> QuerySet[Opening]:
    """Return those of ``needs`` that are looked for, ordered by one of ``ORDERS``; ``place`` names one of
    them, where the others have to be."""
    if urgency:
        needs = needs.filter(urgency=urgency)
    if region:
        needs = needs.filter(region__path__startswith=region.path)
    if nobody_asked:
        asked = Offer.objects.filter(opening=OuterRef("pk"), state=OfferState.SENT)
        needs = needs.filter(~Exists(asked))
    if escalated:
        needs = needs.filter(escalated_at__isnull=False, automatic=True)
    if by_hand:
        needs = needs.filter(automatic=False)
    if place:
        there = needs.filter(ref=place)
        needs = needs.filter(lat__in=there.values("lat"), lng__in=there.values("lng"))
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


def offers_of(opening: Opening) -> QuerySet[Offer]:
    """Return who was asked for the opening, first asked first; for who fills it by hand."""
    return opening.offers.select_related("volunteer__volunteer").order_by("pk")


def worth_of(opening: Opening) -> dict[str, float]:
    """Return what each part of a score is worth for this opening, by name; they sum to one."""
    return dict(zip(Parts._fields, worth(need_of(opening), parameters_now()), strict=True))


class Verdict(NamedTuple):
    """One person against one need: a place held, the newest offer, every hard rule in the way in words; for
    who can be asked, the place in the list, 1 = first, and what speaks against it in words. The place is None
    beyond ``DEEPEST``, and for who is not in it.
    """

    holds_place: bool
    offer: Offer | None
    reasons: list[str]
    place: int | None = None
    against: Sequence[str] = ()

    @property
    def can_go(self) -> bool:
        """Say whether they are among those who can be asked."""
        return not (self.holds_place or self.offer or self.reasons)


def verdict(opening: Opening, person: VolunteerProfile, *, now: datetime) -> Verdict:
    """Return what stands between ``person`` and ``opening``, or how soon they would be asked.

    It is said in words only: which side does not want the other is nobody's to know.
    """
    if live_assignments(opening).filter(volunteer=person.user_id).exists():
        return Verdict(holds_place=True, offer=None, reasons=[])
    offer = opening.offers.filter(volunteer=person.user_id).order_by("-pk").first()
    found = why_not(opening, person.user, now=now)
    words = rules.words_of(found)
    said = Verdict(holds_place=False, offer=offer, reasons=words)
    if not said.can_go:
        return said
    for place, one in enumerate(line_of(opening, now=now, top=DEEPEST), start=1):
        if one.id == person.user_id:
            profiles = {one.id: person}
            found = against(opening, [one], profiles, parameters_now(), now=now)[one.id]
            words = rules.words_of(found)
            return said._replace(place=place, against=words)
    return said

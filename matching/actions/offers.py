"""The platform asks, a volunteer answers."""

from datetime import datetime

from django.db import transaction

from accounts.models import User, VolunteerProfile
from kernel.events import record
from kernel.transitions import move
from matching import events, queries, rules
from matching.actions.places import lock_opening, lock_volunteer, take_place
from matching.actions.willing import pause_kind
from matching.engine.daytime import expiry
from matching.models import Assignment, Offer, Opening
from matching.queries import Invited
from matching.states import OfferState, OpeningState


def ask_volunteer(opening: Opening, one: Invited, *, by: User | None, now: datetime) -> Offer:
    """Write the offer of the locked ``opening`` to somebody, with why they were chosen and what was known."""
    candidate, guess = one.candidate, one.guess
    urgency = rules.urgency_of(opening=opening, now=now)
    offer = Offer.objects.create(
        opening=opening,
        volunteer_id=candidate.id,
        wave=opening.wave,
        reasons=[[r.code, round(r.value, 3), dict(r.facts)] for r in candidate.reasons],
        distance_m=candidate.distance_m,
        sent_by=by,
        sent_at=now,
        expires_at=expiry(now, starts_at=opening.starts_at, urgency=urgency),
        chance=guess.chance,
        explored=one.explored,
        propensity=one.propensity,
        features=guess.features._asdict(),
    )
    record(events.OFFER_SENT, subject=offer, by=by, at=now, wave=opening.wave)
    return offer


@transaction.atomic
def send_offer(*, opening: Opening, volunteer: User, by: User, now: datetime) -> Offer:
    """Ask this volunteer, picked by hand; the same hard rules hold.

    Raises ``NotAllowed`` (``not_your_area``), ``Conflict`` (``opening_closed``, ``filled``,
    ``does_not_fit``).
    """
    opening = lock_opening(opening.pk)
    rules.check_dispatches(may=queries.may_dispatch(by, opening, now=now))
    rules.check_open(opening=opening, now=now)
    rules.check_place_left(opening=opening)
    standing = opening.offers.filter(volunteer=volunteer, state=OfferState.SENT).first()
    if standing:
        return standing
    rules.check_fits(reasons=queries.why_not(opening, volunteer, now=now))
    one = queries.invited_by_hand(opening, volunteer, now=now)
    return ask_volunteer(opening, one, by=by, now=now)


def offer_to(
    *, opening: int, volunteer: User, by: User | None, now: datetime
) -> tuple[Offer | None, list[str]]:
    """Ask a volunteer whom a plan proposed for the opening (its key), if it still holds; else the codes of
    what has come between. Called in the transaction of whoever carries the plan out."""
    locked = lock_opening(opening)
    asked = locked.offers.filter(volunteer=volunteer).exclude(state=OfferState.WITHDRAWN)
    waiting = locked.offers.filter(state=OfferState.SENT).count()
    if locked.state != OpeningState.OPEN or locked.starts_at <= now:
        return None, ["opening_closed"]
    if not locked.automatic:
        return None, ["by_hand"]
    if asked.exists() or locked.filled + waiting >= locked.places:
        return None, ["asked_already"]
    profile = VolunteerProfile.objects.get(user=volunteer)
    against = queries.why_not(locked, volunteer, now=now)
    if against := [*against, *queries.unwished(locked, [profile], now=now)[volunteer.pk]]:
        return None, [reason.code for reason in against]
    locked.wave += 1
    one = queries.invited_by_hand(locked, volunteer, now=now)
    offer = ask_volunteer(locked, one, by=by, now=now)
    locked.next_wave_at = queries.next_end(locked, now=now)
    locked.save(update_fields=["wave", "next_wave_at"])
    return offer, []


@transaction.atomic
def accept_offer(*, offer: Offer, by: User, now: datetime) -> Assignment:
    """Accept ``offer``: take a place, and withdraw the other offers when the last place is gone. What
    changed since the offer was sent counts as it is now, but the volunteer's own limits.

    Raises ``NotAllowed`` (``not_your_offer``) or ``Conflict`` (``offer_answered``, ``offer_expired``,
    ``opening_closed``, ``filled``, ``overlap``, ``does_not_fit``).
    """
    # Rivals queue here, then at the volunteer's own row.
    opening = lock_opening(offer.opening_id, "visit__request__key")
    lock_volunteer(by)
    offer.refresh_from_db(fields=["state", "expires_at"])
    clash = queries.overlapping(volunteer=by, opening=opening)
    rules.check_accept(offer=offer, opening=opening, clash=clash, by=by, now=now)
    rules.check_own_yes(reasons=queries.why_not(opening, by, now=now))
    move(offer, OfferState.ACCEPTED, event=events.OFFER_ACCEPTED, by=by, at=now, answered_at=now)
    return take_place(opening=opening, volunteer=by, offer=offer, by=by, now=now)


@transaction.atomic
def decline_offer(
    *, offer: Offer, reason: str, by: User, now: datetime, pause_days: int = 0
) -> Offer:
    """Say no, with a reason; it costs nothing, and the next are asked. For ``pause_days`` nobody asks for
    this kind of service again.

    Raises ``NotAllowed`` (``not_your_offer``), ``Invalid`` (``reason_missing``, ``bad_days``), ``Conflict``.
    """
    code = rules.check_decline(offer=offer, reason=reason, pause_days=pause_days, by=by)
    move(
        offer,
        OfferState.DECLINED,
        event=events.OFFER_DECLINED,
        by=by,
        at=now,
        answered_at=now,
        decline_reason=code,
    )
    if pause_days:
        pause_kind(user=by, category=offer.opening.category, days=pause_days, now=now)
    return offer


@transaction.atomic
def extend_offer(*, offer: Offer, by: User, now: datetime) -> Offer:
    """Give the volunteer two more hours, once. Raises ``NotAllowed``, ``Conflict`` (``offer_expired``,
    ``no_more_time``)."""
    opening = lock_opening(offer.opening_id)
    offer.refresh_from_db(fields=["state", "expires_at", "extended_at"])
    offer.expires_at = rules.check_extend(offer=offer, by=by, now=now)
    offer.extended_at = now
    offer.save(update_fields=["expires_at", "extended_at"])
    record(events.OFFER_EXTENDED, subject=offer, by=by, at=now)
    Opening.objects.filter(pk=opening.pk, next_wave_at__lt=offer.expires_at).update(
        next_wave_at=queries.next_end(opening, now=now)
    )
    return offer


def expire_offers(*, now: datetime, most: int = 500) -> int:
    """Let offers that nobody answered in time expire; silence costs no one anything. Returns how many."""
    due = Offer.objects.filter(state=OfferState.SENT, expires_at__lte=now).order_by("expires_at")
    expired = 0
    for offer in due[:most]:
        with transaction.atomic():
            lock_opening(offer.opening_id, "visit")  # an answer that came first is not overtaken
            offer.refresh_from_db(fields=["state", "expires_at"])
            if offer.state == OfferState.SENT and offer.expires_at <= now:
                move(offer, OfferState.EXPIRED, event=events.OFFER_EXPIRED, by=None, at=now)
                expired += 1
    return expired

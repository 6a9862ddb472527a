"""Whom to ask next for one need, how many, and how sure that makes it (ENGINE §4)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from accounts.models import User, VolunteerProfile
from matching import rules
from matching.engine import Candidate, scored
from matching.engine.daytime import time_left
from matching.engine.waves import Chosen, Hopeful, chance_filled, choose, may_ask, still, target
from matching.models import Assignment, Offer, Opening
from matching.queries.chances import Guess, Past, guesses, pasts, with_chances
from matching.queries.facts import need_of, people_of
from matching.queries.posting_sql import Asked
from matching.queries.search import Found, found_of
from matching.queries.weights import parameters_now
from matching.queries.willing import duties_at
from matching.states import OfferState

MOST_URGENT = 4
TOP = 60  # so many are looked at; more when that is not enough
MOST = 300


class Invited(NamedTuple):
    """Somebody to ask now, with all that is kept of the choice."""

    candidate: Candidate
    guess: Guess
    explored: bool = False
    propensity: float | None = None


class Wave(NamedTuple):
    """Whom to ask now. ``is_sure``: they and the open offers fill the places as surely as one wave has to;
    if not, nobody else could be asked now, ``capped`` people who were asked too often of late apart."""

    invited: list[Invited]
    is_sure: bool
    capped: bool


def asked_for(opening: Opening, *, now: datetime) -> Asked:
    """Return what is looked for when the platform itself asks."""
    urgency = rules.urgency_of(opening=opening, now=now)
    return Asked(need_of(opening), parameters_now(), only_willing=True, urgency=urgency)


def taken(opening: Opening) -> set[int]:
    """Return the profiles that are not asked (again): who was asked already, or had a place."""
    offers = Offer.objects.filter(opening=opening).exclude(state=OfferState.WITHDRAWN)
    gone = Q(user__in=offers.values("volunteer"))
    gone |= Q(user__in=Assignment.objects.filter(opening=opening).values("volunteer"))
    return profiles_of(gone)


def profiles_of(which: Q) -> set[int]:
    """Return the keys of the profiles that are meant."""
    return set(VolunteerProfile.objects.filter(which).values_list("pk", flat=True))


def next_wave(opening: Opening, *, now: datetime) -> Wave:
    """Return whom to ask now so that the open offers and theirs fill the places surely enough; nobody when
    the open ones do so already."""
    asked = asked_for(opening, now=now)
    urgency = asked.urgency
    left = time_left(now, starts_at=opening.starts_at, urgency=urgency)
    chances = open_chances(opening, now=now)
    places = opening.places - opening.filled
    if chance_filled(chances, places) >= target(left):
        return Wave([], is_sure=True, capped=False)
    seen, hopeful, known = taken(opening), list[Hopeful](), dict[int, tuple[Candidate, Guess]]()
    while True:
        found = found_of(asked, top=TOP, now=now, without=seen)
        seen |= profiles_of(Q(user__in=[one.candidate.id for one in found]))
        first = _first_in_line(opening, found, urgency=urgency, now=now)
        for one, guess, past in _guessed(asked, found, now=now):
            known[one.id] = one, guess
            counted = one.id, one.score, guess.chance, past.day, past.week, one.tie
            hopeful.append(Hopeful(*counted, is_first=one.id in first))
        chosen = choose(
            hopeful, chances, places, time_left=left, urgency=urgency, key=_key(opening)
        )
        all_chances = [*chances, *(one.chance for one in chosen)]
        is_sure = chance_filled(all_chances, places) >= target(left)
        if is_sure or len(found) < TOP or len(hopeful) >= MOST:
            capped = len(chosen) < len(hopeful)
            return Wave([_invited(one, known) for one in chosen], is_sure, capped)


def _first_in_line(
    opening: Opening, found: Sequence[Found], *, urgency: int, now: datetime
) -> Collection[int]:
    """Return who is asked first whatever the score: for what is urgent, those who can go now."""
    if urgency < MOST_URGENT:
        return ()
    return duties_at(opening.starts_at, [one.candidate.id for one in found], now=now)


def _invited(one: Chosen, known: dict[int, tuple[Candidate, Guess]]) -> Invited:
    candidate, guess = known[int(one.id)]
    return Invited(candidate, guess, one.explored, one.propensity)


def _guessed(
    asked: Asked, found: Sequence[Found], *, now: datetime
) -> list[tuple[Candidate, Guess, Past]]:
    candidates = [one.candidate for one in found]
    past = pasts([one.id for one in candidates], now=now)
    guessed = guesses(
        asked.need,
        [one.person for one in found],
        candidates,
        past=past,
        urgency=asked.urgency,
        now=now,
    )
    return [(one, guess, past[one.id]) for one, guess in zip(candidates, guessed, strict=True)]


def open_chances(opening: Opening, *, now: datetime) -> list[float]:
    """Return how likely each open offer still is to be answered yes; of offers of before that was known,
    and of those that are running out, nothing is hoped."""
    rows = Offer.objects.filter(opening=opening, state=OfferState.SENT).order_by("pk")
    return [
        still(chance or 0.0, sent_at=sent, expires_at=expires, now=now)
        for chance, sent, expires in rows.values_list("chance", "sent_at", "expires_at")
    ]


def next_end(opening: Opening, *, now: datetime) -> datetime | None:
    """Return when the first of the open offers runs out, if any is open."""
    waiting = Offer.objects.filter(opening=opening, state=OfferState.SENT, expires_at__gt=now)
    return waiting.order_by("expires_at").values_list("expires_at", flat=True).first()


def invited_by_hand(opening: Opening, volunteer: User, *, now: datetime) -> Invited:
    """Return what is kept of asking ``volunteer``, whom a person or a plan picked and who can go."""
    need, parameters = need_of(opening), parameters_now()
    urgency = rules.urgency_of(opening=opening, now=now)
    pool = VolunteerProfile.objects.filter(user=volunteer)
    facts = people_of(need, pool, now=now)
    people = with_chances(need, facts, parameters, urgency=urgency, now=now)
    [candidate] = candidates = scored(need, people, parameters)
    past = pasts([volunteer.pk], now=now)
    [guess] = guesses(need, people, candidates, past=past, urgency=urgency, now=now)
    return Invited(candidate, guess)


def rested(users: Collection[int], *, urgency: int, now: datetime) -> set[int]:
    """Return who of ``users`` can be asked once more today and this week."""
    past = pasts(users, now=now)
    return {
        user
        for user in users
        if may_ask(
            Hopeful(user, 0.0, 0.0, past[user].day, past[user].week, ""),
            urgency,
        )
    }


def _key(opening: Opening) -> str:
    """Return what decides the random part of the next wave; in the demo the same for the same seed."""
    if settings.HUB_TIES is None:
        return f"{opening.ref}:{opening.wave + 1}"
    place = f"{opening.starts_at} {opening.lat} {opening.lng}"
    return f"{settings.HUB_TIES} {place}:{opening.wave + 1}"

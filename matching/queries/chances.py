"""How likely people are to say yes to an offer: by the newest model, else by the plain rate.

What is known of an offer when it is made (``engine.acceptance.Features``) is gathered here, in two queries
whatever the number of people, and kept with the offer: that is what the next model learns from.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from matching.engine import Candidate, Need, Parameters, Person, scored
from matching.engine.acceptance import Features, Model, predict, prior
from matching.engine.problem import LOCAL
from matching.models import AcceptanceModel, Offer, Proposal
from matching.states import OfferState

DAY, WEEK = timedelta(days=1), timedelta(days=7)
HOUR = timedelta(hours=1)
LEARNS_FROM = timedelta(days=180)
MOST_LEARNED = 100_000  # offers, the newest
ANSWERED = (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED)
# Where people are thought of without a need: an ordinary one, not far away, the day after tomorrow.
ORDINARY = Features(
    score=0.6,
    km=2.0,
    hours_ahead=48.0,
    hour=10,
    weekday=2,
    hours=2.0,
    urgency=2,
    recent_notices=0,
    recent_services=0,
    past_yes=0,
    past_asked=0,
    skill="none",
)


class Past(NamedTuple):
    """Of one person: offers that were answered yes, out of all that were answered or ran out; and notices
    that the platform sent, by itself or as a plan that was accepted, within 24 hours and 7 days."""

    yes: int = 0
    answered: int = 0
    day: int = 0
    week: int = 0


class Guess(NamedTuple):
    """What is known when somebody is asked, and how likely a yes is thought."""

    features: Features
    chance: float


def model_now() -> Model:
    """Return what predicts now: the model of last night, or the usual rate before there is one."""
    last = AcceptanceModel.objects.first()
    return Model.of(last.weights) if last else prior([])


def pasts(users: Collection[int], *, now: datetime) -> dict[int, Past]:
    """Return the past of each of ``users``."""
    planned = Proposal.objects.filter(volunteer__in=users, offer__isnull=False)
    by_itself = Q(sent_by=None) | Q(pk__in=planned.values("offer"))
    rows = (
        Offer.objects.filter(volunteer__in=users)
        .values_list("volunteer")
        .annotate(
            yes=Count("pk", filter=Q(state=OfferState.ACCEPTED)),
            answered=Count("pk", filter=Q(state__in=ANSWERED)),
            day=Count("pk", filter=by_itself & Q(sent_at__gt=now - DAY)),
            week=Count("pk", filter=by_itself & Q(sent_at__gt=now - WEEK)),
        )
        .order_by()
    )
    return {user: Past() for user in users} | {user: Past(*counts) for user, *counts in rows}


def features_of(
    need: Need, person: Person, candidate: Candidate, past: Past, *, urgency: int, now: datetime
) -> Features:
    """Return what is known of asking ``person`` now; the score without what the chance gives to it."""
    starts = need.when.start.astimezone(LOCAL)
    above = any(person.skills.get(code, 0) > level for code, level in need.skills.items())
    score = candidate.score - candidate.parts["likely"]
    return Features(
        score=min(max(round(score, 6), 0.0), 1.0),
        km=round((candidate.distance_m or 0) / 1000, 3),
        hours_ahead=round(max((need.when.start - now) / HOUR, 0.0), 2),
        hour=starts.hour,
        weekday=starts.weekday(),
        hours=min(need.minutes / 60, 24.0),
        urgency=urgency,
        recent_notices=person.asked,
        recent_services=person.served,
        past_yes=past.yes,
        past_asked=past.answered,
        skill="none" if not need.skills else "above" if above else "just",
    )


def guesses(
    need: Need,
    people: Sequence[Person],
    candidates: Sequence[Candidate],
    *,
    past: dict[int, Past],
    urgency: int,
    now: datetime,
) -> list[Guess]:
    """Return for each of ``people``, scored as ``candidates`` in the same order, what is known and how
    likely a yes is."""
    rows = [
        features_of(need, person, candidate, past[person.id], urgency=urgency, now=now)
        for person, candidate in zip(people, candidates, strict=True)
    ]
    return [Guess(*one) for one in zip(rows, predict(model_now(), rows), strict=True)]


def with_chances(
    need: Need, people: Sequence[Person], parameters: Parameters, *, urgency: int, now: datetime
) -> Sequence[Person]:
    """Return ``people`` with how likely each is to say yes, where that weighs at all."""
    if not parameters.likely:
        return people
    past = pasts([person.id for person in people], now=now)
    found = guesses(
        need, people, scored(need, people, parameters), past=past, urgency=urgency, now=now
    )
    return [
        replace(person, acceptance=guess.chance)
        for person, guess in zip(people, found, strict=True)
    ]


def usual_chances(
    asked: dict[int, int], served: dict[int, int], past: dict[int, Past], users: Sequence[int]
) -> dict[int, float]:
    """Return how likely each of ``users`` is to say yes to an ordinary offer; ``asked`` and ``served``:
    recent notices and services by user."""
    rows = [
        ORDINARY._replace(
            recent_notices=asked.get(user, 0),
            recent_services=served.get(user, 0),
            past_yes=past[user].yes,
            past_asked=past[user].answered,
        )
        for user in users
    ]
    return dict(zip(users, predict(model_now(), rows), strict=True))


def answers_of_late(*, now: datetime) -> tuple[list[Features], list[bool]]:
    """Return what was known of the offers of the last 180 days and whether each was answered yes, in the
    order in which they were made. Silence is a no; who was thanked before they answered says nothing."""
    rows = Offer.objects.filter(
        state__in=ANSWERED, features__isnull=False, sent_at__gte=now - LEARNS_FROM
    ).order_by("-sent_at", "-pk")
    features, answers = [], []
    for known, state in reversed(rows.values_list("features", "state")[:MOST_LEARNED]):
        if known and known.keys() == set(Features._fields):  # of another version: not comparable
            features.append(Features(**known))
            answers.append(state == OfferState.ACCEPTED)
    return features, answers

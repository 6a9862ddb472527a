"""The platform asks by itself: wave after wave, by day, until it is sure enough; else the office is told."""

from datetime import datetime, timedelta

from django.db import transaction

from kernel.events import record
from matching import events, queries, rules
from matching.actions.offers import ask_volunteer
from matching.actions.places import lock_opening, lock_volunteers
from matching.engine.daytime import asks_at, last_answer, next_morning
from matching.models import Offer, Opening
from matching.states import OpeningState

RAISED_AFTER = timedelta(hours=4)  # without anybody found, or half the time that is left


@transaction.atomic
def send_wave(*, opening: Opening, now: datetime) -> list[Offer]:
    """Ask as many of the best as make it sure enough that they and the open offers fill the places that are
    left (``engine.waves``); nobody when the open offers do so already.

    By night it waits for the morning. When nobody is left to ask, or the resident wants a person to choose,
    the dispatcher is told, once, with what would find more people (``opening.escalated``). Shifts are applied
    for.
    """
    opening = lock_opening(opening.pk)
    if opening.state != OpeningState.OPEN or opening.starts_at <= now or opening.visit is None:
        return []
    offers: list[Offer] = []
    if opening.automatic:
        offers = _ask(opening, now=now)
    else:
        opening.next_wave_at = None
        if queries.next_end(opening, now=now) is None:
            _escalate(opening, now=now)
    opening.save(update_fields=["wave", "next_wave_at", "escalated_at", "raises_at", "widening"])
    return offers


def _ask(opening: Opening, *, now: datetime) -> list[Offer]:
    """Ask the next, and know when to look again."""
    urgency, starts_at = rules.urgency_of(opening=opening, now=now), opening.starts_at
    opening.next_wave_at = asks_at(now, starts_at=starts_at, urgency=urgency)
    if opening.next_wave_at > now:
        if opening.next_wave_at >= last_answer(starts_at):
            _escalate(opening, now=now)  # by morning it is too late
        return []
    wave = queries.next_wave(opening, now=now)
    users = [one.candidate.id for one in wave.invited]
    lock_volunteers(users)
    able = queries.rested(users, urgency=urgency, now=now)  # whom no other need was faster to ask
    opening.wave += bool(able)
    offers = [
        ask_volunteer(opening, one, by=None, now=now)
        for one in wave.invited
        if one.candidate.id in able
    ]
    morning = next_morning(now)
    moments = [queries.next_end(opening, now=now), None if wave.is_sure else morning]
    opening.next_wave_at = min((at for at in moments if at), default=None)
    is_late = morning >= last_answer(starts_at)
    if len(able) < len(users):
        opening.next_wave_at = now
    elif not wave.is_sure and (is_late or not wave.capped):
        _escalate(opening, now=now)
    return offers


def _escalate(opening: Opening, *, now: datetime) -> None:
    """Tell the dispatcher of the locked ``opening``, once, and say when the office above is told."""
    if opening.escalated_at is not None:
        return
    opening.escalated_at = now
    opening.raises_at = now + min(RAISED_AFTER, (opening.starts_at - now) / 2)
    opening.widening = queries.widening(opening, now=now) if opening.automatic else None
    record(events.OPENING_ESCALATED, subject=opening, by=None, at=now, above=False)


def ask_again(*, now: datetime, most: int = 200) -> int:
    """Ask for the needs that are to be looked at again by now, and tell the office above of those for which
    nobody was found; returns how many were looked at."""
    waiting = Opening.objects.filter(
        state=OpeningState.OPEN, visit__isnull=False, starts_at__gt=now
    )
    due = list(waiting.filter(next_wave_at__lte=now).order_by("next_wave_at", "pk")[:most])
    for opening in due:
        send_wave(opening=opening, now=now)
    late = list(waiting.filter(raises_at__lte=now).order_by("raises_at", "pk")[:most])
    for opening in late:
        _raise(opening, now=now)
    return len(due) + len(late)


@transaction.atomic
def _raise(opening: Opening, *, now: datetime) -> None:
    opening = lock_opening(opening.pk)
    if opening.state == OpeningState.OPEN and opening.raises_at:
        opening.raises_at = None
        opening.save(update_fields=["raises_at"])
        record(events.OPENING_ESCALATED, subject=opening, by=None, at=now, above=True)

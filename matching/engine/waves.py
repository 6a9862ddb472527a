"""Whom to ask next, how many, and until when: pure, plain Python, for one need at a time (ENGINE §4).

Whoever is notified is less likely to answer the next notice (Manshadi and Rodilitz, Management Science 2022),
so that few are asked, each answer plans anew (van den Berg et al. 2026: replace each who rejects), and who
was asked of late stands back (Manshadi et al., SmartSort). Some are drawn at random and kept with their
chance of being drawn, so that a later model can be judged (Shi et al.).
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from matching.engine.daytime import lives, share_left
from matching.engine.errors import BadProblem
from matching.engine.parameters import USUAL_ASKING, Asking

TIRED_BY = 2.0  # so many notices take away half of the freshness that is left


class Hopeful(NamedTuple):
    """Somebody who can go and was not asked yet for this need.

    ``score`` and ``chance`` (of a yes when asked now) in [0, 1]; notices of the last 24 hours and 7 days, for
    whatever need; ``tie`` is stable and unguessable, and orders equals. Who ``is_first`` goes before the
    others, and before what is drawn at random.
    """

    id: int | str
    score: float
    chance: float
    notices_day: int
    notices_week: int
    tie: str
    is_first: bool = False


class Chosen(NamedTuple):
    """Somebody to ask now. ``propensity``: how likely this draw was, given those drawn before it;
    ``explored``: it came out of the random part."""

    id: int | str
    chance: float
    explored: bool
    propensity: float


def fatigue(notices_day: int, notices_week: int) -> float:
    """Return how tired of notices somebody is, in [0, 1]: 1 − 2^(−n/2), where those of the last 24 hours
    count double. It saturates: one this week .29, one today .5, three this week .65."""
    return float(1.0 - 0.5 ** ((notices_day + notices_week) / TIRED_BY))


def chance_filled(chances: Iterable[float], places: int) -> float:
    """Return the chance that at least ``places`` of independent people say yes (Poisson-binomial, exact by
    adding one person after the other)."""
    short = _nobody(places)
    for chance in chances:
        _add(short, chance)
    return _filled(short)


def still(
    chance: float,
    *,
    sent_at: datetime,
    expires_at: datetime,
    now: datetime,
    asking: Asking = USUAL_ASKING,
) -> float:
    """Return the chance that an open offer counts with: who is silent longer is less likely to say yes, so
    that it falls to nothing by the time the offer expires. Without that, a model that promises too much
    leaves needs waiting for people who will not come."""
    return chance * share_left(now, sent_at=sent_at, expires_at=expires_at, asking=asking)


def _nobody(places: int) -> list[float]:
    """Return the chances of 0, 1, … ``places`` − 1 yeses when nobody was asked."""
    return [1.0, *[0.0] * (places - 1)] if places > 0 else []


def _add(short: list[float], chance: float) -> None:
    for yeses in range(len(short) - 1, 0, -1):
        short[yeses] += chance * (short[yeses - 1] - short[yeses])
    if short:
        short[0] *= 1.0 - chance


def _filled(short: list[float]) -> float:
    return min(1.0, max(0.0, 1.0 - math.fsum(short)))


def target(time_left: timedelta, asking: Asking = USUAL_ASKING) -> float:
    """Return how sure one wave is to be of filling what is left, so that all that still fit into
    ``time_left`` are as sure together as ``asking.sure``."""
    waves = max(1, time_left // lives(time_left, asking))
    return float(1.0 - (1.0 - asking.sure) ** (1.0 / min(waves, asking.waves)))


def choose(
    candidates: Sequence[Hopeful],
    open_chances: Sequence[float],
    places: int,
    *,
    time_left: timedelta,
    urgency: int,
    asking: Asking = USUAL_ASKING,
    key: str,
) -> list[Chosen]:
    """Return whom to ask now, in order: as many as make it sure enough (``target``) that they and the open
    offers (``open_chances``: see ``still``) fill the ``places`` that are left; none when they do so already.

    Nobody passes the caps (but for urgent needs). The order of ``candidates`` changes nothing; ``key`` (need
    and wave, say) decides the random part, the same key always the same way. Raises ``BadProblem``.
    """
    _check(candidates, open_chances)
    may = [one for one in candidates if may_ask(one, urgency, asking)]
    may.sort(key=lambda one: _order(one, asking))
    short, goal = _nobody(places), target(time_left, asking)
    for chance in open_chances:
        _add(short, chance)
    found: list[Chosen] = []
    while may and _filled(short) < goal:
        drawn, which = _draw(f"{key}:{len(found)}")
        share = 0.0 if may[0].is_first else asking.explore
        explored = drawn < share
        at = int(which * len(may)) if explored else 0
        propensity = share / len(may) + (0.0 if at else 1.0 - share)
        one = may.pop(at)
        _add(short, one.chance)
        found.append(Chosen(one.id, one.chance, explored, propensity))
    return found


def within_caps(day: int, week: int, asking: Asking = USUAL_ASKING) -> bool:
    """Say whether one notice more, after so many in 24 hours and 7 days, is not too much."""
    return day < asking.per_day and week < asking.per_week


def may_ask(one: Hopeful, urgency: int, asking: Asking = USUAL_ASKING) -> bool:
    """Say whether one more notice stays within the caps, or the need is urgent."""
    return within_caps(one.notices_day, one.notices_week, asking) or urgency >= asking.urgent


def _order(one: Hopeful, asking: Asking) -> tuple[bool, float, str, str]:
    fair = one.score - asking.fair * fatigue(one.notices_day, one.notices_week)
    return not one.is_first, -round(fair, 9), one.tie, str(one.id)


def _check(candidates: Sequence[Hopeful], open_chances: Sequence[float]) -> None:
    for one in candidates:
        if not (0.0 <= one.chance <= 1.0 and math.isfinite(one.score)):
            raise BadProblem(f"candidate {one.id}", "a score and a chance in [0, 1] are needed")
        if min(one.notices_day, one.notices_week) < 0:
            raise BadProblem(f"candidate {one.id}", "fewer than no notices")
    for chance in open_chances:
        if not 0.0 <= chance <= 1.0:
            raise BadProblem("open offers", f"{chance} is no chance")


def _draw(key: str) -> tuple[float, float]:
    """Return two numbers in [0, 1) that look random, the same for the same key."""
    raw = hashlib.blake2b(key.encode(), digest_size=16).digest()
    first, second = int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:], "big")
    return (first >> 11) / 2**53, (second >> 11) / 2**53

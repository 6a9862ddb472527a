"""How people answer in a simulation: assumptions, each with its name; the same in every run.

Whoever is notified may fall into a spell in which nothing is answered (Manshadi and Rodilitz 2022: an
inactive period after a notice). What somebody would do is a hash of person, need and seed, so that policies
and worlds are compared on the same people.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.engine.best import ties
from matching.engine.pool import DAY, Floats, Ints, Keys, Pool, key_of

SPELL = 0.3  # of the notices, so many begin a spell without answers
SPELL_MINUTES = 4.0 * DAY  # its mean; exponential
REMEMBERED = 28 * DAY  # older notices tell nothing
DELAY_MINUTES = 45.0  # of waking time until an answer: the median; lognormal
DELAY_SPREAD = 1.0
SAID = 0.4  # of those who do not want to, so many say so; the others are silent
MOST = 0.95  # nobody is surer to say yes


class World(NamedTuple):
    """How the truth differs from what the policies are told: ``factor`` times as likely to say yes;
    ``shuffled``: each is as likely as somebody else is said to be."""

    says: str
    factor: float = 1.0
    shuffled: bool = False


WORLDS = {
    "as_predicted": World("people say yes as often as predicted"),
    "over_confident": World("people say yes .6 times as often as predicted", factor=0.6),
    "under_confident": World("people say yes 1.5 times as often as predicted", factor=1.5),
    "shuffled": World("each says yes as often as was predicted of somebody else", shuffled=True),
}


class Reactions(NamedTuple):
    """What people would do when asked for one need: say yes where ``yes`` is below their chance, after
    ``delay`` minutes; ``says_no``: else tell so; ``spell``: minutes without answers that begin then."""

    yes: list[float]
    delay: list[float]
    says_no: list[bool]
    spell: list[float]


def truth(pool: Pool, world: World, seed: int) -> Floats:
    """Return how likely each is to say yes when rested."""
    chance = np.minimum(pool.acceptance * world.factor, np.maximum(MOST, pool.acceptance))
    if world.shuffled:
        to = np.argsort(_uniform(pool.key, 0, seed, "shuffled"), kind="stable")
        chance[to] = chance[np.argsort(pool.key, kind="stable")]
    return chance


def reactions(key: Keys, need: int, seed: int) -> Reactions:
    """Return what the people of these keys would do when asked for the need of that key."""
    fast, slow = (_uniform(key, need, seed, of) for of in ("delay", "more delay"))
    normal = np.sqrt(-2.0 * np.log1p(-fast)) * np.cos(2.0 * np.pi * slow)  # Box and Muller 1958
    return Reactions(
        yes=_uniform(key, need, seed, "yes").tolist(),
        delay=(DELAY_MINUTES * np.exp(DELAY_SPREAD * normal)).tolist(),
        says_no=(_uniform(key, need, seed, "says no") < SAID).tolist(),
        spell=spells(key, need, seed).tolist(),
    )


def spells(key: Keys, need: int, seed: int) -> Floats:
    """Return how many minutes without answers a notice begins; mostly none."""
    begins = _uniform(key, need, seed, "spell begins") < SPELL
    lasts = -SPELL_MINUTES * np.log1p(-_uniform(key, need, seed, "spell lasts"))
    found: Floats = np.where(begins, lasts, 0.0)
    return found


def freshness(notices: Sequence[float], now: float) -> float:
    """Return the chance that none of the spells of these notices (minutes, oldest first) still lasts."""
    found = 1.0
    for sent in reversed(notices):
        if now - sent > REMEMBERED:
            break
        found *= 1.0 - SPELL * math.exp((sent - now) / SPELL_MINUTES)
    return found


def earlier(pool: Pool, row: int, now: int) -> list[float]:
    """Return when somebody was notified in the seven days before ``now``: as far apart as can be."""
    many = int(pool.recent_notices[row])
    return [now - 7.0 * DAY * (many - n - 0.5) / many for n in range(many)]


def silent_until(pool: Pool, now: int, seed: int) -> Floats:
    """Return until when each answers nothing, from the notices before ``now``."""
    found = np.full(len(pool), -np.inf)
    for number in range(int(pool.recent_notices.max(initial=0))):
        rows: Ints = np.flatnonzero(pool.recent_notices > number)
        many = pool.recent_notices[rows]
        sent = now - 7.0 * DAY * (many - number - 0.5) / many
        lasts = spells(pool.key[rows], number, seed)
        found[rows] = np.maximum(found[rows], np.where(lasts > 0, sent + lasts, -np.inf))
    return found


def _uniform(key: Keys, need: int, seed: int, what: str) -> Floats:
    """Return numbers in [0, 1) that look random, one for each key."""
    mixed = ties(ties(key, need, seed), key_of(what), seed)
    found: Floats = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return found

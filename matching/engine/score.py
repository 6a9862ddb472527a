"""The soft score: documented parts, each in [0, 1], that add up to the score (ENGINE §1).

One formula for one person and for a million: columns of any length.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine.parameters import Parameters
from matching.engine.pool import Floats, Mask, Standing

TOP_LEVEL = 3
DIGITS = 9  # scores are rounded, so that the last bit of a sum orders nobody
SHOWN = 0.9  # of all that was agreed to, so much is kept: what is held of who has not served yet
VISITS = 8  # so many visits of the usual kind are thought beside those that were seen


class Parts(NamedTuple):
    """Each part in [0, 1] before its weight: one value a row."""

    near: Floats
    level: Floats
    reliable: Floats
    rested: Floats
    roomy: Floats
    likely: Floats
    first: Floats
    known: Floats
    preferred: Floats


def reliability(done: int, missed: int) -> float:
    """Return the share of agreed visits that somebody comes to, shrunk towards the usual one: a missed
    visit among two says little (empirical Bayes: Efron and Morris 1977)."""
    return (done + VISITS * SHOWN) / (done + missed + VISITS)


def own_parts(
    who: Standing, parameters: Parameters
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the parts that hang on the person alone: reliable, rested, roomy, likely, first."""
    rested = 1.0 / (1.0 + parameters.rest * who.recent_services.astype(np.float64))
    roomy: Floats = np.clip(who.minutes_left / (60.0 * parameters.roomy_hours), 0.0, 1.0)
    return who.reliability, rested, roomy, who.acceptance, who.is_new.astype(np.float64)


def level_part(levels: npt.NDArray[np.integer]) -> Floats:
    """Return the mean level over the needed skills (a row each) as a share of the highest."""
    if not len(levels):
        return np.ones(levels.shape[1])
    found: Floats = levels.sum(axis=0, dtype=np.float64) / (TOP_LEVEL * len(levels))
    return found


def parts(
    who: Standing,
    *,
    away_m: Floats,
    level: Floats,
    known: Mask,
    preferred: Mask,
    parameters: Parameters,
) -> Parts:
    """Return the parts of the scores of people who are ``away_m`` metres from a need."""
    near = np.exp(-away_m / (1000.0 * parameters.near_km))
    own = own_parts(who, parameters)
    return Parts(near, level, *own, known.astype(np.float64), preferred.astype(np.float64))


def shares(*, known: bool, preferred: bool, parameters: Parameters) -> tuple[float, ...]:
    """Return what each part is worth, in the order of ``Parts``: they sum to one.

    Where the resident names people (``preferred``) or was helped before (``known``), being one of them
    shares the whole with the other parts.
    """
    bonus = (parameters.known if known else 0.0, parameters.preferred if preferred else 0.0)
    return (*((1.0 - sum(bonus)) * share for share in parameters.shares), *bonus)


def scores(found: Parts, worth: tuple[float, ...]) -> Floats:
    """Return the scores: the parts by what each is ``worth``, summed up."""
    total = np.zeros(len(found.near))
    for share, part in zip(worth, found, strict=True):
        total += share * part
    rounded: Floats = np.round(total, DIGITS)
    return rounded

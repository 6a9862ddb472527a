"""The soft score: documented parts, each in [0, 1], that add up to the score (ENGINE §1)."""

from typing import NamedTuple

import numpy as np

from matching.engine.parameters import Parameters
from matching.engine.pool import Floats, Ints, Mask, Pool

TOP_LEVEL = 3
DIGITS = 9  # scores are rounded, so that the last bit of a sum orders nobody


class Parts(NamedTuple):
    """Each part in [0, 1] before its weight: one value a row."""

    near: Floats
    level: Floats
    reliable: Floats
    rested: Floats
    roomy: Floats
    preferred: Floats


def own_parts(pool: Pool, rows: Ints, parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Return the parts that hang on the person alone: reliable, rested, roomy."""
    rested = 1.0 / (1.0 + parameters.rest * pool.recent_services[rows].astype(np.float64))
    roomy: Floats = np.minimum(1.0, pool.minutes_left[rows] / (60.0 * parameters.roomy_hours))
    return pool.reliability[rows], rested, roomy


def parts(
    pool: Pool,
    rows: Ints,
    *,
    away_m: Floats,
    skills: tuple[int, ...],
    preferred: Mask,
    parameters: Parameters,
) -> Parts:
    """Return the parts of the scores of ``rows``, ``away_m`` metres from a need of ``skills``."""
    near = np.exp(-away_m / (1000.0 * parameters.near_km))
    if skills:
        level = pool.levels[list(skills)][:, rows].sum(axis=0, dtype=np.float64)
        level /= TOP_LEVEL * len(skills)
    else:
        level = np.ones(len(rows))
    return Parts(near, level, *own_parts(pool, rows, parameters), preferred.astype(np.float64))


def shares(*, names_any: bool, parameters: Parameters) -> tuple[float, ...]:
    """Return what each part is worth, in the order of ``Parts``: they sum to one. Where the need names
    people (``names_any``), being one of them shares the whole with the other parts."""
    bonus = parameters.preferred if names_any else 0.0
    return (*((1.0 - bonus) * share for share in parameters.shares), bonus)


def scores(found: Parts, worth: tuple[float, ...]) -> Floats:
    """Return the scores: the parts by what each is ``worth``, summed up."""
    total = np.zeros(len(found.near))
    for share, part in zip(worth, found, strict=True):
        total += share * part
    rounded: Floats = np.round(total, DIGITS)
    return rounded

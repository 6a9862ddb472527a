"""The best twenty for one need: rings over sorted columns beside looking at everybody."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bench.matching import shanghai, towns
from matching.engine.best import Found, Ranking
from matching.engine.parameters import USUAL
from matching.engine.pool import Pool
from matching.engine.sieve import Wanted

TOP = 20
EACH = 40  # needs of each kind: 320 in Shanghai, 160 in the second region
MOST_IN_TOWNS = 150_000  # more do not live there


class Kind(NamedTuple):
    """How long one kind of need took, in milliseconds: rings, everybody; and how many answers differed."""

    rings: list[float]
    everybody: list[float]
    differing: int


def _timed(act: Callable[[Wanted], Found], wanted: Wanted) -> tuple[Found, float]:
    begun = time.perf_counter()
    found = act(wanted)
    return found, (time.perf_counter() - begun) * 1000


def measured(pool: Pool, kinds: Callable[[Pool], dict[str, list[Wanted]]]) -> dict[str, Kind]:
    """Return how ``pool`` is ranked for each kind of need."""
    ranking = Ranking(pool, USUAL, seed=7)
    found = {}
    for kind, needs in kinds(ranking.pool).items():
        rings, everybody, differing = [], [], 0
        ranking.best(needs[0], TOP)  # the days are made when they are first asked
        for wanted in needs:
            near, spent = _timed(lambda w: ranking.best(w, TOP), wanted)
            rings.append(spent)
            whole, spent = _timed(ranking.all, wanted)
            everybody.append(spent)
            same = np.array_equal(near.rows, whole.rows[:TOP])
            differing += not (same and np.array_equal(near.scores, whole.scores[:TOP]))
        found[kind] = Kind(rings, everybody, differing)
    return found


def table(sizes: list[int]) -> list[str]:
    """Return the lines of the table for pools of these sizes."""
    lines = [
        "| volunteers | kind of need | p50, ms | p95, ms | worst, ms | everybody, p50 ms | differing |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        kinds = measured(shanghai.volunteers(size), lambda _pool: shanghai.kinds(EACH))
        if size <= MOST_IN_TOWNS:
            people = towns.volunteers(size)
            kinds |= measured(people, lambda pool: towns.kinds(EACH, pool))
        rings = [spent for kind in kinds.values() for spent in kind.rings]
        everybody = [spent for kind in kinds.values() for spent in kind.everybody]
        differing = sum(kind.differing for kind in kinds.values())
        kinds = {**kinds, "**all of them**": Kind(rings, everybody, differing)}
        for name, kind in kinds.items():
            p50, p95, worst = np.percentile(kind.rings, [50, 95, 100])
            lines.append(
                f"| {size:,} | {name} | {p50:.2f} | {p95:.2f} | {worst:.2f}"
                f" | {np.median(kind.everybody):.2f} | {kind.differing} of {len(kind.rings)} |"
            )
    return lines

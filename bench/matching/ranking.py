"""The best twenty for one need: rings over sorted columns beside looking at everybody."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bench.matching import shanghai
from matching.engine.best import Found, Ranking
from matching.engine.parameters import USUAL
from matching.engine.sieve import Wanted

TOP = 20
EACH = 40  # needs of each of the eight kinds: 320 in all


class Kind(NamedTuple):
    """How long one kind of need took, in milliseconds: rings, everybody; and how many answers differed."""

    rings: list[float]
    everybody: list[float]
    differing: int


def _timed(act: Callable[[Wanted], Found], wanted: Wanted) -> tuple[Found, float]:
    begun = time.perf_counter()
    found = act(wanted)
    return found, (time.perf_counter() - begun) * 1000


def measured(size: int) -> dict[str, Kind]:
    """Return how ``size`` volunteers are ranked for each kind of need."""
    ranking = Ranking(shanghai.volunteers(size), USUAL, seed=7)
    found = {}
    for kind, needs in shanghai.kinds(EACH).items():
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
        kinds = measured(size)
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

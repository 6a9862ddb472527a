"""Many needs at once: the plan beside first come first served, as shares of a bound on the same edges."""

import resource
import time
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from bench.matching import shanghai
from matching.engine import assign, bound, plan
from matching.engine.best import Ranking
from matching.engine.files import FileNeed
from matching.engine.parameters import USUAL
from matching.engine.pool import GENDERS


class Setting(NamedTuple):
    """How many volunteers and needs, over how many days."""

    volunteers: int
    needs: int
    days: int


SETTINGS = [
    Setting(15_000, 3_000, 3),
    Setting(15_000, 3_000, 1),
    Setting(5_000, 3_000, 1),
    Setting(150_000, 30_000, 3),
]


def _needs(setting: Setting) -> list[FileNeed]:
    rng = np.random.default_rng(29)
    found = []
    for number in range(setting.needs):
        one = shanghai.mixed(rng, number, days=setting.days)
        found.append(
            FileNeed(
                f"n{number:06}",
                one.lat,
                one.lng,
                one.start,
                one.end,
                int(rng.choice([1, 2, 3, 4, 5], p=[0.68, 0.18, 0.07, 0.04, 0.03])),
                {shanghai.SKILLS[skill]: level for skill, level in one.skills},
                GENDERS[one.gender],
                int(rng.choice([1, 2, 3, 4], p=[0.4, 0.35, 0.2, 0.05])),
                frozenset(),
                frozenset(),
            )
        )
    return found


def _gini(load: Any) -> float:
    ordered = np.sort(load)
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * rank - len(ordered) - 1) @ ordered / (len(ordered) * ordered.sum()))


def line(setting: Setting) -> str:
    """Return the row of the table for one setting."""
    ranking = Ranking(shanghai.volunteers(setting.volunteers), USUAL, seed=7)
    needs = _needs(setting)
    begun = time.perf_counter()
    drawn = assign.drawn_up(ranking, needs)
    looked = time.perf_counter() - begun
    begun = time.perf_counter()
    state = plan.plan(drawn.facts, drawn.left, moves=drawn.moves, seed=7)
    planned = time.perf_counter() - begun
    first = plan.empty(drawn.facts, drawn.left)
    for need in range(len(needs)):
        plan.fill(need, drawn.facts, first, 0.0)
    limit = bound.bound(drawn.facts, drawn.left)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    share, fcfs = (plan.objective(drawn.facts, one) / limit.worth for one in (state, first))
    filled = Counter({"plan": int(state.filled.sum()), "first": int(first.filled.sum())})
    return (
        f"| {setting.volunteers:,} × {setting.needs:,}, {setting.days} d | {len(drawn.facts.score):,}"
        f" | {looked:.1f} | {planned:.2f} | {share:.2%} | {fcfs:.2%} | {limit.kind}"
        f" | {filled['plan'] / filled['first']:.3f} | {int(state.load.max())} / {int(first.load.max())}"
        f" | {_gini(state.load):.2f} / {_gini(first.load):.2f} | {peak:.2f} |"
    )


def table(settings: list[Setting]) -> list[str]:
    """Return the lines of the table; the loops are compiled before the first is measured."""
    line(Setting(500, 50, 1))
    return [
        (
            "| volunteers × needs | edges | edges, s | plan, s | share of bound | first come | bound"
            " | filled, × first come | most on one / first come | Gini / first come | peak, GB |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *(line(setting) for setting in settings),
    ]

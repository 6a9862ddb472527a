"""Many needs at once: the plan beside first come first served, linear programme, MIP and prices."""

import multiprocessing
import platform
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import scipy

from bench.matching import shanghai, towns
from bench.results import cores
from matching.engine import assign, bound, plan, prices
from matching.engine.best import Ranking
from matching.engine.fairness import gini
from matching.engine.files import FileNeed
from matching.engine.parameters import USUAL
from matching.engine.pool import Pool

MIP_SECONDS = 120.0


class Setting(NamedTuple):
    """How many volunteers and needs of which generator, over how many days; what it is compared with."""

    city: str
    volunteers: int
    needs: int
    days: int
    lp: bool = True
    mip: bool = False
    goal: str = "–"


SETTINGS = [
    Setting("Shanghai", 15_000, 3_000, 3, mip=True, goal="≥ 99.7 % in ≤ 2 s"),
    Setting("Shanghai", 15_000, 3_000, 1, mip=True, goal="≥ 99.5 % in ≤ 5 s"),
    Setting("Shanghai", 5_000, 3_000, 1, mip=True, goal="≥ 95.5 % in ≤ 10 s, filled ≥ 1.10 ×"),
    Setting("Shanghai", 150_000, 30_000, 3, goal="≥ 99.9 % in ≤ 15 s, ≤ 2 GB"),
    Setting("Shanghai", 1_000_000, 100_000, 3, lp=False, goal="≥ 99.6 % in ≤ 60 s, ≤ 4 GB"),
    Setting("Towns", 15_000, 3_000, 3),
    Setting("Towns", 4_000, 3_000, 2),
    Setting("Towns", 150_000, 30_000, 3, lp=False),
]
SMALL = Setting("Shanghai", 20_000, 200, 1)


def _shanghai(setting: Setting) -> list[FileNeed]:
    rng = np.random.default_rng(29)
    return [shanghai.file_need(rng, n, days=setting.days) for n in range(setting.needs)]


def _towns(setting: Setting) -> list[FileNeed]:
    return towns.needs(setting.needs, days=setting.days, people=setting.volunteers)


CITIES: dict[str, tuple[Callable[[int], Pool], Callable[[Setting], list[FileNeed]]]] = {
    "Shanghai": (lambda count: shanghai.local(shanghai.volunteers(count)), _shanghai),
    "Towns": (towns.volunteers, _towns),
}


class Measured(NamedTuple):
    """A plan and how it came about: seconds and gigabytes, and the plan of first come first served."""

    drawn: assign.Drawn
    state: plan.State
    first: plan.State
    looked: float
    planned: float
    peak: float


def measured(setting: Setting) -> Measured:
    """Return the plan for one setting."""
    volunteers, needs_of = CITIES[setting.city]
    pool, needs = volunteers(setting.volunteers), needs_of(setting)
    begun = time.process_time()
    drawn = assign.drawn_up(Ranking(pool, USUAL, seed=7), needs)
    looked = time.process_time() - begun
    begun = time.process_time()
    state = plan.plan(drawn.facts, drawn.left, moves=drawn.moves, seed=7)
    planned = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    first = plan.first_come(drawn.facts, drawn.left)
    return Measured(drawn, state, first, looked, planned, peak)


def _mip(facts: plan.Facts, left: Any, limit: float) -> str:
    """Say what HiGHS reaches in its time, as a share of the bound, and what it says may be missing."""
    begun = time.perf_counter()
    options = {"time_limit": MIP_SECONDS}
    worth, edges = bound.solved(facts, left, whole=True, options=options)
    spent = time.perf_counter() - begun
    if edges is None:
        return f"no plan in {spent:.0f} s"
    found = plan.objective(facts, plan.of_edges(facts, left, edges))
    return f"{found / limit:.2%} in {spent:.0f} s, gap {worth / found - 1:.2%}"


def line(setting: Setting) -> str:
    """Return the row of the table for one setting; the loops are compiled before it is measured."""
    measured(SMALL)
    (facts, _people, left, moves), state, first, looked, planned, peak = measured(setting)
    reached, fcfs = (plan.objective(facts, one) for one in (state, first))
    priced = prices.priced(facts, left, reached)
    limit, beside = priced, "–"
    if setting.lp:
        limit, _edges = bound.solved(facts, left, whole=False, options={})
        beside = f"{priced / limit - 1:+.2%}"
    mip = _mip(facts, left, limit) if setting.mip else "–"
    filled = int(state.filled.sum()) / int(first.filled.sum())
    return (
        f"| {setting.city} {setting.volunteers:,} × {setting.needs:,}, {setting.days} d"
        f" | {len(facts.score):,} | {looked:.1f} | {planned:.2f} ({moves}) | {reached / limit:.2%}"
        f" | {fcfs / limit:.2%} | {'lp' if setting.lp else 'prices'} | {beside} | {mip} | {filled:.3f}"
        f" | {int(state.load.max())} / {int(first.load.max())}"
        f" | {gini(state.load):.2f} / {gini(first.load):.2f} | {peak:.2f} | {setting.goal} |"
    )


def table(settings: list[Setting]) -> list[str]:
    """Return the lines of the table, each measured in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as apart:
        lines = list(apart.map(line, settings))
    return [
        (
            "| volunteers × needs | edges | edges, s | plan, s (moves a need) | share of bound"
            " | first come | bound | prices beside it | MIP | filled, × first come"
            " | most on one / first come | Gini / first come | peak, GB | goal |"
        ),
        "|" + "---|" * 14,
        *lines,
    ]


def section() -> list[str]:
    """Return the lines of the section."""
    return [
        "## Planning many needs",
        "",
        (
            "Written by `python -m bench.matching --parts planning`: who does what, as a share of what no"
            " plan over the same edges can be worth more than (`lp`: the linear relaxation; `prices`:"
            " Lagrangian), beside first come first served over the same edges (each need in turn takes the"
            f" best who can), and what HiGHS finds as a MIP within {MIP_SECONDS:.0f} s. Load is counted over"
            " everybody whom an edge names; seconds are those of the processor (one thread), the peak is"
            " that of edges and plan."
            f" {cores()}, Python {platform.python_version()}, numpy {np.__version__}, scipy"
            f" {scipy.__version__}; measured on {date.today().isoformat()}."  # noqa: DTZ011
            " Goal of every row: most on one ≤ .6 ×, Gini ≤ .85 × first come; seconds are of edges and plan."
        ),
        "",
        *table(SETTINGS),
        "",
    ]

"""Small batches beside the best plan there is: what is answered, what moves alone reach, no rule broken."""

import platform
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import scipy

from bench.matching import shanghai
from bench.results import cores
from matching.engine import assign, bound, plan
from matching.engine.best import Ranking
from matching.engine.check import violations
from matching.engine.files import FileNeed, Problem
from matching.engine.parameters import USUAL
from matching.engine.pool import KM_PER_DEGREE, Pool, metres

ROUNDS = 300
CITY = 15_000
SEED = 7
ABOUT_KM = 1.5  # the needs of one batch are about one place
EXACT = {"mip_rel_gap": 0.0}
SAME = 1 - 1e-6  # what is told of a plan is rounded


class Batch(NamedTuple):
    """One small batch: what is answered as a share of what the best plan is worth, and what moves alone
    reach; the edges; how many rules are broken; whether another run answers otherwise."""

    share: float
    alone: float
    edges: int
    broken: int
    differing: bool


def batches(rounds: int) -> list[Problem]:
    """Return so many: ten to forty needs of one day about one place, for the twenty to 240 who live next
    to it; some have people enough, in others the needs compete."""
    city = shanghai.local(shanghai.volunteers(CITY))
    rng = np.random.default_rng(41)
    return [_batch(city, rng) for _round in range(rounds)]


def _batch(city: Pool, rng: np.random.Generator) -> Problem:
    here = int(rng.integers(CITY))
    lat, lng = float(city.lat[here]), float(city.lng[here])
    away = metres(city.lat, city.lng, lat, lng)
    people = city.arranged(np.argsort(away, kind="stable")[: rng.integers(20, 241)])
    needs = [_near(rng, n, lat, lng) for n in range(rng.integers(10, 41))]
    return Problem(0, SEED, USUAL, people, {need.id: need for need in needs})


def _near(rng: np.random.Generator, number: int, lat: float, lng: float) -> FileNeed:
    north, east = rng.uniform(-ABOUT_KM, ABOUT_KM, 2) / KM_PER_DEGREE
    drawn = shanghai.file_need(rng, number, days=1)
    return replace(drawn, lat=lat + north, lng=lng + east / np.cos(np.radians(lat)))


def planned(problem: Problem) -> Batch | None:
    """Return how one batch is planned; nothing where nobody can go anywhere."""
    ranking = Ranking(problem.pool, problem.parameters, seed=problem.seed)
    needs = [need for _name, need in sorted(problem.needs.items())]
    facts, _people, left, moves = assign.drawn_up(ranking, needs)
    if not len(facts.person):
        return None
    best, _edges = bound.solved(facts, left, whole=True, options=EXACT)
    alone = plan.plan(facts, left, moves=moves, seed=problem.seed)
    answer, again = (assign.assigned(problem) for _n in range(2))
    pairs = [(one["need"], one["volunteer"]) for one in answer["assignments"]]
    return Batch(
        share=answer["objective"] / best,
        alone=plan.objective(facts, alone) / best,
        edges=len(facts.person),
        broken=len(violations(problem, pairs)),
        differing=answer != again,
    )


def _of_best(shares: list[float]) -> str:
    found = np.array(shares)
    return f"{found.mean():.3%} | {found.min():.2%} | {np.mean(found > SAME):.1%}"


def section() -> list[str]:
    """Return the lines of the section."""
    found = [one for one in map(planned, batches(ROUNDS)) if one is not None]
    edges = [one.edges for one in found]
    return [
        "## Small batches",
        "",
        (
            "Written by `python -m bench.matching --parts small`: ten to forty needs of one day about one"
            " place for the twenty to 240 who live next to it, beside the best plan there is (HiGHS, solved"
            " to the end). What is answered is the better of two: moves from plan to plan, and up to"
            f" {bound.FEW_EDGES:,} edges a MIP within {bound.MOST_NODES:,} nodes; `alone`: the moves."
            f" {cores()}, Python {platform.python_version()}, numpy {np.__version__}, scipy"
            f" {scipy.__version__}; measured on {date.today().isoformat()}."  # noqa: DTZ011
            " Goal: mean ≥ 99.5 %, ≥ 88 % are the best plan, nothing broken, reruns the same."
        ),
        "",
        (
            "| batches | edges, median and most | mean share of the best | least | are the best"
            " | alone: mean | least | are the best | rules broken | reruns that differ |"
        ),
        "|" + "---|" * 10,
        (
            f"| {len(found)} | {np.median(edges):.0f}, {max(edges)}"
            f" | {_of_best([one.share for one in found])} | {_of_best([one.alone for one in found])}"
            f" | {sum(one.broken for one in found)} | {sum(one.differing for one in found)} |"
        ),
        "",
    ]

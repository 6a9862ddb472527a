"""What no plan is worth more than: never less than the best, hardly more than the linear programme."""

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from matching.engine import bound, plan, prices
from matching.engine.assign import Drawn, drawn_up
from matching.engine.best import Ranking
from matching.engine.files import problem_of
from matching.engine.parameters import USUAL
from tests.matching.problems import crowded, need, problem, several, volunteer


def drawn(stated: dict[str, Any]) -> Drawn:
    asked = problem_of(stated)
    ranking = Ranking(asked.pool, asked.parameters, seed=asked.seed)
    return drawn_up(ranking, [one for _name, one in sorted(asked.needs.items())])


def morning(seed: int) -> dict[str, Any]:
    """Return ten needs in one morning for eight people of few minutes."""
    rng = random.Random(seed)
    people = [
        volunteer(f"v{n}", lat=31.22 + rng.uniform(-0.02, 0.02), minutes_left=rng.choice([60, 120]))
        for n in range(8)
    ]
    needs = []
    for n in range(10):
        begin = rng.randint(8 * 60, 11 * 60)
        times = (begin, begin + rng.choice([30, 45, 60]))
        start, end = (f"2026-11-24T{minute // 60:02}:{minute % 60:02}" for minute in times)
        needs.append(
            need(f"n{n}", start=start, end=end, urgency=rng.randint(1, 3), places=rng.randint(1, 2))
        )
    return problem(*people, needs=needs, seed=seed)


def exact(facts: plan.Facts, left: Any, *, whole: bool) -> float:
    return bound.solved(facts, left, whole=whole, options={"mip_rel_gap": 0.0})[0]


@settings(max_examples=30, deadline=None)
@given(stated=several() | crowded())
def test_prices_never_promise_less_than_the_best_plan(stated):
    facts, _people, left, _moves = drawn(stated)
    best = exact(facts, left, whole=True) if len(facts.person) else 0.0
    for reached in (0.0, best):
        assert prices.priced(facts, left, reached) >= best - 1e-6


def test_prices_come_near_the_linear_programme():
    shares = []
    for seed in range(10):
        facts, _people, left, _moves = drawn(morning(seed))
        best, relaxed = (exact(facts, left, whole=whole) for whole in (True, False))
        found = prices.priced(facts, left, best)
        assert found >= best - 1e-6
        shares.append(found / relaxed)
    assert sum(share <= 1.03 for share in shares) >= 8
    assert sum(shares) / len(shares) <= 1.02


def test_nobody_is_thought_to_do_more_than_a_plan_lets_them():
    hours = [
        need(f"n{n}", start=f"{day}T{8 + n % 3:02}:00", end=f"{day}T{8 + n % 3:02}:20")
        for n in range(plan.MOST_TASKS + 1)
        for day in [f"2026-11-{24 + n // USUAL.services_a_day}"]
    ]
    person = volunteer(free=[["2026-11-24T08:00", "2026-11-27T20:00"]])
    facts, _people, left, _moves = drawn(problem(person, needs=hours))
    best = exact(facts, left, whole=True)
    assert prices.priced(facts, left, best) == pytest.approx(best, rel=0.03)


def test_large_plans_take_fewer_steps(monkeypatch):
    facts, _people, left, _moves = drawn(morning(3))
    monkeypatch.setattr(prices, "FEWER_STEPS", 2)
    near = prices.priced(facts, left, 0.0)
    monkeypatch.setattr(prices, "MANY", 1)
    assert prices.priced(facts, left, 0.0) > near


def test_the_bound_says_its_kind(monkeypatch):
    facts, _people, left, _moves = drawn(morning(1))
    found = [bound.bound(facts, left, 0.0)]
    monkeypatch.setattr(bound, "FEW_EDGES", 0)
    found.append(bound.bound(facts, left, 0.0))
    monkeypatch.setattr(bound, "MOST_EDGES", 0)
    found.append(bound.bound(facts, left, 0.0))
    assert [one.kind for one in found] == ["optimum", "lp", "lagrangian"]
    assert found[0].worth <= found[1].worth + 1e-6
    assert found[0].worth <= found[2].worth + 1e-6
    assert [one.edges is None for one in found] == [False, True, True]


def test_a_search_that_is_cut_short_bounds_nothing():
    facts, _people, left, _moves = drawn(morning(2))
    assert bound.solved(facts, left, whole=True, options={"time_limit": 0.0}) == (math.inf, None)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_in_a_whole_plan_is_worth_what_the_bound_says(seed):
    facts, _people, left, _moves = drawn(morning(seed))
    limit = bound.bound(facts, left, 0.0)
    assert limit.edges is not None
    state = plan.of_edges(facts, left, limit.edges)
    assert plan.objective(facts, state) == pytest.approx(limit.worth, abs=1e-5)
    assert (state.filled <= facts.places).all()
    assert (state.left >= 0).all()
    assert np.array_equal(state.load, np.bincount(facts.person[limit.edges], minlength=len(left)))

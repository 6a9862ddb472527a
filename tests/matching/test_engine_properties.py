"""What holds of every plan, whatever the problem: more people or fewer exclusions never make it worse."""

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.engine import bound, plan
from matching.engine.assign import Drawn, drawn_up
from matching.engine.best import Ranking
from matching.engine.files import problem_of
from tests.matching.problems import crowded, places, volunteer


def drawn(stated: dict[str, Any]) -> tuple[Ranking, list[str], Drawn]:
    asked = problem_of(stated)
    ranking = Ranking(asked.pool, asked.parameters, seed=asked.seed)
    names = sorted(asked.needs)
    return ranking, names, drawn_up(ranking, [asked.needs[name] for name in names])


def optimum(stated: dict[str, Any]) -> float:
    _ranking, _names, (facts, _people, left, _moves) = drawn(stated)
    return bound.bound(facts, left, 0.0).worth


def chosen(stated: dict[str, Any]) -> list[tuple[str, str]]:
    """Return who does what in a plan that is made quickly."""
    ranking, names, (facts, people, left, _moves) = drawn(stated)
    state = plan.plan(facts, left, moves=3, seed=stated["seed"])
    return [
        (name, str(ranking.pool.ids[people[person]]))
        for q, name in enumerate(names)
        for person in state.chosen[q, : state.filled[q]]
    ]


def without(stated: dict[str, Any], need: str, person: str) -> dict[str, Any]:
    """Return the problem in which this pair is not excluded."""
    needs = [
        {**one, "excluded": [v for v in one["excluded"] if (one["id"], v) != (need, person)]}
        for one in stated["needs"]
    ]
    return {**stated, "needs": needs}


def excluded(stated: dict[str, Any]) -> list[tuple[str, str]]:
    return [(need["id"], person) for need in stated["needs"] for person in need["excluded"]]


@settings(max_examples=60, deadline=None)
@given(stated=crowded(), where=places(), hours=st.integers(1, 600))
def test_one_more_volunteer_never_lowers_the_optimum(stated, where, hours):
    free = [["2026-11-24T00:00", "2026-11-26T00:00"]]
    skills = {"escort": 3, "sign": 3, "law": 3}
    more = volunteer("new", **where, radius_km=60.0, free=free, minutes_left=hours, skills=skills)
    with_one = {**stated, "volunteers": [*stated["volunteers"], more]}
    assert optimum(with_one) >= optimum(stated) - 1e-6


@settings(max_examples=60, deadline=None)
@given(stated=crowded(), which=st.randoms(use_true_random=False))
def test_one_exclusion_less_never_lowers_the_optimum(stated, which):
    assume(excluded(stated))
    need, person = which.choice(excluded(stated))
    assert optimum(without(stated, need, person)) >= optimum(stated) - 1e-6


@settings(max_examples=60, deadline=None)
@given(stated=crowded(), which=st.randoms(use_true_random=False))
def test_who_is_newly_excluded_no_longer_comes(stated, which):
    before = chosen(stated)
    assume(before)
    need, person = which.choice(before)
    assume(all(person not in one["preferred"] for one in stated["needs"] if one["id"] == need))
    needs = [
        {**one, "excluded": [*one["excluded"], person]} if one["id"] == need else one
        for one in stated["needs"]
    ]
    now = chosen({**stated, "needs": needs})
    assert (need, person) not in now
    assert not set(now) & set(excluded(stated))
    assert optimum({**stated, "needs": needs}) <= optimum(stated) + 1e-6


@settings(max_examples=60, deadline=None)
@given(stated=crowded(), order=st.randoms(use_true_random=False))
def test_a_plan_does_not_hang_on_the_order_of_people_or_needs(stated, order):
    shuffled = {
        **stated,
        "volunteers": order.sample(stated["volunteers"], len(stated["volunteers"])),
        "needs": order.sample(stated["needs"], len(stated["needs"])),
    }
    assert chosen(shuffled) == chosen(stated)


@settings(max_examples=60, deadline=None)
@given(stated=crowded())
def test_no_place_is_filled_twice_and_nobody_gives_more_than_they_have(stated):
    _ranking, _names, (facts, _people, left, _moves) = drawn(stated)
    state = plan.plan(facts, left, moves=3, seed=1)
    assert (state.filled <= facts.places).all()
    minutes, load = np.zeros(len(left)), Counter()
    for q in range(len(facts.places)):
        people = state.chosen[q, : state.filled[q]].tolist()
        assert len(set(people)) == len(people)
        minutes[people] += facts.end[q] - facts.start[q]
        load.update(people)
    assert (minutes <= left).all()
    assert np.array_equal(state.left, left - minutes)
    assert [load[p] for p in range(len(left))] == state.load.tolist()

"""What the properties walk when they happen to draw it, walked for certain."""

import numpy as np
import pytest

from matching.engine import assign, prices
from matching.engine.archive import read_npz, write_npz
from matching.engine.best import Ranking
from matching.engine.files import problem_of
from matching.engine.index import Index
from tests.matching.problems import need, problem, volunteer


def test_a_wish_for_a_woman_is_a_rule_over_columns_too():
    asked = problem_of(
        problem(volunteer("v1"), volunteer("v2", gender="M"), needs=[need(gender="F")])
    )
    ranking = Ranking(asked.pool, asked.parameters, seed=asked.seed)

    found = ranking.best(asked.needs["n1"].wanted(ranking.pool), 9)

    assert ranking.pool.ids[found.rows].tolist() == ["v1"]


def test_nobody_is_free_and_the_file_is_read_all_the_same(tmp_path):
    stated = problem_of(problem(volunteer(free=[])))

    write_npz(stated, tmp_path / "a.npz")

    assert len(read_npz(tmp_path / "a.npz").pool.free.start) == 0


@pytest.mark.parametrize(("radius_km", "rings"), [(4.0, 4), (60.0, 5)])
def test_the_walk_ends_after_the_last_ring(radius_km, rings):
    """Who comes from anywhere stands before all rings."""
    pool = problem_of(problem(volunteer(radius_km=radius_km))).pool

    found = list(Index.of(pool).walk(31.22, 121.47, -1))

    assert len(found) == rings
    assert np.concatenate([rows for rows, _km in found]).tolist() == [0]


def test_prices_end_when_a_plan_reaches_them():
    asked = problem_of(problem(volunteer()))
    ranking = Ranking(asked.pool, asked.parameters, seed=asked.seed)
    facts, _people, left, _moves = assign.drawn_up(ranking, list(asked.needs.values()))

    assert prices.priced(facts, left, 1e9) <= 1e9

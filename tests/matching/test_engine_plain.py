"""What the properties walk when they happen to draw it, walked for certain."""

import numpy as np
import pytest

from matching.engine import assign, prices
from matching.engine.answers import WORLDS
from matching.engine.archive import read_npz, write_npz
from matching.engine.best import Ranking
from matching.engine.files import problem_of
from matching.engine.index import Index
from matching.engine.offers import POLICIES, Run, Scene
from matching.engine.waves import chance_filled
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


def test_what_needs_nobody_is_filled_whoever_is_asked():
    assert chance_filled([0.5], 0) == 1.0


def test_what_was_taken_on_leaves_room_for_what_does_not_touch_it():
    free = [[f"2026-11-{day}T00:00", f"2026-11-{day}T23:59"] for day in range(24, 30)]
    me = volunteer(free=free, minutes_left=5000, acceptance=1.0, recent_notices=0)
    two_places = need("n1", places=2)
    same_time = need("n2", urgency=4)
    same_day = need("n3", urgency=4, start="2026-11-24T14:00", end="2026-11-24T16:00")
    days_later = need("n4", urgency=4, start="2026-11-28T09:00", end="2026-11-28T11:00")
    needs = [two_places, same_time, same_day, days_later]
    asked = problem_of(problem(me, needs=needs, now="2026-11-23T12:00+08:00", seed=1))

    run = Run(
        Scene(asked, opens={"n4": asked.now + 2 * 1440}),
        POLICIES["adaptive"],
        WORLDS["as_predicted"],
    ).go()

    assert run.tasks == {0: [0, 2, 3]}
    assert [course.left for course in run.courses] == [1, 1, 0, 0]

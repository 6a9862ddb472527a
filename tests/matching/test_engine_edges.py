"""Who is looked at for many needs: everybody of whom every rule holds, near ones first, not all the same."""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import edges, sieve, walk
from matching.engine.best import Ranking
from matching.engine.edges import Edges, exact, walked
from matching.engine.files import problem_of
from matching.engine.sieve import Wanted
from tests.matching.problems import need, problem, several, volunteer

DAY = "2026-11-24"
ROOT = Path(__file__).resolve().parent.parent.parent


def set_up(stated: dict[str, Any]) -> tuple[Ranking, list[Wanted]]:
    found = problem_of(stated)
    ranking = Ranking(found.pool, found.parameters, seed=found.seed)
    return ranking, [one.wanted(ranking.pool) for _name, one in sorted(found.needs.items())]


def names(ranking: Ranking, found: Edges, q: int = 0) -> list[str]:
    return [str(name) for name in ranking.pool.ids[found.rows[found.at[q] : found.at[q + 1]]]]


def city(count: int = 400) -> list[dict[str, Any]]:
    """Return people spread over some 25 km, of every radius, some of them wide."""
    return [
        volunteer(
            f"v{n}", lat=31.1 + n % 37 * 0.006, lng=121.3 + n % 41 * 0.008, radius_km=n % 29 + 1
        )
        for n in range(count)
    ]


@pytest.fixture(params=[0, 3_000])
def by_rings(request, monkeypatch):
    monkeypatch.setattr(walk, "SCAN_BELOW", request.param)


@settings(max_examples=30, deadline=None)
@given(stated=several(), scan_below=st.sampled_from([0, 3_000]))
def test_with_room_for_all_the_walk_finds_whom_looking_at_everybody_finds(stated, scan_below):
    ranking, needs = set_up(stated)
    walk.SCAN_BELOW, before = scan_below, walk.SCAN_BELOW
    try:
        found = walked(ranking, needs, np.full(len(needs), 20))
    finally:
        walk.SCAN_BELOW = before
    for q, one in enumerate(needs):
        everybody = ranking.all(one)
        assert found.rows[found.at[q] : found.at[q + 1]].tolist() == everybody.rows.tolist()
        assert found.scores[found.at[q] : found.at[q + 1]].tolist() == everybody.scores.tolist()


@settings(max_examples=15, deadline=None)
@given(stated=several(), order=st.randoms(use_true_random=False), most=st.integers(1, 4))
def test_the_order_of_the_file_changes_no_edge(stated, order: random.Random, most):
    found = []
    for people in (
        stated["volunteers"],
        order.sample(stated["volunteers"], len(stated["volunteers"])),
    ):
        ranking, needs = set_up({**stated, "volunteers": people})
        one = walked(ranking, needs, np.full(len(needs), most))
        found.append(([names(ranking, one, q) for q in range(len(needs))], one.scores.tolist()))
    assert found[0] == found[1]


@pytest.mark.usefixtures("by_rings")
def test_every_rule_holds_for_each_and_there_are_as_many_as_asked():
    busy = {"start": f"{DAY}T11:40", "end": f"{DAY}T12:30", "lat": 31.3, "lng": 121.5}
    people = [{**one, "busy": [busy]} if n % 3 == 0 else one for n, one in enumerate(city())]
    barred = [f"v{m}" for m in range(50)]
    needs = [
        need(f"n{n}", lat=31.15 + n * 0.02, preferred=["v77"], excluded=barred) for n in range(6)
    ]
    ranking, asked = set_up(problem(*people, needs=needs))

    found = walked(ranking, asked, np.full(6, 12))

    assert np.diff(found.at).tolist() == [12] * 6
    for q, one in enumerate(asked):
        rows = found.rows[found.at[q] : found.at[q + 1]]
        assert len(set(rows.tolist())) == 12
        for name, rule in sieve.RULES:
            assert rule(ranking.pool, rows, one, ranking.parameters).all(), name


@pytest.mark.usefixtures("by_rings")
def test_neighbours_do_not_all_name_the_same_and_lose_little_by_it():
    near = [volunteer(f"v{n}", lat=31.22 + n % 50 * 0.0002) for n in range(100)]
    ranking, needs = set_up(problem(*near, needs=[need(f"n{n}") for n in range(8)]))
    most = np.full(8, 10)

    found, best = walked(ranking, needs, most), exact(ranking, needs, most)

    assert len(set(best.rows.tolist())) == 10
    assert len(set(found.rows.tolist())) > 40
    assert found.scores.mean() > best.scores.mean() - walk.JITTER


@pytest.mark.usefixtures("by_rings")
def test_who_is_named_is_looked_at_and_who_is_barred_is_not():
    wished = need(preferred=["far"], known=["friend"], excluded=["bad", "friend"])
    far = [volunteer(name, lat=31.25) for name in ("far", "friend", "bad")]
    ranking, needs = set_up(problem(*far, *city(100), needs=[wished]))
    found = names(ranking, walked(ranking, needs, np.array([5])))
    assert "far" in found
    assert not {"friend", "bad"} & set(found)


def test_a_paper_is_needed_and_not_weighed():
    one = volunteer("one", skills={"escort": 2, "#lift": 1})
    ranking, needs = set_up(
        problem(one, volunteer("two"), needs=[need(skills={"#lift": 1, "escort": 1})])
    )
    found, best = (find(ranking, needs, np.array([5])) for find in (walked, exact))
    assert names(ranking, found) == names(ranking, best) == ["one"]
    assert found.scores.tolist() == best.scores.tolist()


@pytest.mark.usefixtures("by_rings")
def test_who_may_come_from_anywhere_and_lives_near_is_found_once():
    people = [volunteer("near", radius_km=50), volunteer("far", radius_km=50, lat=31.6)]
    ranking, needs = set_up(problem(*people))
    assert names(ranking, walked(ranking, needs, np.array([5]))) == ["near", "far"]


def test_few_are_found_exactly_and_many_by_walking(monkeypatch):
    ranking, needs = set_up(problem(*city(100), needs=[need("n1"), need("n2")]))
    most = np.array([9, 9])
    assert edges.edges(ranking, needs, most)[1].tolist() == exact(ranking, needs, most)[1].tolist()
    monkeypatch.setattr(edges, "FEW", 17)
    assert edges.edges(ranking, needs, most)[1].tolist() == walked(ranking, needs, most)[1].tolist()


@pytest.mark.usefixtures("by_rings")
def test_there_is_time_for_the_way_from_another_service():
    """Forty minutes are enough for four kilometres at 15 km an hour, not for twelve; ten are too few."""
    times = {"start": f"{DAY}T07:00", "end": f"{DAY}T08:20"}
    soon = {"start": f"{DAY}T07:00", "end": f"{DAY}T08:50", "lat": 31.22, "lng": 121.47}
    people = [
        volunteer("near", busy=[{**times, "lat": 31.256, "lng": 121.47}]),
        volunteer("far", busy=[{**times, "lat": 31.328, "lng": 121.47}]),
        volunteer("soon", busy=[soon]),
    ]
    ranking, needs = set_up(problem(*people))

    found = walked(ranking, needs, np.array([9]))

    assert names(ranking, found) == ["near"]


@pytest.mark.usefixtures("by_rings")
def test_minutes_and_free_time_count_where_no_skill_is_needed():
    late = [[f"{DAY}T09:10", f"{DAY}T12:00"]]
    people = [
        volunteer("fits"),
        volunteer("spent", minutes_left=60),
        volunteer("away", free=[]),
        volunteer("late", free=late),
    ]
    ranking, needs = set_up(problem(*people, needs=[need(skills={})]))

    found = walked(ranking, needs, np.array([9]))

    assert names(ranking, found) == ["fits"]


def test_after_a_night_there_is_rest_where_the_city_wants_it():
    night = {"start": f"{DAY}T01:00", "end": f"{DAY}T05:00", "lat": 31.22, "lng": 121.47}
    people = [volunteer("tired", busy=[night]), volunteer("fresh")]
    for minutes, expected in ((0, {"tired", "fresh"}), (600, {"fresh"})):
        ranking, needs = set_up(problem(*people, parameters={"night_rest_minutes": minutes}))
        assert set(names(ranking, walked(ranking, needs, np.array([5])))) == expected


def test_of_no_needs_there_are_no_edges():
    ranking, needs = set_up(problem(needs=[]))
    assert edges.edges(ranking, needs, np.zeros(0, dtype=np.int64)).at.tolist() == [0]


def told() -> str:
    """Return the edges of a few needs, to the last digit."""
    ranking, needs = set_up(problem(*city(300), needs=[need(f"n{n}") for n in range(5)]))
    found = walked(ranking, needs, np.full(5, 12))
    return f"{found.rows.tolist()} {found.scores.tolist()}"


def test_compiled_or_not_the_edges_are_the_same(tmp_path):
    asked = "from tests.matching.test_engine_edges import told; print(told())"
    env = {**os.environ, "NUMBA_DISABLE_JIT": "0", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == told()

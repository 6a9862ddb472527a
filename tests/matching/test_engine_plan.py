"""Many needs at once: nothing that cannot be carried out, hardly anything better to be had."""

import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import assign, bound
from matching.engine.__main__ import main
from matching.engine.assign import assigned
from matching.engine.best import Ranking
from matching.engine.check import violations
from matching.engine.files import Problem, problem_of
from tests.matching.problems import need, problem, several, volunteer

ROOT = Path(__file__).resolve().parent.parent.parent
AWAY = {"lat": 31.40, "lng": 121.47}  # 20 km to the north: an hour and a half


def pairs(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["need"], one["volunteer"]) for one in answer["assignments"]]


@settings(max_examples=25, deadline=None)
@given(stated=several(), order=st.randoms(use_true_random=False))
def test_a_plan_breaks_no_rule_and_is_the_same_in_any_order(stated, order: random.Random):
    asked = problem_of(stated)
    answer = assigned(asked)

    assert violations(asked, pairs(answer)) == []
    assert answer["objective"] <= answer["bound"] + 1e-6
    unfilled = sum(one["places"] for one in answer["unfilled"])
    assert len(answer["assignments"]) + unfilled == sum(n["places"] for n in stated["needs"])
    shuffled = {
        **stated,
        "volunteers": order.sample(stated["volunteers"], len(stated["volunteers"])),
        "needs": order.sample(stated["needs"], len(stated["needs"])),
    }
    assert assigned(problem_of(shuffled)) == answer


def optimum(asked: Problem) -> float:
    """Return the best objective, by trying everything."""
    ranking = Ranking(asked.pool, asked.parameters, seed=asked.seed)
    found = {
        name: {
            str(ranking.pool.ids[row]): float(score)
            for row, score in zip(*ranking.all(one.wanted(ranking.pool))[:2], strict=True)
        }
        for name, one in asked.needs.items()
    }
    slots = [name for name, one in sorted(asked.needs.items()) for _place in range(one.places)]

    def best(at: int, chosen: list[tuple[str, str]]) -> float:
        if at == len(slots):
            return 0.0
        most, name = best(at + 1, chosen), slots[at]
        for person, score in found[name].items():
            more = [*chosen, (name, person)]
            if not violations(asked, more):
                load = sum(other == person for _need, other in chosen)
                worth = 10 * asked.needs[name].urgency + score - 0.06 * load
                most = max(most, worth + best(at + 1, more))
        return most

    return best(0, [])


def small(seed: int) -> dict[str, Any]:
    """Return four needs in one morning for four people who all live near."""
    rng = random.Random(seed)
    people = [
        volunteer(
            f"v{n}",
            lat=31.22 + rng.uniform(-0.02, 0.02),
            skills={"escort": rng.randint(1, 3)} if rng.random() < 0.7 else {},
            minutes_left=rng.choice([60, 120, 240]),
            recent_services=rng.randint(0, 5),
        )
        for n in range(4)
    ]
    needs = []
    for n in range(4):
        begin = rng.randint(8 * 60, 11 * 60)
        end = begin + rng.choice([30, 45, 60])
        needs.append(
            need(
                f"n{n}",
                lat=31.22 + rng.uniform(-0.02, 0.02),
                start=f"2026-11-24T{begin // 60:02}:{begin % 60:02}",
                end=f"2026-11-24T{end // 60:02}:{end % 60:02}",
                urgency=rng.randint(1, 3),
                places=rng.choice([1, 1, 2]),
            )
        )
    return problem(*people, needs=needs, seed=seed)


def test_small_plans_are_as_good_as_trying_everything():
    shares = []
    for seed in range(25):
        asked = problem_of(small(seed))
        best = optimum(asked)
        shares.append(assigned(asked)["objective"] / best if best else 1.0)
    assert shares == pytest.approx([1.0] * len(shares), abs=1e-6)


def test_taking_apart_and_together_comes_near_the_best(monkeypatch):
    monkeypatch.setattr(bound, "FEW_EDGES", 0)
    shares = []
    for seed in range(25):
        asked = problem_of(small(seed))
        best = optimum(asked)
        shares.append(assigned(asked)["objective"] / best if best else 1.0)
    assert sum(shares) / len(shares) >= 0.99
    assert sum(share > 0.999 for share in shares) >= 0.8 * len(shares)


def test_the_urgent_comes_first_and_the_load_is_spread():
    people = [volunteer("v1"), volunteer("v2")]
    hours = [
        need(f"n{n}", start=f"2026-11-24T{8 + n:02}:00", end=f"2026-11-24T{8 + n:02}:25")
        for n in range(4)
    ]
    answer = assigned(problem_of(problem(*people, needs=hours)))
    load = [sum(person == name for _need, person in pairs(answer)) for name in ("v1", "v2")]
    assert load == [2, 2]

    together = [need("low", urgency=1), need("high", urgency=4)]
    answer = assigned(problem_of(problem(volunteer(), needs=together)))
    assert pairs(answer) == [("high", "v1")]
    assert answer["unfilled"][0]["need"] == "low"
    assert answer["unfilled"][0]["refused"]["skilled"] == 0


def test_where_demand_presses_more_people_are_looked_at(monkeypatch):
    asked = []
    plain = assign.edges
    monkeypatch.setattr(
        assign, "edges", lambda *given: asked.append(given[2].tolist()) or plain(*given)
    )
    assigned(problem_of(problem(volunteer())))
    assigned(problem_of(problem(*(volunteer(f"v{n}") for n in range(3)))))
    assert asked == [[assign.PRESSED_EDGES + 2], [assign.EDGES + 2]]


def test_an_empty_file_has_an_empty_plan():
    answer = assigned(problem_of(problem(volunteers=[], needs=[])))
    assert (answer["assignments"], answer["objective"], answer["bound"]) == ([], 0.0, 0.0)


def test_beyond_what_can_be_solved_the_bound_says_its_kind(monkeypatch):
    stated = problem(*(volunteer(f"v{n}") for n in range(3)), needs=[need(places=2), need("n2")])
    exact = assigned(problem_of(stated))
    monkeypatch.setattr(bound, "FEW_EDGES", 0)
    relaxed = assigned(problem_of(stated))
    monkeypatch.setattr(bound, "MOST_EDGES", 0)
    loose = assigned(problem_of(stated))
    kinds = [answer["bound_kind"] for answer in (exact, relaxed, loose)]
    assert kinds == ["optimum", "lp", "places"]
    assert exact["objective"] == pytest.approx(exact["bound"])
    assert exact["bound"] <= relaxed["bound"] + 1e-6 <= loose["bound"] + 2e-6


def test_a_receipt_names_what_went_in():
    first, same, other = (
        assigned(problem_of(stated))["receipt"]
        for stated in (problem(), problem(), problem(volunteer(reliability=0.5)))
    )
    assert first == same
    assert first["input"] != other["input"]
    assert first["parameters"]["version"] == 1


NEAR = need("n1", start="2026-11-24T08:00", end="2026-11-24T09:00")
SOON = need("n2", start="2026-11-24T09:20", end="2026-11-24T10:00")
FAR = need("n3", start="2026-11-24T09:45", end="2026-11-24T11:00", **AWAY)
LATE = need("n4", start="2026-11-24T13:00", end="2026-11-24T14:00", **AWAY)
WHOLE_DAY = [["2026-11-24T08:00", "2026-11-24T20:00"]]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([("n1", "v9")], "v9: is not in the file"),
        ([("n1", "v1"), ("n1", "v2")], "n1: 2 people for 1 places"),
        ([("n1", "v1"), ("n1", "v1")], "v1: twice for n1"),
        ([("n1", "v3")], "v3: skill_missing for n1"),
        ([("n2", "v2")], "v2: pair for n2"),
        ([("n1", "v1"), ("n2", "v1")], "v1: no time between n1 and n2"),
        ([("n1", "v1"), ("n3", "v1")], "v1: no time between n1 and n3"),
        ([("n1", "v4"), ("n4", "v4")], "v4: more minutes than are left"),
    ],
)
def test_the_validator_finds_what_is_wrong(chosen, said):
    people = [
        volunteer("v1", radius_km=50, free=WHOLE_DAY),
        volunteer("v2", radius_km=50, free=WHOLE_DAY),
        volunteer("v3", skills={}),
        volunteer("v4", radius_km=50, free=WHOLE_DAY, minutes_left=100),
    ]
    excluding = {**SOON, "excluded": ["v2"]}
    asked = problem_of(problem(*people, needs=[NEAR, excluding, FAR, LATE]))
    assert said in violations(asked, chosen)
    assert violations(asked, [("n1", "v1"), ("n4", "v1")]) == []


def test_no_plan_sends_anybody_where_they_cannot_be_in_time():
    person = volunteer(radius_km=50, free=WHOLE_DAY)
    for needs, many in ([[NEAR, FAR], 1], [[NEAR, SOON], 1], [[NEAR, LATE], 2]):
        answer = assigned(problem_of(problem(person, needs=needs)))
        assert len(answer["assignments"]) == many
        assert answer["bound"] == pytest.approx(answer["objective"], abs=0.1)


def test_compiled_or_not_the_plan_is_the_same_to_the_byte(tmp_path, capsys):
    path = tmp_path / "problem.json"
    people = [volunteer(f"v{n}", lat=31.2 + n % 7 * 0.01, recent_services=n % 5) for n in range(40)]
    needs = [
        need(
            f"n{n}",
            lat=31.2 + n % 5 * 0.012,
            start=f"2026-11-24T{8 + n % 3:02}:{n % 4 * 10:02}",
            end=f"2026-11-24T{9 + n % 3:02}:{n % 4 * 10:02}",
            places=1 + n % 2,
        )
        for n in range(30)
    ]
    path.write_text(json.dumps(problem(*people, needs=needs)))
    assert main(["assign", str(path)]) == 0
    plain = capsys.readouterr().out
    command = [sys.executable, "-m", "matching.engine", "assign", str(path)]
    env = {**os.environ, "NUMBA_DISABLE_JIT": "0", "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == plain
    scores = [one["score"] for one in json.loads(plain)["assignments"]]
    assert any(one != other for one, other in pairwise(scores))

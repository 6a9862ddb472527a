"""Many needs at once: nothing that cannot be carried out, hardly anything better to be had."""

import json
import math
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

from matching.engine import assign, bound, plan
from matching.engine.__main__ import main
from matching.engine.assign import assigned
from matching.engine.best import Ranking
from matching.engine.check import violations
from matching.engine.files import Problem, problem_of
from tests.matching.problems import crowded, need, problem, several, volunteer

ROOT = Path(__file__).resolve().parent.parent.parent
AWAY = {"lat": 31.40, "lng": 121.47}  # 20 km to the north: an hour and a half


@pytest.fixture(autouse=True)
def _few_moves(monkeypatch):
    """Not compiled, a move takes a thousand times as long."""
    monkeypatch.setattr(assign, "PRESSED_MOVES", (3, 60, 600_000))


@pytest.fixture(scope="module")
def compiled_env(tmp_path_factory) -> dict[str, str]:
    """Return an environment in which loops are compiled, once."""
    cache = str(tmp_path_factory.mktemp("cache"))
    return {**os.environ, "NUMBA_DISABLE_JIT": "0", "NUMBA_CACHE_DIR": cache}


def run(command: list[str], env: dict[str, str]) -> str:
    """Return what ``command`` prints."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def pairs(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["need"], one["volunteer"]) for one in answer["assignments"]]


RULES = st.sampled_from(
    [{}, {"night_rest_minutes": 660, "day_minutes": 300}, {"buffer_minutes": 0, "day_minutes": 200}]
)


@settings(max_examples=25, deadline=None)
@given(stated=several() | crowded(), order=st.randoms(use_true_random=False), parameters=RULES)
def test_a_plan_breaks_no_rule_and_is_the_same_in_any_order(
    stated, order: random.Random, parameters
):
    stated = {**stated, "parameters": parameters}
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
            return 0.0 if not violations(asked, chosen) else -math.inf
        most, name = best(at + 1, chosen), slots[at]
        for person, score in found[name].items():
            more = [*chosen, (name, person)]
            if all("of at least" in said for said in violations(asked, more)):
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
                places=(many := rng.choice([1, 1, 2])),
                least=rng.choice([1, many]),
            )
        )
    return problem(*people, needs=needs, seed=seed)


def test_small_plans_are_as_good_as_trying_everything():
    shares = []
    for seed in range(5):
        asked = problem_of(small(seed))
        best = optimum(asked)
        shares.append(assigned(asked)["objective"] / best if best else 1.0)
    assert shares == pytest.approx([1.0] * len(shares), abs=1e-6)


def shares() -> list[float]:
    """Return what plans that were not solved outright are worth, as shares of the best."""
    found = []
    for seed in range(40):
        asked = problem_of(small(seed))
        best = assigned(asked)
        assert best["bound_kind"] == "optimum"
        bound.FEW_EDGES, few = 0, bound.FEW_EDGES
        answer = assigned(asked)
        bound.FEW_EDGES = few
        assert violations(asked, pairs(answer)) == []
        found.append(answer["objective"] / best["objective"] if best["objective"] else 1.0)
    return found


def test_taking_apart_and_together_comes_near_the_best(compiled_env):
    asked = "from tests.matching.test_engine_plan import shares; print(shares())"
    found = json.loads(run([sys.executable, "-c", asked], compiled_env))
    assert sum(found) / len(found) >= 0.995
    assert sum(share > 1 - 1e-6 for share in found) >= 0.88 * len(found)


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
    assert answer["unfilled"][0]["fit"] == 1


def test_what_stays_unfilled_says_who_was_turned_down_and_how_many_were_not():
    people = [volunteer("v1"), volunteer("v2", skills={}), volunteer("v3", radius_km=0.1)]
    stated = problem(*people, needs=[need(places=3), need("away", lat=31.23)])

    answer = assigned(problem_of(stated))

    counts = [(one["need"], one["places"], one["fit"]) for one in answer["unfilled"]]
    assert counts == [("away", 1, 1), ("n1", 1, 2)]
    for one in answer["unfilled"]:
        assert one["fit"] + sum(one["refused"].values()) == len(people)
        assert one["lacking"] == {"escort": 1}


def test_who_lacks_several_things_is_counted_at_the_first_skills_before_marks():
    people = [
        volunteer("v1", skills={"sign": 3}),
        volunteer("v2", skills={"escort": 1, "sign": 3}),
        volunteer("v3", skills={"escort": 2, "sign": 1}),
        volunteer("v4", skills={"escort": 2, "sign": 2}),
    ]
    asked = need(skills={"#paper": 1, "sign": 2, "escort": 2})

    [left] = assigned(problem_of(problem(*people, needs=[asked])))["unfilled"]

    assert left["lacking"] == {"escort": 2, "sign": 1, "#paper": 1}
    assert (left["refused"]["skilled"], left["fit"]) == (4, 0)


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


def test_a_receipt_names_what_went_in():
    first, same, other = (
        assigned(problem_of(stated))["receipt"]
        for stated in (problem(), problem(), problem(volunteer(reliability=0.5)))
    )
    assert first == same
    assert first["input"] != other["input"]
    assert (first["parameters"]["version"], first["parameters"]["services_a_day"]) == (1, 3)
    fewer = problem(parameters={"services_a_day": 2})
    assert assigned(problem_of(fewer))["receipt"]["parameters"]["services_a_day"] == 2


NEAR = need("n1", start="2026-11-24T08:00", end="2026-11-24T09:00")
SOON = need("n2", start="2026-11-24T09:20", end="2026-11-24T10:00")
FAR = need("n3", start="2026-11-24T09:45", end="2026-11-24T11:00", **AWAY)
LATE = need("n4", start="2026-11-24T13:00", end="2026-11-24T14:00", **AWAY)
NIGHT = need("n5", start="2026-11-24T01:00", end="2026-11-24T03:00")
TOMORROW = need("n6", start="2026-11-25T08:00", end="2026-11-25T09:00")
BOTH = need("n7", start="2026-11-24T18:00", end="2026-11-24T19:00", places=2, least=2)
WHOLE_DAY = [["2026-11-24T00:00", "2026-11-24T20:00"], ["2026-11-25T08:00", "2026-11-25T09:00"]]


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
        ([("n1", "v1"), ("n4", "v1")], "v1: more minutes on 2026-11-24 than one day has"),
        ([("n5", "v1"), ("n1", "v1")], "v1: no time between n5 and n1"),
        ([("n7", "v1")], "n7: 1 of at least 2 people"),
        ([("n5", "v1"), ("n1", "v1"), ("n2", "v1"), ("n4", "v1")], "v1: 4 services on 2026-11-24"),
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
    stated = problem(*people, needs=[NEAR, excluding, FAR, LATE, NIGHT, BOTH])
    strict = {"night_rest_minutes": 660, "day_minutes": 110}
    assert said in violations(problem_of({**stated, "parameters": strict}), chosen)
    once = problem_of({**stated, "parameters": {"services_a_day": 1}})
    assert violations(once, [("n1", "v1"), ("n4", "v1")]) == ["v1: 2 services on 2026-11-24"]
    assert violations(problem_of(stated), [("n1", "v1"), ("n4", "v1")]) == []


def test_no_plan_sends_anybody_where_they_cannot_be_in_time():
    person = volunteer(radius_km=50, free=WHOLE_DAY)
    for needs, many in ([[NEAR, FAR], 1], [[NEAR, SOON], 1], [[NEAR, LATE], 2]):
        answer = assigned(problem_of(problem(person, needs=needs)))
        assert len(answer["assignments"]) == many
        assert answer["bound"] == pytest.approx(answer["objective"], abs=0.1)


@pytest.mark.parametrize(
    ("parameters", "needs", "many"),
    [
        ({"night_rest_minutes": 300}, [NIGHT, NEAR], 2),
        ({"night_rest_minutes": 301}, [NIGHT, NEAR], 1),
        ({"day_minutes": 120}, [NEAR, LATE], 2),
        ({"day_minutes": 119}, [NEAR, LATE], 1),
        ({"day_minutes": 30}, [NEAR], 1),
        ({"day_minutes": 120}, [NEAR, LATE, TOMORROW], 3),
        ({"day_minutes": 100}, [NIGHT, NEAR, LATE], 1),
        ({"services_a_day": 2}, [NEAR, LATE], 2),
        ({"services_a_day": 1}, [NEAR, LATE], 1),
        ({"services_a_day": 1}, [NEAR, LATE, TOMORROW], 2),
    ],
)
def test_after_a_night_there_is_rest_and_a_day_has_so_many_minutes(
    parameters, needs, many, monkeypatch
):
    person = volunteer(radius_km=50, free=WHOLE_DAY)
    asked = problem_of(problem(person, needs=needs, parameters=parameters))
    for few in (bound.FEW_EDGES, 0):
        monkeypatch.setattr(bound, "FEW_EDGES", few)
        answer = assigned(asked)
        assert len(answer["assignments"]) == many
        assert violations(asked, pairs(answer)) == []


def test_what_is_agreed_for_that_day_counts_towards_its_minutes():
    busy = {"start": "2026-11-24T17:00", "end": "2026-11-24T18:00", **AWAY}
    person = volunteer(radius_km=50, free=WHOLE_DAY, busy=[busy])
    for minutes, many in ((180, 2), (179, 1)):
        stated = problem(person, needs=[NEAR, LATE], parameters={"day_minutes": minutes})
        assert len(assigned(problem_of(stated))["assignments"]) == many


@pytest.mark.parametrize("few", [bound.FEW_EDGES, 0])
@pytest.mark.parametrize(
    ("people", "done"),
    [
        (1, ["alone", "later"]),
        (2, ["both", "both", "later"]),
        (3, ["alone", "both", "both", "later"]),
    ],
)
def test_where_two_must_go_nobody_goes_alone(people, done, few, monkeypatch):
    monkeypatch.setattr(bound, "FEW_EDGES", few)
    alone = need("alone", start="2026-11-24T10:00", end="2026-11-24T11:00", urgency=1)
    both = need("both", start="2026-11-24T09:30", places=2, least=2, urgency=4)
    later = need("later", start="2026-11-24T11:30", end="2026-11-24T12:00", urgency=1)
    stated = problem(*(volunteer(f"v{n}") for n in range(people)), needs=[alone, both, later])
    asked = problem_of(stated)

    answer = assigned(asked)

    assert violations(asked, pairs(answer)) == []
    assert sorted(name for name, _person in pairs(answer)) == done
    assert answer["bound"] >= answer["objective"] - 1e-6


@pytest.mark.parametrize("few", [bound.FEW_EDGES, 0])
@pytest.mark.parametrize(("agreed", "many"), [(0, 3), (1, 2), (4, 0)])
def test_a_plan_makes_nobodys_day_hold_more_than_three_services(agreed, many, few, monkeypatch):
    monkeypatch.setattr(bound, "FEW_EDGES", few)
    hours = [
        need(f"n{n}", start=f"2026-11-24T{8 + n:02}:00", end=f"2026-11-24T{8 + n:02}:20")
        for n in range(5)
    ]
    spans = [(f"2026-11-24T{14 + n}:00", f"2026-11-24T{14 + n}:20") for n in range(agreed)]
    busy = [{"start": start, "end": end, "lat": 31.22, "lng": 121.47} for start, end in spans]
    asked = problem_of(problem(volunteer(free=WHOLE_DAY, busy=busy), needs=hours))

    answer = assigned(asked)

    assert len(answer["assignments"]) == many
    assert answer["bound"] >= answer["objective"] - 1e-6
    assert not (many and violations(asked, pairs(answer)))


def test_the_yardstick_takes_whoever_is_best_when_the_turn_comes():
    hours = [
        need(f"n{n}", start=f"2026-11-24T{8 + n:02}:00", end=f"2026-11-24T{8 + n:02}:25")
        for n in range(4)
    ]
    asked = problem_of(problem(volunteer("v1"), volunteer("v2", recent_services=4), needs=hours))
    drawn = assign.drawn_up(Ranking(asked.pool, asked.parameters), list(asked.needs.values()))
    assert sorted(plan.first_come(drawn.facts, drawn.left).load.tolist()) == [0, 4]


def test_the_more_needs_the_fewer_moves_for_each():
    calm = [assign.moves(needs, is_pressed=False) for needs in (0, 3_000, 30_000, 1_000_000)]
    pressed = [assign.moves(needs, is_pressed=True) for needs in (0, 3_000, 30_000, 1_000_000)]
    assert (calm, pressed) == ([60, 60, 10, 3], [60, 60, 20, 3])


def test_compiled_or_not_the_plan_is_the_same_to_the_byte(tmp_path, capsys, compiled_env):
    path = tmp_path / "problem.json"
    people = [
        volunteer(f"v{n}", lat=31.2 + n % 7 * 0.01, recent_services=n % 5) for n in range(100)
    ]
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
    assert run(command, compiled_env) == plain
    scores = [one["score"] for one in json.loads(plain)["assignments"]]
    assert any(one != other for one, other in pairwise(scores))

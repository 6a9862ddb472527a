"""Offers over time: nothing that a rule forbids, the same every time, and better than asking everybody."""

import json
import math
import random
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import answers
from matching.engine.__main__ import main
from matching.engine.answers import WORLDS, freshness, reactions, silent_until, truth
from matching.engine.check import violations
from matching.engine.errors import BadProblem
from matching.engine.files import problem_of
from matching.engine.offers import POLICIES, TOP, Run, Scene
from matching.engine.parameters import USUAL_ASKING
from matching.engine.pool import DAY
from matching.engine.simulate import measured, simulated
from tests.matching.problems import need, problem, volunteer

NOW = "2026-11-23T12:00+08:00"
FREE = [[f"2026-11-{day}T00:00", f"2026-11-{day}T23:59"] for day in range(23, 30)]


def person(name: str = "v1", **given: Any) -> dict[str, Any]:
    """Return somebody who is free all week, was not asked of late and says yes."""
    usual = {"free": FREE, "recent_notices": 0, "acceptance": 1.0, "minutes_left": 5000}
    return volunteer(name, **{**usual, **given})


def run(
    people: list[dict[str, Any]],
    needs: list[dict[str, Any]] | None = None,
    *,
    policy: str = "adaptive",
    world: str = "as_predicted",
    **given: Any,
) -> Run:
    stated = problem(*people, needs=needs, **{"now": NOW, **given})
    return Run(Scene(problem_of(stated)), POLICIES[policy], WORLDS[world]).go()


def taken(one: Run) -> list[tuple[str, str]]:
    return [
        (one.scene.needs[q].id, str(one.scene.pool.ids[row]))
        for row, tasks in one.tasks.items()
        for q in tasks
    ]


@st.composite
def cities(draw: st.DrawFn) -> dict[str, Any]:
    """Return a file with some people and needs of the next days, so that most can be done."""
    people = [
        person(
            f"v{n:02}",
            recent_notices=draw(st.integers(0, 3)),
            acceptance=draw(st.sampled_from([0.1, 0.5, 0.9])),
            minutes_left=draw(st.sampled_from([60, 240, 480])),
        )
        for n in range(draw(st.integers(0, 12)))
    ]
    needs = []
    for n in range(draw(st.integers(0, 6))):
        day, hour = draw(st.integers(23, 27)), draw(st.integers(7, 20))
        times = {"start": f"2026-11-{day}T{hour:02}:00", "end": f"2026-11-{day}T{hour + 2:02}:00"}
        places, urgency = draw(st.integers(1, 3)), draw(st.integers(1, 4))
        needs.append(need(f"n{n}", places=places, urgency=urgency, **times))
    return problem(*people, needs=needs, now=NOW, seed=draw(st.integers(0, 99)), volunteers=people)


@settings(max_examples=40, deadline=None)
@given(
    stated=cities(),
    policy=st.sampled_from(sorted(POLICIES)),
    world=st.sampled_from(sorted(WORLDS)),
    order=st.randoms(use_true_random=False),
)
def test_no_rule_is_broken_and_the_order_of_the_file_changes_nothing(
    stated, policy, world, order: random.Random
):
    asked = problem_of(stated)
    scene = Scene(asked)
    one = Run(scene, POLICIES[policy], WORLDS[world]).go()

    found = measured(one)
    assert violations(asked, taken(one)) == []
    assert found.over_caps == 0 or "adaptive" not in policy
    assert 0 <= found.filled <= found.of_reachable <= 1
    assert found.filled <= found.of_willing <= 1
    assert found.notices == sum(len(course.asked) for course in one.courses)
    shuffled = {
        **stated,
        "volunteers": order.sample(stated["volunteers"], len(stated["volunteers"])),
        "needs": order.sample(stated["needs"], len(stated["needs"])),
    }
    again = Scene(problem_of(shuffled))
    assert simulated(again, policy=policy, world=world) == simulated(
        scene, policy=policy, world=world
    )


def test_who_says_yes_takes_the_place_and_nobody_else_is_asked():
    for policy in POLICIES:
        one = run([person()], policy=policy)
        found = measured(one)
        assert taken(one) == [("n1", "v1")]
        assert (found.filled, found.of_willing, found.fillable_filled) == (1.0, 1.0, 1.0)
        assert (found.notices, found.most_on_one, found.gini_of_notices) == (1, 1, 0.0)


def test_nobody_is_asked_when_no_answer_would_be_in_time():
    found = measured(run([person()], [need(start="2026-11-23T12:30", end="2026-11-23T14:00")]))
    assert (found.filled, found.of_reachable, found.of_willing, found.notices) == (0, 0, 0, 0)


def test_by_night_nobody_is_asked_unless_it_is_urgent():
    late = {"now": "2026-11-23T22:00+08:00"}
    calm = run(
        [person()], [need(urgency=3, start="2026-11-24T11:00", end="2026-11-24T12:00")], **late
    )
    urgent = run(
        [person()], [need(urgency=4, start="2026-11-24T11:00", end="2026-11-24T12:00")], **late
    )
    assert calm.notices[0][0] - calm.scene.problem.now == 10 * 60
    assert urgent.notices[0][0] == urgent.scene.problem.now
    assert taken(urgent) == [("n1", "v1")]


def test_everybody_is_asked_in_turn_while_nobody_answers():
    people = [person(f"v{n:03}", acceptance=0.0) for n in range(TOP + 10)]
    for policy, each in (("adaptive", None), ("one_by_one", 1), ("five", 5), ("ask_all", TOP + 10)):
        one = run(people, [need(start="2026-11-28T09:00", end="2026-11-28T10:00")], policy=policy)
        at_once = [told[0] for told in one.notices if told].count(one.scene.problem.now)
        assert at_once == (each or TOP)
        assert one.sent.max() == 1
        assert measured(one).hours_p50 == 0
    assert measured(run(people)).notices == TOP + 10


def test_who_was_asked_too_often_is_asked_when_that_is_past():
    tired = person(recent_notices=3)
    later = need(start="2026-11-28T09:00", end="2026-11-28T10:00")
    one = run([tired], [later], seed=3)
    first = one.notices[0][3] - one.scene.problem.now
    assert first == 2 * DAY - 4 * 60  # at 8:00, after the first of the three is a week old
    assert measured(one).over_caps == 0
    assert run([tired], [{**later, "urgency": 4}]).notices[0][3] == one.scene.problem.now


def test_a_yes_to_what_can_no_longer_be_done_takes_no_place():
    same = [need("n1"), need("n2")]
    assert len(taken(run([person()], same))) == 1
    days = [need("n1"), need("n2", start="2026-11-26T09:00", end="2026-11-26T11:00")]
    assert len(taken(run([person()], days))) == 2
    assert len(taken(run([person(minutes_left=200)], days))) == 1
    next_week = need("n2", start="2026-11-30T09:00", end="2026-11-30T11:00")
    free = [*FREE, ["2026-11-30T08:00", "2026-11-30T12:00"]]
    both = [person(minutes_left=200, free=free)]
    assert len(taken(run(both, [need("n1"), next_week], seed=1))) == 2


def test_only_the_needs_of_so_many_days_are_looked_at():
    two = problem(
        person(), needs=[need("n1"), need("n2", start="2026-11-27T09:00", end="2026-11-27T10:00")],
        now=NOW,
    )  # fmt: skip
    assert [one.id for one in Scene(problem_of(two), days=2).needs] == ["n1"]
    assert [one.id for one in Scene(problem_of(two)).needs] == ["n1", "n2"]
    with pytest.raises(BadProblem):
        Scene(problem_of(two), days=0)


def test_a_need_is_asked_for_when_it_becomes_known():
    asked = problem_of(problem(person(), now=NOW))
    scene = Scene(asked, opens={"n1": asked.now + 90})
    one = Run(scene, POLICIES["adaptive"], WORLDS["as_predicted"]).go()
    assert one.notices[0] == [asked.now + 90]


def test_worlds_differ_as_they_say():
    people = [person(f"v{n}", acceptance=n / 10) for n in range(10)]
    pool = problem_of(problem(*people)).pool
    told = pool.acceptance

    assert truth(pool, WORLDS["as_predicted"], 7).tolist() == told.tolist()
    assert truth(pool, WORLDS["over_confident"], 7) == pytest.approx(0.6 * told)
    assert truth(pool, WORLDS["under_confident"], 7).max() == answers.MOST
    mixed = truth(pool, WORLDS["shuffled"], 7)
    assert sorted(mixed) == sorted(told)
    assert mixed.tolist() != told.tolist()
    order = np.arange(10)[::-1]
    assert truth(pool.arranged(order), WORLDS["shuffled"], 7).tolist() == mixed[order].tolist()
    assert all(world.says for world in WORLDS.values())


def test_notices_tire():
    spell, lasts = answers.SPELL, answers.SPELL_MINUTES
    assert freshness([], 0) == 1
    assert freshness([100.0], 100.0) == 1 - spell
    assert freshness([100.0, 100.0], 100 + lasts) == pytest.approx((1 - spell / math.e) ** 2)
    assert freshness([0.0], answers.REMEMBERED + 1) == 1


def test_what_people_do_has_the_shape_that_is_said():
    keys = np.arange(20_000, dtype=np.uint64)
    would = reactions(keys, 5, 7)

    assert np.median(would.delay) == pytest.approx(answers.DELAY_MINUTES, rel=0.03)
    assert np.std(np.log(would.delay)) == pytest.approx(answers.DELAY_SPREAD, rel=0.03)
    assert np.mean(would.yes) == pytest.approx(0.5, abs=0.01)
    assert np.mean(would.says_no) == pytest.approx(answers.SAID, abs=0.02)
    spells = np.array(would.spell)
    assert (spells > 0).mean() == pytest.approx(answers.SPELL, abs=0.02)
    assert spells[spells > 0].mean() == pytest.approx(answers.SPELL_MINUTES, rel=0.05)


def test_some_who_were_asked_before_are_silent_still():
    people = [person(f"v{n:03}", recent_notices=n % 3) for n in range(300)]
    found = problem_of(problem(*people))
    until = silent_until(found.pool, found.now, 7)
    silent = until > found.now
    many = found.pool.recent_notices
    assert [silent[many == n].mean() > 0.05 for n in range(3)] == [False, True, True]
    assert silent[many == 2].mean() > silent[many == 1].mean()
    assert silent_until(found.pool.arranged(np.array([], dtype=np.int64)), 0, 7).tolist() == []


def test_the_command_simulates(tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem(person(), now=NOW)))

    assert main(["simulate", str(path), "--policy", "five", "--days", "2"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert (said["policy"]["name"], said["world"]["name"]) == ("five", "as_predicted")
    assert (said["needs"], said["filled"], said["notices"], said["seed"]) == (1, 1.0, 1, 7)
    assert said["asking"] == asdict(
        replace(USUAL_ASKING, at_least_minutes=120, at_most_minutes=120)
    )
    assert main(["simulate", str(path), "--days", "0"]) == 2
    assert "--days: must be at least 1" in capsys.readouterr().err


def test_no_needs_and_nobody():
    found = measured(run([], [], volunteers=[]))
    assert (found.needs, found.filled, found.notices_per_filled, found.hours_p95) == (0, 0, 0, 0)

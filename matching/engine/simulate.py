"""What came of offers over time: how much was filled, how fast, and at what price in notices."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from matching.engine.answers import WORLDS
from matching.engine.daytime import asks_at, last_answer, runs_by_night
from matching.engine.fairness import gini
from matching.engine.offers import POLICIES, Run, Scene, later, minutes, moment
from matching.engine.waves import chance_filled

SURE = 0.99  # a need that everybody together fills so surely is called fillable


@dataclass(frozen=True, slots=True)
class Measures:
    """What came of a run.

    ``filled`` is a share of all places, ``of_reachable`` of those that somebody could take at all,
    ``of_willing`` of those to which people would say yes in time if all were asked at once, rested and with
    nothing else to do (nobody can fill all of these: one person may be counted for two needs).
    ``fillable`` counts the needs that all who can go would fill with a chance of at least ``SURE``,
    ``fillable_filled`` is the share of these that was filled. Hours are from when a need is known until its
    last place is filled. The Gini coefficient is over all who can go for any of the needs. ``over_caps``
    counts notices beyond the caps, urgent needs left out.
    """

    needs: int
    places: int
    filled: float
    of_reachable: float
    of_willing: float
    fillable: int
    fillable_filled: float
    notices: int
    notices_per_filled: float
    hours_p50: float
    hours_p95: float
    gini_of_notices: float
    most_on_one: int
    over_caps: int
    explored: int


class _Could(NamedTuple):
    """What is possible for one need: places that somebody could take, those to which people would say yes,
    and the chance that everybody together fills it."""

    reachable: int
    willing: int
    chance: float


def _could(run: Run, q: int) -> _Could:
    need, everybody = run.scene.needs[q], run.scene.everybody(q)
    when: dict[str, Any] = {"starts_at": moment(need.start), "urgency": need.urgency}
    begins = asks_at(moment(run.scene.opens[q]), **when)
    nightly, last = runs_by_night(begins, **when), minutes(last_answer(moment(need.start)))
    truth = [run.truth[row] for row in everybody.rows]
    delays = [
        delay
        for yes, delay, chance in zip(
            everybody.would.yes, everybody.would.delay, truth, strict=True
        )
        if yes < chance
    ]
    willing = sum(later(minutes(begins), delay, nightly=nightly) <= last for delay in delays)
    return _Could(
        min(need.places, len(truth)),
        min(need.places, willing),
        chance_filled(truth, need.places),
    )


def measured(run: Run) -> Measures:
    """Return what came of ``run``."""
    scene, numbers = run.scene, range(len(run.scene.needs))
    could = [_could(run, q) for q in numbers]
    places = sum(need.places for need in scene.needs)
    filled = places - sum(course.left for course in run.courses)
    fillable = [q for q in numbers if could[q].chance >= SURE]
    able = sorted({row for q in numbers for row in scene.everybody(q).rows})
    hours = [
        (course.filled_at - at) / 60.0
        for course, at in zip(run.courses, scene.opens, strict=True)
        if course.filled_at is not None
    ]
    p50, p95 = (float(np.percentile(hours, p)) if hours else 0.0 for p in (50, 95))
    notices = int(run.sent.sum())
    return Measures(
        needs=len(scene.needs),
        places=places,
        filled=_share(filled, places),
        of_reachable=_share(filled, sum(one.reachable for one in could)),
        of_willing=_share(filled, sum(one.willing for one in could)),
        fillable=len(fillable),
        fillable_filled=_share(sum(not run.courses[q].left for q in fillable), len(fillable)),
        notices=notices,
        notices_per_filled=_share(notices, filled),
        hours_p50=round(p50, 3),
        hours_p95=round(p95, 3),
        gini_of_notices=round(gini(run.sent[able]), 4),
        most_on_one=int(run.sent.max(initial=0)),
        over_caps=run.over_caps,
        explored=run.explored,
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def simulated(scene: Scene, *, policy: str, world: str) -> dict[str, Any]:
    """Return what came of ``policy`` (of ``POLICIES``) in ``world`` (of ``WORLDS``), and what these are."""
    run = Run(scene, POLICIES[policy], WORLDS[world]).go()
    return {
        "policy": {"name": policy, "says": POLICIES[policy].says},
        "world": {"name": world, "says": WORLDS[world].says},
        **asdict(measured(run)),
        "asking": asdict(POLICIES[policy].asking),
        "seed": scene.problem.seed,
    }

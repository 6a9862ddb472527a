"""Offers over time in a synthetic Shanghai: five ways to ask, four worlds that answer.

Needs become known by day, 12 hours to 7 days before they start (urgent ones 3 to 24 hours). How people
answer is assumed in ``matching.engine.answers``.
"""

import platform
from dataclasses import replace
from datetime import date

import numpy as np

from bench.matching import shanghai
from bench.results import cores
from matching.engine import answers
from matching.engine.answers import WORLDS
from matching.engine.files import Problem
from matching.engine.offers import POLICIES, Run, Scene
from matching.engine.parameters import USUAL, USUAL_ASKING
from matching.engine.pool import DAY, Pool, Spans
from matching.engine.sieve import LOCAL_MINUTES
from matching.engine.simulate import Measures, measured

VOLUNTEERS, NEEDS, DAYS = 15_000, 2_000, 14
WEEK = 7 * DAY
HOUR = 60
AHEAD = (12 * HOUR, 7 * DAY)  # so long before its start a need is known, log-uniform …
URGENT_AHEAD = (3 * HOUR, DAY)  # … and one of the highest urgency
ASKED = {
    **POLICIES,
    "adaptive_half": POLICIES["adaptive"]._replace(
        says="as adaptive, but an offer lives at least half an hour, not an hour",
        asking=replace(USUAL_ASKING, at_least_minutes=30),
    ),
}


def _free(week: Spans, weeks: int) -> Spans:
    """Return the free stretches of one week, every week."""
    owners = np.concatenate([week.owners()] * weeks)
    start = np.concatenate([week.start + n * WEEK for n in range(weeks)])
    end = np.concatenate([week.end + n * WEEK for n in range(weeks)])
    order = np.lexsort((start, owners))
    return Spans(week.at * weeks, start[order], end[order])


def _pool(count: int, days: int) -> Pool:
    pool = shanghai.local(shanghai.volunteers(count))
    return replace(pool, free=_free(pool.free, -(-days // 7)))


def _by_day(rng: np.random.Generator, minute: int) -> int:
    """Return the minute, or one in the twelve hours of the day before the night it lies in."""
    of_day = (minute + LOCAL_MINUTES) % DAY
    if 8 * HOUR <= of_day < 20 * HOUR:
        return minute
    evening = minute - (of_day - 20 * HOUR) % DAY
    return evening - int(rng.integers(0, 12 * HOUR))


def scene(volunteers: int, needs: int, days: int) -> Scene:
    """Return a city with its needs and when each became known."""
    rng = np.random.default_rng(31)
    found, opens = {}, {}
    for number in range(needs):
        need = shanghai.file_need(rng, number, days=days)
        ahead = np.exp(rng.uniform(*np.log(URGENT_AHEAD if need.urgency == 4 else AHEAD)))
        found[need.id], opens[need.id] = need, _by_day(rng, need.start - int(ahead))
    problem = Problem(min(opens.values()), 7, USUAL, _pool(volunteers, days), found)
    return Scene(problem, opens=opens)


def _line(world: str, policy: str, found: Measures) -> str:
    return (
        f"| {world} | {policy} | {found.filled:.3f} | {found.of_reachable:.3f} | {found.of_willing:.3f}"
        f" | {found.fillable_filled:.3f} of {found.fillable:,} | {found.notices_per_filled:.1f}"
        f" | {found.hours_p50:.1f} / {found.hours_p95:.1f} | {found.gini_of_notices:.2f}"
        f" | {found.most_on_one} | {found.over_caps:,} |"
    )


def _goals(world: str, of: dict[str, Measures]) -> list[str]:
    """Return a line for each goal (ENGINE §7), with what was measured for ``adaptive``."""
    ours, everybody, single, five = (
        of[name] for name in ("adaptive", "ask_all", "one_by_one", "five")
    )
    best = max(one.filled for one in (everybody, single, five))
    sure = 0.97 if world == "as_predicted" else 0.95
    points = {"ask all": everybody.filled, "one by one": single.filled}
    ratios = [
        ("notices beside ask all", ours.notices_per_filled / everybody.notices_per_filled, 0.25),
        ("notices beside five", ours.notices_per_filled / five.notices_per_filled, 1.0),
        ("median hours beside one by one", ours.hours_p50 / single.hours_p50, 0.4),
        ("Gini of notices beside ask all", ours.gini_of_notices / everybody.gini_of_notices, 0.8),
    ]
    lines = [
        (
            f"filled, points over {name}",
            f"{100 * (ours.filled - had):+.1f}",
            "≥ +3",
            ours.filled >= had + 0.03,
        )
        for name, had in points.items()
    ]
    over = f"{100 * (ours.filled - best):+.1f}"
    lines += [
        ("filled, points over the best of the three", over, "≥ 0", ours.filled >= best),
        *((name, f"{ratio:.2f} ×", f"≤ {goal} ×", ratio <= goal) for name, ratio, goal in ratios),
        ("notices beyond the caps", f"{ours.over_caps}", "0", ours.over_caps == 0),
        ("fillable needs filled", f"{ours.fillable_filled:.3f}", f"≥ {sure}", ours.fillable_filled >= sure),
    ]  # fmt: skip
    return [
        f"| {world} | {what} | {had} | {goal} | {'met' if met else '**missed**'} |"
        for what, had, goal, met in lines
    ]


def table(volunteers: int, needs: int, days: int) -> list[str]:
    """Return the lines of both tables: what came of each policy in each world, and the goals."""
    city = scene(volunteers, needs, days)
    figures, goals = [], []
    for world in WORLDS:
        found = {name: measured(Run(city, ASKED[name], WORLDS[world]).go()) for name in ASKED}
        figures += [_line(world, name, one) for name, one in found.items()]
        goals += _goals(world, found)
    return [
        (
            "| world | policy | filled | of reachable | of willing | fillable needs filled"
            " | notices a filled place | hours p50 / p95 | Gini | most on one | over caps |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *figures,
        "",
        "| world | adaptive | measured | goal | |",
        "|---|---|---|---|---|",
        *goals,
    ]


def section() -> list[str]:
    """Return the section of ``bench/RESULTS.md``."""
    worlds = "; ".join(f"`{name}`: {world.says}" for name, world in WORLDS.items())
    policies = "; ".join(f"`{name}`: {policy.says}" for name, policy in ASKED.items())
    return [
        "## Waves of offers",
        "",
        (
            f"Written by `python -m bench.matching`: offers over {DAYS} days, {VOLUNTEERS:,} volunteers of a"
            f" synthetic Shanghai, {NEEDS:,} needs that become known by day, 12 hours to 7 days ahead (urgent"
            f" ones 3 to 24 hours). Assumed of people, not known: an answer after {answers.DELAY_MINUTES:.0f}"
            f" minutes of daytime in the median, {answers.SAID:.0%} of noes are said, and {answers.SPELL:.0%}"
            f" of notices begin a spell without answers, {answers.SPELL_MINUTES / DAY:.0f} days in the mean;"
            " the same draws for every policy. Filled: a share of places; of reachable: of those that"
            " somebody could take at all; of willing: of those to which enough would say yes if all were"
            " asked at once, rested and with nothing else to do (nobody can fill all of these); fillable:"
            " needs that all who can go fill with a chance of .99 in that world. Gini: over all who can go"
            " for any need. Over caps: notices beyond two in 24 hours or three in 7 days, urgent needs left"
            " out; the first three policies know no caps."
            f" {cores()}, Python {platform.python_version()}, numpy {np.__version__};"
            f" measured on {date.today().isoformat()}."  # noqa: DTZ011
        ),
        "",
        f"Worlds: {worlds}. Policies: {policies}.",
        "",
        *table(VOLUNTEERS, NEEDS, DAYS),
        "",
    ]

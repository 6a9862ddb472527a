"""A whole file of needs: edges, plan, bound, and the receipt that says how it came about."""

import hashlib
import json
import platform
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine import bound, plan, sieve
from matching.engine.best import Ranking
from matching.engine.edges import edges
from matching.engine.files import FileNeed, Problem
from matching.engine.parameters import VERSION
from matching.engine.pool import DAY, Ints, Pool
from matching.engine.sieve import LOCAL_MINUTES

EDGES = 32  # people looked at for each need, and two more for each place
PRESSED_EDGES = 128
PRESSED = 0.5  # places for each volunteer: beyond, demand presses
MOVES = (
    3,
    60,
    300_000,
)  # takings apart for each need, least and most, and for all that are not least
PRESSED_MOVES = (3, 200, 600_000)
MOST_DAYS = 1 << 24  # more than dates can be apart


def moves(needs: int, *, is_pressed: bool) -> int:
    """Return how often each need is taken apart: less often the more there are, never by the clock."""
    least, most, together = PRESSED_MOVES if is_pressed else MOVES
    return min(max(together // max(needs, 1), least), most)


class Drawn(NamedTuple):
    """What is planned: ``people`` are the rows of the pool that the plan counts from 0, with the minutes
    ``left`` to them; ``moves``: takings apart for each need."""

    facts: plan.Facts
    people: Ints
    left: Ints
    moves: int


def drawn_up(ranking: Ranking, needs: list[FileNeed]) -> Drawn:
    """Return the facts of a plan for ``needs``; where demand presses, more is looked at and tried."""
    places = np.array([need.places for need in needs], dtype=np.int64)
    is_pressed = places.sum() > PRESSED * len(ranking.pool)
    asked = [need.wanted(ranking.pool) for need in needs]
    made = edges(ranking, asked, (PRESSED_EDGES if is_pressed else EDGES) + 2 * places)
    people, person = np.unique(made.rows, return_inverse=True)
    start = np.array([need.start for need in needs], dtype=np.int64)
    end = np.array([need.end for need in needs], dtype=np.int64)
    day = (start + LOCAL_MINUTES) // DAY
    minutes, services = _busy(ranking.pool, made.rows, np.repeat(day, np.diff(made.at)))
    facts = plan.Facts(
        places=places,
        least=np.array([need.least for need in needs], dtype=np.int64),
        urgency=np.array([need.urgency for need in needs], dtype=np.int64),
        start=start,
        end=end,
        lat=np.array([need.lat for need in needs], dtype=np.float64),
        lng=np.array([need.lng for need in needs], dtype=np.float64),
        night=sieve.into_night(start, end),
        day=day,
        at=made.at,
        person=person,
        score=made.scores,
        done=minutes,
        others=services,
        limits=plan.limits(ranking.parameters),
    )
    many = moves(len(needs), is_pressed=is_pressed)
    return Drawn(facts, people, ranking.pool.minutes_left[people], many)


def _busy(pool: Pool, rows: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Return how many minutes, and how many services, each of ``rows`` has already on the local ``day``."""
    owner, of_day = pool.busy.owners(), (pool.busy.start + LOCAL_MINUTES) // DAY
    code, which = np.unique(owner * MOST_DAYS + of_day, return_inverse=True)
    minutes = np.bincount(which, weights=pool.busy.end - pool.busy.start).astype(np.int64)
    services = np.bincount(which)
    if not len(code):
        return np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    asked = rows * MOST_DAYS + day
    at = np.minimum(np.searchsorted(code, asked), len(code) - 1)
    is_busy = code[at] == asked
    return np.where(is_busy, minutes[at], 0), np.where(is_busy, services[at], 0)


def assigned(problem: Problem) -> dict[str, Any]:
    """Return the plan for all needs of ``problem``, what is left unfilled and why, and the receipt.

    Of an unfilled need: ``places``, how many people too few; ``refused``, how many each rule is the first to
    turn down; ``lacking``, for want of which skill or mark; ``fit``, how many none does, those who go there
    by the plan among them.
    """
    ranking = Ranking(problem.pool, problem.parameters, seed=problem.seed)
    needs = [need for _name, need in sorted(problem.needs.items())]
    facts, people, left, moves = drawn_up(ranking, needs)
    state = plan.plan(facts, left, moves=moves, seed=problem.seed)
    limit = bound.bound(facts, left, plan.objective(facts, state))
    if limit.edges is not None:
        best = plan.of_edges(facts, left, limit.edges)
        state = max(state, best, key=lambda one: plan.objective(facts, one))
    return {
        "assignments": [
            {
                "need": need.id,
                "volunteer": str(ranking.pool.ids[people[state.chosen[q, n]]]),
                "score": float(state.value[q, n]),
            }
            for q, need in enumerate(needs)
            for n in range(state.filled[q])
        ],
        "unfilled": [
            {
                "need": need.id,
                "places": int(need.places - state.filled[q]),
                **sieve.sifted(
                    ranking.pool, need.wanted(ranking.pool), problem.parameters
                )._asdict(),
            }
            for q, need in enumerate(needs)
            if state.filled[q] < need.places
        ],
        "objective": round(plan.objective(facts, state), 6),
        "bound": round(limit.worth, 6),
        "bound_kind": limit.kind,
        "receipt": {
            "parameters": {**asdict(problem.parameters), "version": VERSION},
            "versions": {"numpy": np.__version__, "python": platform.python_version()},
            "input": digest(ranking, needs),
            "seed": problem.seed,
        },
    }


def digest(ranking: Ranking, needs: list[FileNeed]) -> str:
    """Return a hash of what was planned: of the people and the needs, in whatever order they came."""
    found = hashlib.sha256()
    pool = ranking.pool
    columns: tuple[npt.NDArray[Any], ...] = (
        *(pool.key, pool.lat, pool.lng, pool.radius_m, pool.gender, pool.levels),
        *(pool.free.at, pool.free.start, pool.free.end),
        *(pool.busy.at, pool.busy.start, pool.busy.end),
        *(pool.minutes_left, pool.recent_services, pool.reliability),
        *(pool.acceptance, pool.is_new),
    )
    for column in columns:
        found.update(np.ascontiguousarray(column).tobytes())
    told = [
        {
            **asdict(need),
            "preferred": sorted(need.preferred),
            "excluded": sorted(need.excluded),
            "known": sorted(need.known),
        }
        for need in needs
    ]
    found.update(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())
    return found.hexdigest()

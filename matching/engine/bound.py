"""What no plan over the same edges can be worth more than, and for a few edges the best plan there is
(ENGINE §3)."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from matching.engine.plan import MOST_TASKS, UNFAIR, URGENT, Facts, clash
from matching.engine.pool import Floats, Ints
from matching.engine.prices import priced

MOST_EDGES = 60_000  # beyond, a linear programme takes minutes and gigabytes
FEW_EDGES = 2_000  # up to here the best plan is found in no time
MOST_NODES = 20_000  # of its search: counted, not timed, so that it ends the same way everywhere


class Limit(NamedTuple):
    """What no plan is worth more than. ``kind``: ``optimum``, ``lp`` (of the linear relaxation), or
    ``lagrangian`` (prices). ``edges``: those of the best plan, where it was found."""

    worth: float
    kind: str
    edges: Ints | None


def bound(facts: Facts, left: Ints, reached: float) -> Limit:
    """Return the limit of all plans over these edges; ``reached`` is what one of them is worth."""
    if not len(facts.person):
        return Limit(0.0, "optimum", np.array([], dtype=np.int64))
    if len(facts.person) > MOST_EDGES:
        return Limit(priced(facts, left, reached), "lagrangian", None)
    is_small = len(facts.person) <= FEW_EDGES
    options = {"mip_rel_gap": 0.0, "node_limit": MOST_NODES}
    worth, found = solved(facts, left, whole=is_small, options=options)
    return Limit(worth, "optimum" if found is not None else "lp", found)


def solved(
    facts: Facts, left: Ints, *, whole: bool, options: Mapping[str, float]
) -> tuple[float, Ints | None]:
    """Solve: x per edge and y per further service of a person, both from 0 to 1, so that needs are not
    over-filled, nobody's minutes are passed, and of services that clash at most one is done. Return the
    bound, and if x had to be ``whole`` the edges of the best plan that was found with these ``options`` of
    HiGHS."""
    need = np.repeat(np.arange(len(facts.places)), np.diff(facts.at))
    edges, person, people = len(need), facts.person, len(left)
    tasks = np.minimum(np.bincount(person, minlength=people), MOST_TASKS)
    owner = np.repeat(np.arange(people), tasks)
    before = np.arange(len(owner)) - np.repeat(np.cumsum(tasks) - tasks, tasks)
    cost = np.concatenate((-(URGENT * facts.urgency[need] + facts.score), UNFAIR * before))
    every = np.arange(edges)
    rows, columns = [need, len(facts.places) + person], [every, every]
    worth = [np.ones(edges), (facts.end - facts.start)[need].astype(np.float64)]
    most = [facts.places.astype(np.float64), left.astype(np.float64)]
    at = len(facts.places) + people
    for clique in _cliques(facts, need):
        rows.append(np.full(len(clique), at))
        columns.append(clique)
        worth.append(np.ones(len(clique)))
        most.append(np.ones(1))
        at += 1
    unknowns = edges + len(owner)
    for own, weight, cap in _days(facts, need):
        rows.append(np.full(len(own), at))
        columns.append(own)
        worth.append(weight)
        most.append(cap)
        at += 1
    at_most = csr_array(
        (np.concatenate(worth), (np.concatenate(rows), np.concatenate(columns))), (at, unknowns)
    )
    signs = np.concatenate((np.ones(edges), -np.ones(len(owner))))
    owners = np.concatenate((person, owner))
    equal = csr_array((signs, (owners, np.arange(unknowns))), (people, unknowns))
    answer = milp(
        cost,
        integrality=np.concatenate((np.full(edges, int(whole)), np.zeros(len(owner)))),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(at_most, -np.inf, np.concatenate(most)),
            LinearConstraint(equal, 0, 0),
        ],
        options=dict(options),
    )
    if not whole:
        return float(-answer.fun), None
    if answer.x is None:  # cut short before there was any
        return math.inf, None
    return float(-answer.mip_dual_bound), np.flatnonzero(answer.x[:edges] > 0.5)


def _cliques(facts: Facts, need: Ints) -> Iterator[Ints]:
    """Yield sets of edges of one person of which at most one can be done."""
    order = np.lexsort((facts.start[need], facts.person))
    ends = np.flatnonzero(np.diff(facts.person[order])) + 1
    for own in np.split(order, ends):
        start, end = facts.start[need[own]], facts.end[need[own]] + facts.limits[0]
        seen: set[bytes] = set()
        for at in start:
            together = own[(start <= at) & (end > at)]
            if len(together) > 1 and together.tobytes() not in seen:
                seen.add(together.tobytes())
                yield together
        yield from _too_far(facts, need, own)


def _too_far(facts: Facts, need: Ints, own: Ints) -> Iterator[Ints]:
    """Yield pairs that do not overlap and are still too far apart to do both."""
    furthest = max(facts.limits[1], facts.limits[4])
    for n, one in enumerate(own):
        for other in own[n + 1 :]:
            gap = facts.start[need[other]] - facts.end[need[one]]
            if gap >= furthest:
                break
            if gap >= facts.limits[0] and clash(
                int(need[one]), int(need[other]), *facts[2:7], facts.limits
            ):
                yield np.array([one, other])


def _days(facts: Facts, need: Ints) -> Iterator[tuple[Ints, Floats, Floats]]:
    """Yield edges of one person on one day, the minutes of each and how many all of them may have: one that
    takes a whole day's minutes or more can be done alone, so it counts for a day."""
    if not facts.limits[5]:
        return
    day = facts.day[need]
    order = np.lexsort((day, facts.person))
    change = (np.diff(facts.person[order]) != 0) | (np.diff(day[order]) != 0)
    for own in np.split(order, np.flatnonzero(change) + 1):
        cap = facts.limits[5] - facts.done[own[:1]]
        yield own, np.minimum((facts.end - facts.start)[need[own]], cap), cap

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


Row = tuple[Ints, Floats, float]  # unknowns, what each is worth in the sum, the most of it


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
    """Solve: x per edge, y per further service of a person and z per need that takes several or nobody, all
    from 0 to 1, so that needs are not over-filled, nobody's minutes are passed, and of services that clash at
    most one is done. Return the bound, and if x had to be ``whole`` the edges of the best plan that was found
    with these ``options`` of HiGHS."""
    need = np.repeat(np.arange(len(facts.places)), np.diff(facts.at))
    edges, person, people = len(need), facts.person, len(left)
    tasks = np.minimum(np.bincount(person, minlength=people), MOST_TASKS)
    owner = np.repeat(np.arange(people), tasks)
    before = np.arange(len(owner)) - np.repeat(np.cumsum(tasks) - tasks, tasks)
    several = np.flatnonzero(facts.least > 1)
    cost = np.concatenate(
        (
            -(URGENT * facts.urgency[need] + facts.score),
            UNFAIR * before,
            np.zeros(len(several)),
        )
    )
    every = np.arange(edges)
    rows, columns = [need, len(facts.places) + person], [every, every]
    worth = [np.ones(edges), (facts.end - facts.start)[need].astype(np.float64)]
    most = [facts.places.astype(np.float64), left.astype(np.float64)]
    at = len(facts.places) + people
    yes = edges + len(owner)  # the first z
    for own, weight, cap in (
        *_cliques(facts, need),
        *_days(facts, need),
        *_several(facts, several, yes),
    ):
        rows.append(np.full(len(own), at))
        columns.append(own)
        worth.append(weight)
        most.append(np.array([cap]))
        at += 1
    unknowns = yes + len(several)
    at_most = csr_array(
        (np.concatenate(worth), (np.concatenate(rows), np.concatenate(columns))), (at, unknowns)
    )
    signs = np.concatenate((np.ones(edges), -np.ones(len(owner))))
    owners = np.concatenate((person, owner))
    equal = csr_array((signs, (owners, np.arange(yes))), (people, unknowns))
    answer = milp(
        cost,
        integrality=np.concatenate(
            (
                np.full(edges, int(whole)),
                np.zeros(len(owner)),
                np.full(len(several), int(whole)),
            )
        ),
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


def _several(facts: Facts, several: Ints, yes: int) -> Iterator[Row]:
    """Yield for each need that takes ``least`` people or nobody: none without its z, which stand from
    ``yes`` on, and at least so many with it."""
    for n, q in enumerate(several):
        own = np.arange(facts.at[q], facts.at[q + 1])
        both, ones = np.append(own, yes + n), np.ones(len(own))
        yield both, np.append(ones, -facts.places[q]), 0.0
        yield both, np.append(-ones, facts.least[q]), 0.0


def _cliques(facts: Facts, need: Ints) -> Iterator[Row]:
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
                yield together, np.ones(len(together)), 1.0
        yield from _too_far(facts, need, own)


def _too_far(facts: Facts, need: Ints, own: Ints) -> Iterator[Row]:
    """Yield pairs that do not overlap and are still too far apart to do both."""
    furthest = max(facts.limits[1], facts.limits[4])
    for n, one in enumerate(own):
        for other in own[n + 1 :]:
            gap = facts.start[need[other]] - facts.end[need[one]]
            if gap >= furthest:
                break
            if gap >= facts.limits[0] and clash(
                int(need[one]),
                int(need[other]),
                *(facts.start, facts.end, facts.lat, facts.lng, facts.night),
                facts.limits,
            ):
                yield np.array([one, other]), np.ones(2), 1.0


def _days(facts: Facts, need: Ints) -> Iterator[Row]:
    """Yield edges of one person on one day, what each takes and how much all of them may: services, and
    minutes, where one that takes a whole day's or more can be done alone, so it counts for a day."""
    day = facts.day[need]
    order = np.lexsort((day, facts.person))
    change = (np.diff(facts.person[order]) != 0) | (np.diff(day[order]) != 0)
    for own in np.split(order, np.flatnonzero(change) + 1):
        if len(own) > facts.limits[6] - facts.others[own[0]]:
            yield own, np.ones(len(own)), max(facts.limits[6] - facts.others[own[0]], 0.0)
        if facts.limits[5]:
            cap = facts.limits[5] - facts.done[own[0]]
            yield own, np.minimum((facts.end - facts.start)[need[own]], cap), cap

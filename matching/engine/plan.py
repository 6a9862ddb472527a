"""Many needs at once: who does what, so that most is filled, well, and nobody carries too much (ENGINE §3).

Time is not encoded in a solver. The needs are filled one after the other, urgent and scarce ones first, each
pair of services of one person tested exactly; then some are taken apart and put together again (ruin and
recreate, Schrimpf et al. 2000), a fixed number of times: the same input gives the same plan, byte for byte.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from matching.engine.compiled import compiled, inlined
from matching.engine.files import MOST_PLACES
from matching.engine.parameters import Parameters
from matching.engine.pool import Floats, Ints, Keys
from matching.engine.problem import EARTH_M

MOST_TASKS = 8  # of one person in one plan
TOGETHER = 6  # needs that are taken apart at once
HEAT = 1.0  # how much a worse plan may lose at first and still be gone on from (falls to 0)
BLUR = 1.5  # how far at first a choice strays from the best (falls to 0)
URGENT = 10.0  # what one step of urgency is worth beside a score
UNFAIR = 0.06  # what each further service of one person costs, times those before it
SEED = 0x9E3779B97F4A7C15
BITS = 1 << 31


class Facts(NamedTuple):
    """What is to be planned. Of each need: places, urgency, start and end in minutes, place. ``person`` and
    ``score`` are its edges, those of need ``q`` from ``at[q]`` to ``at[q + 1]``; people count from 0."""

    places: Ints
    urgency: Ints
    start: Ints
    end: Ints
    lat: Floats
    lng: Floats
    at: Ints
    person: Ints
    score: Floats
    limits: Floats  # buffer, within, km an hour, minutes: ``Parameters``


class State(NamedTuple):
    """The plan so far: who has the places of each need and at what score, what each person does, the minutes
    that are left to each, and the random numbers."""

    chosen: Ints
    value: Floats
    filled: Ints
    tasks: Ints
    load: Ints
    left: Ints
    random: Keys


def limits(parameters: Parameters) -> Floats:
    """Return what decides whether there is time between two services."""
    return np.array(
        [
            parameters.buffer_minutes,
            parameters.travel_within_minutes,
            parameters.travel_km_per_hour,
            parameters.travel_minutes,
        ],
        dtype=np.float64,
    )


def empty(facts: Facts, left: Ints, *, seed: int = 0) -> State:
    """Return the plan in which nobody does anything; ``left`` minutes for each person."""
    needs, people = len(facts.places), len(left)
    return State(
        chosen=np.zeros((needs, MOST_PLACES), dtype=np.int64),
        value=np.zeros((needs, MOST_PLACES)),
        filled=np.zeros(needs, dtype=np.int64),
        tasks=np.zeros((people, MOST_TASKS), dtype=np.int64),
        load=np.zeros(people, dtype=np.int64),
        left=left.copy(),
        random=np.array([(SEED ^ seed) or 1], dtype=np.uint64),
    )


def plan(facts: Facts, left: Ints, *, moves: int, seed: int) -> State:
    """Return a plan made by ``moves`` takings apart for each need."""
    needs, state = len(facts.places), empty(facts, left, seed=seed)
    order = np.lexsort((np.arange(needs), np.diff(facts.at), -facts.urgency))
    for need in order:
        fill(int(need), facts, state, 0.0)
    if needs:
        _improve(facts, state, order, moves * needs)
    return state


def of_edges(facts: Facts, left: Ints, edges: Ints) -> State:
    """Return the plan in which just these edges are chosen."""
    state = empty(facts, left)
    need = np.searchsorted(facts.at, edges, side="right") - 1
    for q, edge in zip(need, edges, strict=True):
        _give(int(q), int(facts.person[edge]), float(facts.score[edge]), facts, state)
    return state


def objective(facts: Facts, state: State) -> float:
    """Return what a plan is worth: Σ (10 · urgency + score) − .06 · Σ n(n − 1) / 2 over people."""
    held = np.arange(MOST_PLACES) < state.filled[:, None]
    worth = (URGENT * facts.urgency[:, None] + state.value)[held].sum()
    return float(worth - UNFAIR * (state.load * (state.load - 1) / 2).sum())


@inlined
def _random(random: Any) -> int:
    """Return 31 random bits (xorshift64)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return int(x >> np.uint64(33))


@inlined
def clash(q: int, r: int, start: Any, end: Any, lat: Any, lng: Any, limits: Any) -> bool:
    """Say whether nobody can do both needs: they overlap, or there is no getting from one to the other."""
    gap = max(start[r] - end[q], start[q] - end[r])
    if gap < limits[0]:
        return True
    if gap >= limits[1]:
        return False
    a, b = math.radians(lat[q]), math.radians(lat[r])
    turned = math.sin(math.radians(lng[r] - lng[q]) / 2)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * turned**2
    km = 2 * EARTH_M / 1000 * math.asin(min(1.0, math.sqrt(half)))
    return bool(gap < km / limits[2] * 60 + limits[3])


@inlined
def _fits(
    p: int,
    q: int,
    tasks: Any,
    load: Any,
    left: Any,
    start: Any,
    end: Any,
    lat: Any,
    lng: Any,
    limits: Any,
) -> bool:
    """Say whether person ``p`` can take need ``q`` beside what they do already."""
    if left[p] < end[q] - start[q] or load[p] == MOST_TASKS:
        return False
    for n in range(load[p]):
        if tasks[p, n] == q or clash(q, tasks[p, n], start, end, lat, lng, limits):
            return False
    return True


@inlined
def fill(q: int, facts: Any, state: Any, blur: float) -> float:
    """Fill the places of need ``q`` by who adds most, give or take ``blur``; return what was added."""
    person, score, urgency = facts.person, facts.score, facts.urgency
    start, end, lat, lng, limits = facts.start, facts.end, facts.lat, facts.lng, facts.limits
    tasks, load, left, random = state.tasks, state.load, state.left, state.random
    added = 0.0
    while state.filled[q] < facts.places[q]:
        best, chosen = 0.0, -1
        for edge in range(facts.at[q], facts.at[q + 1]):
            p = person[edge]
            liked = URGENT * urgency[q] + score[edge] - UNFAIR * load[p]
            if blur > 0:
                liked += blur * _random(random) / BITS
            if liked > best and _fits(p, q, tasks, load, left, start, end, lat, lng, limits):
                best, chosen = liked, edge
        if chosen < 0:
            break
        added += _give(q, person[chosen], score[chosen], facts, state)
    return added


@inlined
def _give(q: int, p: int, score: float, facts: Any, state: Any) -> float:
    """Give person ``p`` a place of need ``q``; return what that adds."""
    n = state.filled[q]
    state.chosen[q, n], state.value[q, n] = p, score
    state.filled[q] = n + 1
    state.tasks[p, state.load[p]] = q
    state.load[p] += 1
    state.left[p] -= facts.end[q] - facts.start[q]
    return float(URGENT * facts.urgency[q] + score - UNFAIR * (state.load[p] - 1))


@inlined
def _clear(q: int, facts: Any, state: Any) -> float:
    """Take everybody off need ``q``; return what that loses."""
    lost = 0.0
    for n in range(state.filled[q]):
        p = state.chosen[q, n]
        for i in range(state.load[p]):
            if state.tasks[p, i] == q:
                state.tasks[p, i] = state.tasks[p, state.load[p] - 1]
        state.load[p] -= 1
        state.left[p] += facts.end[q] - facts.start[q]
        lost += URGENT * facts.urgency[q] + state.value[q, n] - UNFAIR * state.load[p]
    state.filled[q] = 0
    return lost


@inlined
def _together(first: int, some: Any, facts: Any, state: Any) -> int:
    """Write to ``some`` needs that hang together with ``first``: one and the same person may do them and
    does another; return how many."""
    some[0], size = first, 1
    for _try in range(3 * TOGETHER):
        of = some[_random(state.random) % size]
        edges = facts.at[of + 1] - facts.at[of]
        if size == TOGETHER or edges == 0:
            continue
        p = facts.person[facts.at[of] + _random(state.random) % edges]
        if state.load[p] == 0:
            continue
        other, is_new = state.tasks[p, _random(state.random) % state.load[p]], True
        for n in range(size):
            is_new = is_new and some[n] != other
        if is_new:
            some[size] = other
            size += 1
    return size


@compiled
def _improve(facts: Any, state: Any, order: Any, moves: int) -> None:
    """Take needs apart that hang together, and keep what was put together again if it is better, or, the
    less likely the later and the worse it is, although it is worse."""
    some = np.zeros(TOGETHER, dtype=np.int64)
    who = np.zeros((TOGETHER, MOST_PLACES), dtype=np.int64)
    value = np.zeros((TOGETHER, MOST_PLACES))
    many = np.zeros(TOGETHER, dtype=np.int64)
    for move in range(moves):
        cooling = 1.0 - move / moves
        first = order[_random(state.random) % len(order)]
        if state.filled[first] == facts.places[first] and _random(state.random) % 2:
            first = order[_random(state.random) % len(order)]
        size = _together(first, some, facts, state)
        for n in range(size - 1, 0, -1):  # they are put together again in any order
            other = _random(state.random) % (n + 1)
            some[n], some[other] = some[other], some[n]
        change = 0.0
        for n in range(size):
            q = some[n]
            many[n] = state.filled[q]
            who[n], value[n] = state.chosen[q], state.value[q]
            change -= _clear(q, facts, state)
        for n in range(size):
            change += fill(some[n], facts, state, BLUR * cooling)
        if change >= HEAT * cooling * math.log((_random(state.random) + 1) / BITS):
            continue
        for n in range(size):
            _clear(some[n], facts, state)
        for n in range(size):
            for i in range(many[n]):
                _give(some[n], who[n, i], value[n, i], facts, state)

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
from matching.engine.pool import Floats, Ints, Keys, Mask
from matching.engine.problem import EARTH_M

MOST_TASKS = 8  # of one person in one plan
TOGETHER = 6  # needs that are taken apart at once
ELSE = 8  # one in so many of them is what a person could do, not what they do
WARM = 60  # moves for each need from which the heat is whole: fewer would not cool it down again
HEAT = 1.0  # how much a worse plan may lose at first and still be gone on from (falls to 0)
BLUR = 1.5  # how far at first a choice strays from the best (falls to 0)
URGENT = 10.0  # what one step of urgency is worth beside a score
UNFAIR = 0.06  # what each further service of one person costs, times those before it
SEED = 0x9E3779B97F4A7C15
BITS = 1 << 31


class Facts(NamedTuple):
    """What is to be planned. Of each need: places, how many must come if anybody does, urgency, start and
    end in minutes, the local day, whether it runs into the night, place. ``person`` and ``score`` are its
    edges, those of need ``q`` from ``at[q]`` to ``at[q + 1]``, the highest score first; people count from 0.
    ``done`` and ``others``: minutes and services that the person of an edge has on that day whatever is
    planned."""

    places: Ints
    least: Ints
    urgency: Ints
    start: Ints
    end: Ints
    lat: Floats
    lng: Floats
    night: Mask
    day: Ints
    at: Ints
    person: Ints
    score: Floats
    done: Ints
    others: Ints
    limits: Floats  # as ``limits`` has them


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


class Could(NamedTuple):
    """The needs that each person may do: those of person ``p`` from ``at[p]`` to ``at[p + 1]``."""

    at: Ints
    need: Ints


def limits(parameters: Parameters) -> Floats:
    """Return what decides whether one person can do two services: buffer, from which gap on nobody asks how
    far it is, km an hour, minutes of every way, rest after a night, minutes a day (0: any), services
    a day."""
    return np.array(
        [
            parameters.buffer_minutes,
            parameters.travel_within_minutes,
            parameters.travel_km_per_hour,
            parameters.travel_minutes,
            parameters.night_rest_minutes,
            parameters.day_minutes,
            parameters.services_a_day,
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
        fill(int(need), int(facts.places[need]), facts, state, 0.0, UNFAIR)
    could = _could(facts, len(left))
    if needs:
        _improve(facts, state, could, order, moves * needs, min(1.0, moves / WARM))
    return state


def _could(facts: Facts, people: int) -> Could:
    need = np.repeat(np.arange(len(facts.places)), np.diff(facts.at))
    at = np.concatenate(([0], np.cumsum(np.bincount(facts.person, minlength=people))))
    return Could(at, need[np.argsort(facts.person, kind="stable")])


def first_come(facts: Facts, left: Ints) -> State:
    """Return the plan in which each need takes the best who can go when its turn comes, in the order of the
    needs, whatever they have done and as often as they can: the yardstick."""
    state, often = empty(facts, left), facts.limits.copy()
    often[6] = MOST_TASKS
    facts = facts._replace(limits=often)
    for need in range(len(facts.places)):
        fill(need, int(facts.places[need]), facts, state, 0.0, 0.0)
    return state


def of_edges(facts: Facts, left: Ints, edges: Ints) -> State:
    """Return the plan in which just these edges are chosen, but for needs to which too few would come."""
    state = empty(facts, left)
    need = np.searchsorted(facts.at, edges, side="right") - 1
    for q, edge in zip(need, edges, strict=True):
        _give(int(q), int(facts.person[edge]), float(facts.score[edge]), facts, state)
    for q in np.flatnonzero(state.filled < facts.least):
        _clear(int(q), facts, state)
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
def clash(
    q: int, r: int, start: Any, end: Any, lat: Any, lng: Any, night: Any, limits: Any
) -> bool:
    """Say whether nobody can do both needs: they overlap, there is no getting from one to the other, or no
    rest after a night."""
    gap = max(start[r] - end[q], start[q] - end[r])
    if gap < limits[0]:
        return True
    if gap < limits[4] and night[q if start[q] < start[r] else r]:
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
    done: int,
    others: int,
    tasks: Any,
    load: Any,
    left: Any,
    start: Any,
    end: Any,
    lat: Any,
    lng: Any,
    night: Any,
    day: Any,
    limits: Any,
) -> bool:
    """Say whether person ``p`` can take need ``q`` beside what they do already."""
    if left[p] < end[q] - start[q] or load[p] == MOST_TASKS:
        return False
    for n in range(load[p]):
        r = tasks[p, n]
        if r == q or clash(q, r, start, end, lat, lng, night, limits):
            return False
        if day[r] == day[q]:
            done += end[r] - start[r]
            others += 1
    if others >= limits[6]:
        return False
    return limits[5] == 0 or done == 0 or done + end[q] - start[q] <= limits[5]


@compiled
def fill(q: int, most: int, facts: Any, state: Any, blur: float, unfair: float) -> float:
    """Fill ``most`` places of need ``q`` by who adds most, give or take ``blur``, where each service that
    somebody does already counts ``unfair`` against them; return what was added. If fewer would come than
    must, nobody does."""
    person, score, urgency, done = facts.person, facts.score, facts.urgency, facts.done
    most = max(most, facts.least[q])
    start, end, lat, lng, limits = facts.start, facts.end, facts.lat, facts.lng, facts.limits
    night, day, others = facts.night, facts.day, facts.others
    tasks, load, left, random = state.tasks, state.load, state.left, state.random
    added = 0.0
    while state.filled[q] < most:
        best, chosen = 0.0, -1
        for edge in range(facts.at[q], facts.at[q + 1]):
            p = person[edge]
            worth = URGENT * urgency[q] + score[edge]
            if worth + blur <= best:  # nor is anybody after them liked more
                break
            liked = worth - unfair * load[p]
            if blur > 0:
                liked += blur * _random(random) / BITS
            if liked > best and _fits(
                p,
                q,
                done[edge],
                others[edge],
                tasks,
                load,
                left,
                start,
                end,
                lat,
                lng,
                night,
                day,
                limits,
            ):
                best, chosen = liked, edge
        if chosen < 0:
            break
        added += _give(q, person[chosen], score[chosen], facts, state)
    if state.filled[q] < facts.least[q]:
        added -= _clear(q, facts, state)
    return added


@compiled
def _give(q: int, p: int, score: float, facts: Any, state: Any) -> float:
    """Give person ``p`` a place of need ``q``; return what that adds."""
    n = state.filled[q]
    state.chosen[q, n], state.value[q, n] = p, score
    state.filled[q] = n + 1
    state.tasks[p, state.load[p]] = q
    state.load[p] += 1
    state.left[p] -= facts.end[q] - facts.start[q]
    return float(URGENT * facts.urgency[q] + score - UNFAIR * (state.load[p] - 1))


@compiled
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


@compiled
def _together(first: int, some: Any, could: Any, facts: Any, state: Any) -> int:
    """Write to ``some`` needs that hang together with ``first``: one and the same person may do them and
    does another; return how many."""
    some[0], size = first, 1
    for _try in range(3 * TOGETHER):
        of = some[_random(state.random) % size]
        edges = facts.at[of + 1] - facts.at[of]
        if size == TOGETHER or edges == 0:
            continue
        p = facts.person[facts.at[of] + _random(state.random) % edges]
        if _random(state.random) % ELSE == 0:
            other = could.need[
                could.at[p] + _random(state.random) % (could.at[p + 1] - could.at[p])
            ]
        elif state.load[p] > 0:
            other = state.tasks[p, _random(state.random) % state.load[p]]
        else:
            continue
        is_new = True
        for n in range(size):
            is_new = is_new and some[n] != other
        if is_new:
            some[size] = other
            size += 1
    return size


@compiled
def _again(some: Any, facts: Any, state: Any, blur: float) -> float:
    """Fill the needs ``some``, some of their places first, so that one does not take what two could have;
    return what was added."""
    added = 0.0
    for q in some:
        added += fill(q, 1 + _random(state.random) % facts.places[q], facts, state, blur, UNFAIR)
    for q in some:
        added += fill(q, facts.places[q], facts, state, blur, UNFAIR)
    return added


@compiled
def _improve(facts: Any, state: Any, could: Any, order: Any, moves: int, warmth: float) -> None:
    """Take needs apart that hang together, and keep what was put together again if it is better, or, the
    less likely the later and the worse it is, although it is worse."""
    some = np.zeros(TOGETHER, dtype=np.int64)
    who = np.zeros((TOGETHER, MOST_PLACES), dtype=np.int64)
    value = np.zeros((TOGETHER, MOST_PLACES))
    many = np.zeros(TOGETHER, dtype=np.int64)
    for move in range(moves):
        cooling = warmth * (1.0 - move / moves) ** 2
        first = order[_random(state.random) % len(order)]
        if state.filled[first] == facts.places[first] and _random(state.random) % 2:
            first = order[_random(state.random) % len(order)]
        size = _together(first, some, could, facts, state)
        for n in range(size - 1, 0, -1):  # they are put together again in any order
            other = _random(state.random) % (n + 1)
            some[n], some[other] = some[other], some[n]
        change = 0.0
        for n in range(size):
            q = some[n]
            many[n] = state.filled[q]
            who[n], value[n] = state.chosen[q], state.value[q]
            change -= _clear(q, facts, state)
        change += _again(some[:size], facts, state, BLUR * cooling)
        if change >= HEAT * cooling * math.log((_random(state.random) + 1) / BITS):
            continue
        for n in range(size):
            _clear(some[n], facts, state)
        for n in range(size):
            for i in range(many[n]):
                _give(some[n], who[n, i], value[n, i], facts, state)

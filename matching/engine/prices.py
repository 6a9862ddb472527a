"""A bound for plans that are too large for a linear programme: prices (ENGINE §3).

Lagrangian relaxation (Held and Karp 1971): each place of a need has a price, each minute of a person too.
At given prices everybody chooses for themselves: services that do not overlap, worth most after their prices
and after what several services of one person cost. That is weighted interval scheduling, solved exactly; what
all gain together and the price of all there is, is never less than what the best plan is worth. Prices follow
what is asked too much or too little (subgradient steps, Polyak 1969), a fixed number of times.
"""

from typing import Any, NamedTuple

import numpy as np

from matching.engine.compiled import compiled
from matching.engine.plan import MOST_TASKS, UNFAIR, URGENT, Facts
from matching.engine.pool import Floats, Ints

STEPS = 300
FEWER_STEPS = 100  # beyond ``MANY`` edges
MANY = 500_000
HOUR = 60.0  # minutes are priced by the hour, which is of the size of a place
KEPT = 0.9  # of the direction of the last step: prices swing less
STEP = 0.3  # of the way that the gap to what was reached would have
SLOWER = 0.97  # after a step that was no better


class Offers(NamedTuple):
    """Edges by person and end of the need: those of person ``p`` from ``at[p]`` to ``at[p + 1]``."""

    at: Ints
    need: Ints
    worth: Floats
    hours: Floats
    start: Ints
    end: Ints


def priced(facts: Facts, left: Ints, reached: float) -> float:
    """Return what no plan over these edges can be worth more than; ``reached`` is what one of them is worth.

    Travel, rest and minutes of a day are left out: they make plans worse, so that the bound holds.
    """
    need = np.repeat(np.arange(len(facts.places)), np.diff(facts.at))
    order = np.lexsort((need, facts.end[need], facts.person))
    own = need[order]
    offers = Offers(
        at=np.concatenate(([0], np.cumsum(np.bincount(facts.person, minlength=len(left))))),
        need=own,
        worth=URGENT * facts.urgency[own] + facts.score[order],
        hours=(facts.end - facts.start)[own] / HOUR,
        start=facts.start[own],
        end=facts.end[own] + int(facts.limits[0]),
    )
    places, hours = facts.places.astype(np.float64), left / HOUR
    there = np.concatenate((places, hours))
    price = np.concatenate((_first(facts), np.zeros(len(left))))
    best, step, direction = np.inf, STEP, np.zeros(len(price))
    for _step in range(STEPS if len(need) <= MANY else FEWER_STEPS):
        asked = np.zeros(len(there))
        gained = _chosen(offers, price, len(places), asked)
        value = float(there @ price + gained)
        step = step if value < best else step * SLOWER
        best = min(best, value)
        slack = there - asked
        slack[(price <= 0) & (slack > 0)] = 0.0
        direction = slack + KEPT * direction
        length = float(direction @ direction)
        if length == 0.0 or value <= reached:
            break
        price = np.maximum(price - step * (value - reached) / length * direction, 0.0)
    return best


def _first(facts: Facts) -> Floats:
    """Return what the last place of each need is worth when the best come: its first price."""
    last = np.minimum(facts.at[:-1] + facts.places, facts.at[1:]) - 1
    is_any = facts.at[1:] > facts.at[:-1]
    found = np.where(is_any, URGENT * facts.urgency, 0.0)
    found[is_any] += facts.score[last[is_any]]
    return found


@compiled
def _chosen(offers: Any, price: Any, needs: int, asked: Any) -> float:
    """Add to ``asked`` the places and hours that everybody chooses; return what all gain by it."""
    widest = 0
    for p in range(len(offers.at) - 1):
        widest = max(widest, offers.at[p + 1] - offers.at[p])
    gain, before = np.zeros(widest), np.zeros(widest, dtype=np.int64)
    which = np.zeros(widest, dtype=np.int64)
    best = np.zeros((MOST_TASKS + 1, widest + 1))
    gained = 0.0
    need, worth, hours = offers.need, offers.worth, offers.hours
    for p in range(len(offers.at) - 1):
        hour, size = price[needs + p], 0
        for edge in range(offers.at[p], offers.at[p + 1]):
            value = worth[edge] - price[need[edge]] - hour * hours[edge]
            if value > 0:
                gain[size], which[size] = value, edge
                size += 1
        if size:
            most = _scheduled(gain[:size], which, before, best, offers.start, offers.end)
            gained += best[most, size]
            while size > 0:
                if best[most, size] == best[most, size - 1]:
                    size -= 1
                else:
                    edge = which[size - 1]
                    asked[need[edge]] += 1
                    asked[needs + p] += hours[edge]
                    size, most = before[size - 1], most - 1
    return gained


@compiled
def _scheduled(gain: Any, which: Any, before: Any, best: Any, start: Any, end: Any) -> int:
    """Write to ``best[k, n]`` what at most ``k`` of the first ``n`` gain, and to ``before`` how many of them
    end before each begins; return the ``k`` from which on more gain no more (each further one gains less)."""
    size = len(gain)
    for n in range(size):
        m = n
        while m > 0 and end[which[m - 1]] > start[which[n]]:
            m -= 1
        before[n] = m
    for k in range(1, MOST_TASKS + 1):
        for n in range(size):
            more = best[k - 1, before[n]] + gain[n] - UNFAIR * (k - 1)
            best[k, n + 1] = max(best[k, n], best[k - 1, n + 1], more)
        if best[k, size] <= best[k - 1, size]:
            return k - 1
    return MOST_TASKS

"""What would find more people for a need when nobody is left to ask: counted, about (ENGINE §4).

The posting table is asked as if the need were another: what it says is rounded to half hours, and who is
found was not looked at by every rule.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import numpy as np
from django.db.models import Q

from accounts.models import Block
from matching.engine import Need, Span
from matching.engine.index import WIDE, runs
from matching.engine.pool import CLASSES_KM
from matching.models import Offer, Opening
from matching.queries import posting_sql
from matching.queries.asking import profiles_of
from matching.queries.facts import need_of
from matching.queries.posted import grid
from matching.queries.posting_sql import Asked, Ranges
from matching.queries.visible import live_assignments
from matching.queries.weights import parameters_now

FARTHER_KM = (2, 5)
HOURS = (-1, 1)
MOST = 200  # so many are counted; more are as good as that


def widening(opening: Opening, *, now: datetime) -> dict[str, Any]:
    """Return how many more people about, who allow to be asked, could go if something were otherwise:

    ``radius`` [[km farther than they chose, people], …] · ``hour`` [[hours later (−1: earlier), people], …] ·
    ``skill`` [[code, the level that would do (0: none), people], …] · ``gender`` people, without the wish ·
    ``category`` people who did not choose this kind of service. What would find nobody is left out.
    """
    asked = Asked(need_of(opening), parameters_now(), only_willing=True)
    known = _known(opening)
    known |= set(_who(asked, MOST + len(known)))
    found: dict[str, Any] = {}
    for what, said, other in _otherwise(asked, now=now):
        more = len(set(_who(other, MOST + len(known))) - known)
        if more and said:
            found.setdefault(what, []).append([*said, min(more, MOST)])
        elif more:
            found[what] = min(more, MOST)
    return found


def _otherwise(asked: Asked, *, now: datetime) -> Iterator[tuple[str, list[Any], Asked]]:
    """Yield what could be otherwise: the word, what is said of it, what would be looked for."""
    need = asked.need
    if need.point is not None:
        for km in FARTHER_KM:
            yield "radius", [km], asked._replace(beyond_m=1000 * km)
    for hours in HOURS:
        start, end = (moment + timedelta(hours=hours) for moment in need.when[:2])
        if start > now:
            yield "hour", [hours], asked._replace(need=replace(need, when=Span(start, end)))
    for code, level in sorted(need.skills.items()):
        skills = {**need.skills, code: level - 1}
        if level == 1:
            del skills[code]
        yield "skill", [code, level - 1], asked._replace(need=replace(need, skills=skills))
    if need.gender:
        yield "gender", [], asked._replace(need=replace(need, gender=""))
    yield "category", [], asked._replace(any_kind=True)


def _known(opening: Opening) -> set[int]:
    """Return who was asked already, comes already, or does not come to this resident."""
    met = Q(user__in=Offer.objects.filter(opening=opening).values("volunteer"))
    met |= Q(user__in=live_assignments(opening).values("volunteer"))
    resident = opening.visit.request.resident_id if opening.visit else None
    blocked = Block.objects.filter(resident=resident, lifted_at__isnull=True)
    met |= Q(pk__in=blocked.values("volunteer"))
    return profiles_of(met)


def _who(asked: Asked, most: int) -> list[int]:
    skill = min(asked.need.skills, default="")
    ranges = cells_about(asked.need, asked.beyond_m / 1000)
    return [row[0] for row in posting_sql.rows(asked, skill, ranges, most, 0)]


def cells_about(need: Need, farther_km: float) -> Ranges | None:
    """Return the cells in which anybody lives who would come so much farther: each class as far as its own
    cap, and the widest from anywhere."""
    if need.point is None:
        return None
    [y], [x] = grid().cells(np.array([need.point[0]]), np.array([need.point[1]]))
    low, high = [len(CLASSES_KM) * WIDE * WIDE], [(len(CLASSES_KM) + 1) * WIDE * WIDE]
    for number, cap in enumerate(CLASSES_KM):
        begins, ends = runs(int(y), int(x), -1, ceil(cap + farther_km) + 1)
        each = len(begins) // len(CLASSES_KM)
        here = slice(number * each, (number + 1) * each)
        low += begins[here].tolist()
        high += ends[here].tolist()
    return low, high

"""What would find more people for a need when nobody is left to ask: counted, about (ENGINE §4).

The posting table is asked as if the need were another: what it says is rounded to half hours, and who is
found was not looked at by every rule. ``queries.widened`` names those who hold by every rule.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Block
from kernel.refusals import Invalid
from matching import rules
from matching.engine import Need, Span
from matching.engine.index import WIDE, runs
from matching.engine.pool import CLASSES_KM
from matching.models import Offer, Opening
from matching.queries import posting_sql
from matching.queries.asking import asked_for, profiles_of
from matching.queries.posted import grid
from matching.queries.posting_sql import Asked, Ranges
from matching.queries.visible import live_assignments

MOST = 200  # so many are counted; more are as good as that


class Steps(NamedTuple):
    """How many kilometres farther and hours later are tried; ``levels``: of each skill, how many levels less
    at most, down to none."""

    km: tuple[int, ...]
    hours: tuple[int, ...]
    levels: int


COUNTED = Steps(km=(2, 5), hours=(-1, 1), levels=1)
# What can be looked at one by one: an hour or three from the time, and the same time a day from it.
POSSIBLE = Steps(km=(1, 2, 3, 5, 10), hours=(-24, -3, -2, -1, 1, 2, 3, 24), levels=3)


class Change(NamedTuple):
    """One thing that could be otherwise: ``radius`` (km farther than they chose), ``hour`` (hours later),
    ``skill`` (code, the level that would do), ``gender`` (without the wish), ``category`` (whatever kinds
    they chose); and what is looked for then."""

    what: str
    said: tuple[int | str, ...]
    asked: Asked

    @property
    def key(self) -> str:
        """Return the words of an address: ``radius:2``, ``hour:-1``, ``skill:LAW:0``, ``gender``."""
        return key_of(self.what, self.said)


def key_of(what: str, said: Iterable[int | str]) -> str:
    """Return the words of an address for what is said of a change, see ``Change``."""
    return ":".join(map(str, (what, *said)))


def widening(opening: Opening, *, now: datetime) -> dict[str, Any]:
    """Return how many more people about, who allow to be asked, could go if something were otherwise:

    ``radius`` [[km farther than they chose, people], …] · ``hour`` [[hours later (−1: earlier), people], …] ·
    ``skill`` [[code, the level that would do (0: none), people], …] · ``gender`` people, without the wish ·
    ``category`` people who did not choose this kind of service. What would find nobody is left out.
    """
    asked = asked_for(opening, now=now)
    known = known_to(opening)
    known |= set(who(asked, MOST + len(known)))
    found: dict[str, Any] = {}
    for change in _changes(asked, COUNTED, now=now):
        more = len(set(who(change.asked, MOST + len(known))) - known)
        if more and change.said:
            found.setdefault(change.what, []).append([*change.said, min(more, MOST)])
        elif more:
            found[change.what] = min(more, MOST)
    return found


def changes(opening: Opening, *, now: datetime) -> list[Change]:
    """Return all that could be otherwise for ``opening``, one thing each; no time that is past."""
    return list(_changes(asked_for(opening, now=now), POSSIBLE, now=now))


def change_of(opening: Opening, key: str, *, now: datetime) -> Change:
    """Return the one of ``changes`` that is meant. Raises ``Conflict`` (``opening_closed``,
    ``opening_begun``) or ``Invalid`` (``unknown_change``)."""
    rules.check_open(opening=opening, now=now)
    possible = {change.key: change for change in changes(opening, now=now)}
    if key not in possible:
        words = _("This need cannot be otherwise like that. Possible: %(keys)s")
        raise Invalid("unknown_change", words % {"keys": " ".join(possible)}, field="otherwise")
    return possible[key]


def _changes(asked: Asked, steps: Steps, *, now: datetime) -> Iterator[Change]:
    need = asked.need
    if need.point is not None:
        for km in steps.km:
            yield Change("radius", (km,), asked._replace(beyond_m=1000 * km))
    for hours in steps.hours:
        start, end = (moment + timedelta(hours=hours) for moment in need.when[:2])
        if start > now:
            other = replace(need, when=Span(start, end))
            yield Change("hour", (hours,), asked._replace(need=other))
    for code, level in sorted(need.skills.items()):
        for less in range(level - 1, max(level - steps.levels, 0) - 1, -1):
            skills = {**need.skills, code: less}
            if less == 0:
                del skills[code]
            other = replace(need, skills=skills)
            yield Change("skill", (code, less), asked._replace(need=other))
    if need.gender:
        yield Change("gender", (), asked._replace(need=replace(need, gender="")))
    yield Change("category", (), asked._replace(any_kind=True))


def known_to(opening: Opening) -> set[int]:
    """Return the profiles of who was asked already, comes already, or does not come to this resident."""
    met = Q(user__in=Offer.objects.filter(opening=opening).values("volunteer"))
    met |= Q(user__in=live_assignments(opening).values("volunteer"))
    resident = opening.visit.request.resident_id if opening.visit else None
    blocked = Block.objects.filter(resident=resident, lifted_at__isnull=True)
    met |= Q(pk__in=blocked.values("volunteer"))
    return profiles_of(met)


def who(asked: Asked, most: int) -> list[int]:
    """Return the profiles that pass what the posting table knows, ``most`` of them, by a bound of the
    score."""
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

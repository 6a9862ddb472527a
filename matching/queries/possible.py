"""What a volunteer could do, and what they could do as well if one thing were otherwise: a skill, an hour, a
few kilometres. Nothing is said about residents but street, kind and time, and nothing of pairs."""

from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from accounts.models import VolunteerProfile
from kernel.workdays import SHANGHAI, local_date
from matching.engine import sieve
from matching.engine.files import FileNeed, Problem, problem_of
from matching.engine.pool import MARK
from matching.models import Opening
from matching.queries.runs import opening_ref
from matching.queries.snapshot import around, problems
from matching.queries.weights import parameters_now

AHEAD = timedelta(days=14)
FARTHER_KM = (2, 5, 10)  # beyond the radius that was chosen
UNSAID = {"not_blocked", "wished"}  # rules that are nobody's to change


@dataclass(slots=True)
class Possible:
    """Needs of the coming two weeks: those that fit; and how many more there would be with one more skill
    (code, level), one more category, one paper, so many kilometres, at one more weekday and hour, with
    more hours a week. While there is a pause (``paused_until``, its last day), ``without_pause`` would fit if
    it ended now; they are not among those that fit."""

    fits: list[Opening] = field(default_factory=list)
    skills: Counter[tuple[str, int]] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    papers: Counter[str] = field(default_factory=Counter)
    kilometres: Counter[int] = field(default_factory=Counter)
    hours: Counter[tuple[int, int]] = field(default_factory=Counter)
    more_minutes: int = 0
    paused_until: date | None = None
    without_pause: int = 0


def possible(profile: VolunteerProfile, *, now: datetime) -> Possible:
    """Return what is open for ``profile``; each need counts for at most one thing that stands in its way."""
    found = Possible(paused_until=pause_of(profile, now=now))
    if profile.lat is None:
        return found
    openings = around(profile, until=now + AHEAD, farther_m=1000 * FARTHER_KM[-1], now=now)
    by_ref = {opening.ref: opening for opening, _places in openings}
    awake = copy(
        profile
    )  # a pause is the thing that stands in the way, and not the hours of the week
    awake.paused_until = None
    told = problems(openings, parameters=parameters_now(), now=now, profiles=[awake])
    for problem in map(problem_of, told):
        for need in problem.needs.values():
            _count(found, problem, need, by_ref[opening_ref(need.id)])
    return found


def pause_of(profile: VolunteerProfile, *, now: datetime) -> date | None:
    """Return the last day of the pause that holds now, or none."""
    until = profile.paused_until
    return until if until is not None and until >= local_date(now) else None


def _count(found: Possible, problem: Problem, need: FileNeed, opening: Opening) -> None:
    pool, wanted, one = problem.pool, need.wanted(problem.pool), np.array([0])
    against = [
        name for name, rule in sieve.RULES if not rule(pool, one, wanted, problem.parameters)[0]
    ]
    if found.paused_until and local_date(opening.starts_at) <= found.paused_until:
        found.without_pause += not against
        return
    if not against:
        found.fits.append(opening)
    if len(against) != 1 or against[0] in UNSAID:
        return
    if against == ["skilled"]:
        _count_skill(found, problem, need)
    elif against == ["near"]:
        beyond = (float(sieve.away_m(pool, one, wanted)[0]) - float(pool.radius_m[0])) / 1000
        found.kilometres.update(km for km in FARTHER_KM if beyond <= km)
    elif against == ["free"]:
        starts = opening.starts_at.astimezone(SHANGHAI)
        found.hours[starts.weekday(), starts.hour] += 1
    elif against == ["within_her_week"]:
        found.more_minutes += 1


def _count_skill(found: Possible, problem: Problem, need: FileNeed) -> None:
    """Count what is missing when it is one thing only."""
    pool = problem.pool
    column = {name: number for number, name in enumerate(pool.skills)}
    missing = [
        (name, level) for name, level in need.skills.items() if pool.levels[column[name], 0] < level
    ]
    if len(missing) > 1:
        return
    [(name, level)] = missing
    kind, _colon, value = name.removeprefix(MARK).partition(":")
    if not name.startswith(MARK):
        found.skills[name, level] += 1
    elif kind == "wishes":
        found.categories[value] += 1
    elif kind == "paper":
        found.papers[value] += 1

"""The validator of plans: written apart from what makes them, person by person, with clock times."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from matching.engine.explain import need_of, person_of
from matching.engine.files import Problem
from matching.engine.parameters import Parameters
from matching.engine.problem import LOCAL, Need, distance_m
from matching.engine.rules import refusals, runs_into_night


def violations(problem: Problem, chosen: Iterable[tuple[str, str]]) -> list[str]:
    """Return what is wrong with a plan of (need, volunteer) pairs; nothing when it can be carried out."""
    pairs, found = list(chosen), []
    by_person: dict[str, list[str]] = defaultdict(list)
    for need, volunteer in pairs:
        by_person[volunteer].append(need)
    for need, many in Counter(need for need, _volunteer in pairs).items():
        if many > problem.needs[need].places:
            found.append(f"{need}: {many} people for {problem.needs[need].places} places")
        if many < problem.needs[need].least:
            found.append(f"{need}: {many} of at least {problem.needs[need].least} people")
    for volunteer, names in by_person.items():
        found += _of_person(problem, volunteer, names)
    return found


def _of_person(problem: Problem, volunteer: str, names: list[str]) -> list[str]:
    row = problem.pool.row_of(volunteer)
    if row is None:
        return [f"{volunteer}: is not in the file"]
    found = [f"{volunteer}: twice for {name}" for name, n in Counter(names).items() if n > 1]
    needs = [need_of(problem.needs[name]) for name in names]
    for name, need in zip(names, needs, strict=True):
        blocked = volunteer in problem.needs[name].excluded
        person = person_of(problem.pool, row, blocked=blocked)
        found += [
            f"{volunteer}: {reason.code} for {name}"
            for reason in refusals(need, person, problem.parameters)
        ]
    if sum(need.minutes for need in needs) > int(problem.pool.minutes_left[row]):
        found.append(f"{volunteer}: more minutes than are left")
    ordered = sorted(zip(needs, names, strict=True), key=lambda pair: pair[0].when.start)
    for n, (one, name) in enumerate(ordered):
        for other, next_name in ordered[n + 1 :]:
            if name != next_name and not _reaches(one, other, problem.parameters):
                found.append(f"{volunteer}: no time between {name} and {next_name}")
    return found + _long_days(problem, volunteer, row, needs)


def _long_days(problem: Problem, volunteer: str, row: int, needs: list[Need]) -> list[str]:
    """Say on which days several services, these and others, are more than is good for anybody."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for span in (*person_of(problem.pool, row).busy, *(need.when for need in needs)):
        by_day[span.start.astimezone(LOCAL).date()].append(span.minutes)
    planned = {need.when.start.astimezone(LOCAL).date() for need in needs}
    most = problem.parameters.day_minutes
    several = {day: minutes for day, minutes in by_day.items() if day in planned and minutes[1:]}
    return [
        *(
            f"{volunteer}: more minutes on {day} than one day has"
            for day, minutes in several.items()
            if most and sum(minutes) > most
        ),
        *(
            f"{volunteer}: {len(minutes)} services on {day}"
            for day, minutes in several.items()
            if len(minutes) > problem.parameters.services_a_day
        ),
    ]


def _reaches(one: Need, other: Need, parameters: Parameters) -> bool:
    """Say whether who does ``one`` can be at ``other``, which begins later, in time."""
    gap = other.when.start - one.when.end
    if gap < timedelta(minutes=parameters.buffer_minutes):
        return False
    if gap < timedelta(minutes=parameters.night_rest_minutes) and runs_into_night(one.when):
        return False
    if gap >= timedelta(minutes=parameters.travel_within_minutes):
        return True
    away = distance_m(one.point, other.point) or 0.0
    hours = away / 1000 / parameters.travel_km_per_hour
    return gap >= timedelta(hours=hours, minutes=parameters.travel_minutes)

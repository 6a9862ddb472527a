"""The hard rules: each a named predicate that says why not, or nothing."""

from collections.abc import Callable
from datetime import timedelta

from matching.engine.parameters import USUAL, Parameters
from matching.engine.problem import LOCAL, Need, Person, Reason, Span, distance_m

NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # local hours

Rule = Callable[[Need, Person, Parameters], Reason | None]


def _no(code: str, **facts: object) -> Reason:
    return Reason(code, 0.0, facts)


def verified(_need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Real-name verified, and the first lesson understood."""
    if not person.is_verified:
        return _no("not_verified")
    return None if person.lesson_passed else _no("lesson_missing")


def allowed_to_serve(_need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Neither suspended nor on a pause of her own."""
    if person.is_suspended:
        return _no("suspended")
    return _no("paused") if person.is_paused else None


def of_age(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Of age where it is asked for; a minor has a guardian's consent anyway (上海条例 Art 13)."""
    if person.is_adult:
        return None
    if need.adults_only:
        return _no("adults_only")
    return None if person.has_guardian_consent else _no("guardian_missing")


def not_blocked(_need: Need, person: Person, _with: Parameters) -> Reason | None:
    """This pair is not brought together again; to the person it is said as nothing in particular."""
    return _no("pair") if person.blocked else None


def skilled(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Every skill, at the level needed."""
    missing = {code: n for code, n in _missing(need, person).items() if code not in need.languages}
    return _no("skill_missing", skills=missing) if missing else None


def speaks(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Speaks the language that is asked for, at the level needed."""
    missing = need.languages & _missing(need, person).keys()
    return _no("language_missing", languages=sorted(missing)) if missing else None


def _missing(need: Need, person: Person) -> dict[str, int]:
    """Return the skills that the person has not, or not at the level needed."""
    return {code: n for code, n in need.skills.items() if person.skills.get(code, 0) < n}


def credentialed(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Every paper and clearance, valid on the day."""
    missing = need.credentials - person.credentials
    return _no("credential_missing", credentials=sorted(missing)) if missing else None


def wished(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """The resident's own wish for a woman or a man."""
    return _no("gender_wish") if need.gender and person.sex != need.gender else None


def near(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Within her own radius; a remote service is near to everybody."""
    away = distance_m(need.point, person.point)
    if away is not None and away > person.radius_m:
        return _no("too_far", distance_m=round(away), radius_m=person.radius_m)
    if need.point is not None and person.point is None:
        return _no("no_area")
    return None


def free(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Free for the whole of it."""
    return None if any(span.covers(need.when) for span in person.free) else _no("not_free")


def not_busy(need: Need, person: Person, with_: Parameters) -> Reason | None:
    """No other service then, with time to travel before and after."""
    clashes = any(_clashes(need, span, with_) for span in person.busy)
    return _no("busy") if clashes else None


def _clashes(need: Need, other: Span, with_: Parameters) -> bool:
    """Say whether there is no getting from the one to the other (ENGINE §1)."""
    gap = max(other.start - need.when.end, need.when.start - other.end)
    if gap < timedelta(minutes=with_.buffer_minutes):
        return True
    away = distance_m(need.point, other.point)
    if away is None or gap >= timedelta(minutes=with_.travel_within_minutes):
        return False
    hours = away / 1000 / with_.travel_km_per_hour
    return gap < timedelta(hours=hours, minutes=with_.travel_minutes)


def rested(need: Need, person: Person, with_: Parameters) -> Reason | None:
    """A night's rest between a service that runs into the night and the next one."""
    rest = timedelta(minutes=with_.night_rest_minutes)
    for span in person.busy:
        earlier, later = sorted((need.when, span), key=lambda one: one.start)
        if later.start - earlier.end < rest and runs_into_night(earlier):
            return _no("no_rest")
    return None


def runs_into_night(span: Span) -> bool:
    """Say whether any of it lies between 22:00 and 6:00 local time."""
    start, end = span.start.astimezone(LOCAL), span.end.astimezone(LOCAL)
    evening = start.replace(hour=NIGHT_BEGINS, minute=0, second=0, microsecond=0)
    return start.hour < NIGHT_ENDS or end > evening


def within_her_day(need: Need, person: Person, with_: Parameters) -> Reason | None:
    """Of several services on one day no more than is good for anybody."""
    day = need.when.start.astimezone(LOCAL).date()
    same_day = (span for span in person.busy if span.start.astimezone(LOCAL).date() == day)
    others = person.done_that_day + sum(span.minutes for span in same_day)
    if with_.day_minutes and others and others + need.minutes > with_.day_minutes:
        return _no("day_full", minutes=with_.day_minutes - others)
    return None


def within_her_week(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """Within the hours a week that she set herself."""
    if need.minutes > person.minutes_left_this_week:
        return _no("week_full", minutes=person.minutes_left_this_week)
    return None


def own_volunteer(need: Need, person: Person, _with: Parameters) -> Reason | None:
    """One of the organization's own, where the request says so."""
    if need.own_volunteers_of is None or need.own_volunteers_of in person.organizations:
        return None
    return _no("own_only")


HARD_RULES: tuple[Rule, ...] = (
    verified,
    allowed_to_serve,
    of_age,
    not_blocked,
    skilled,
    speaks,
    credentialed,
    wished,
    near,
    free,
    not_busy,
    rested,
    within_her_day,
    within_her_week,
    own_volunteer,
)


def refusals(need: Need, person: Person, with_: Parameters = USUAL) -> list[Reason]:
    """Return every hard rule that stands between ``person`` and ``need``; empty when she can go."""
    return [reason for rule in HARD_RULES if (reason := rule(need, person, with_))]

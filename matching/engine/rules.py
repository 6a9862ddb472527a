"""The hard rules: each a named predicate that says why not, or nothing."""

from collections.abc import Callable
from datetime import timedelta

from matching.engine.parameters import USUAL
from matching.engine.problem import Need, Person, Reason, Span, distance_m

BUFFER = timedelta(minutes=USUAL.buffer_minutes)  # between two services

Rule = Callable[[Need, Person], Reason | None]


def _no(code: str, **facts: object) -> Reason:
    return Reason(code, 0.0, facts)


def verified(_need: Need, person: Person) -> Reason | None:
    """Real-name verified, and the first lesson understood."""
    if not person.is_verified:
        return _no("not_verified")
    return None if person.lesson_passed else _no("lesson_missing")


def allowed_to_serve(_need: Need, person: Person) -> Reason | None:
    """Neither suspended nor on a pause of her own."""
    if person.is_suspended:
        return _no("suspended")
    return _no("paused") if person.is_paused else None


def of_age(need: Need, person: Person) -> Reason | None:
    """Of age where it is asked for; a minor has a guardian's consent anyway (上海条例 Art 13)."""
    if person.is_adult:
        return None
    if need.adults_only:
        return _no("adults_only")
    return None if person.has_guardian_consent else _no("guardian_missing")


def not_blocked(_need: Need, person: Person) -> Reason | None:
    """This pair is not brought together again; to the person it is said as nothing in particular."""
    return _no("pair") if person.blocked else None


def skilled(need: Need, person: Person) -> Reason | None:
    """Every skill, at the level needed."""
    missing = {
        code: level for code, level in need.skills.items() if person.skills.get(code, 0) < level
    }
    return _no("skill_missing", skills=missing) if missing else None


def credentialed(need: Need, person: Person) -> Reason | None:
    """Every paper and clearance, valid on the day."""
    missing = need.credentials - person.credentials
    return _no("credential_missing", credentials=sorted(missing)) if missing else None


def wished(need: Need, person: Person) -> Reason | None:
    """The resident's own wish for a woman or a man."""
    return _no("gender_wish") if need.gender and person.sex != need.gender else None


def near(need: Need, person: Person) -> Reason | None:
    """Within her own radius; a remote service is near to everybody."""
    away = distance_m(need.point, person.point)
    if away is not None and away > person.radius_m:
        return _no("too_far", distance_m=round(away), radius_m=person.radius_m)
    if need.point is not None and person.point is None:
        return _no("no_area")
    return None


def free(need: Need, person: Person) -> Reason | None:
    """Free for the whole of it."""
    return None if any(span.covers(need.when) for span in person.free) else _no("not_free")


def not_busy(need: Need, person: Person) -> Reason | None:
    """No other service then, with time to travel before and after."""
    return _no("busy") if any(_clashes(need, span) for span in person.busy) else None


def _clashes(need: Need, other: Span) -> bool:
    """Say whether there is no getting from the one to the other (ENGINE §1)."""
    gap = max(other.start - need.when.end, need.when.start - other.end)
    if gap < BUFFER:
        return True
    away = distance_m(need.point, other.point)
    if away is None or gap >= timedelta(minutes=USUAL.travel_within_minutes):
        return False
    hours = away / 1000 / USUAL.travel_km_per_hour
    return gap < timedelta(hours=hours, minutes=USUAL.travel_minutes)


def within_her_week(need: Need, person: Person) -> Reason | None:
    """Within the hours a week that she set herself."""
    if need.minutes > person.minutes_left_this_week:
        return _no("week_full", minutes=person.minutes_left_this_week)
    return None


def own_volunteer(need: Need, person: Person) -> Reason | None:
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
    credentialed,
    wished,
    near,
    free,
    not_busy,
    within_her_week,
    own_volunteer,
)


def refusals(need: Need, person: Person) -> list[Reason]:
    """Return every hard rule that stands between ``person`` and ``need``; empty when she can go."""
    return [reason for rule in HARD_RULES if (reason := rule(need, person))]

"""Who could go: the exact best, looked for from the need outwards, so that a large city costs no more."""

import math
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Availability, AvailabilityException, Consent, VolunteerProfile
from accounts.states import Purpose
from kernel.workdays import at_local, local_date
from matching.engine import Candidate, Need, best_at, rank
from matching.queries.facts import people_of
from matching.queries.weights import parameters_now

METRES_PER_DEGREE = 111_195.0
SLACK = 0.98  # a flat map is truer than this within the reach of anybody
BATCH = 100  # people whose facts are read at a time


def _free_at_its_start(need: Need) -> Q:
    """Return who is free when the need begins: nobody else can be free for the whole of it."""
    day = local_date(need.when.start)
    minute = int((need.when.start - at_local(day, 0)).total_seconds() // 60)
    then = {"volunteer": OuterRef("pk"), "starts__lte": minute, "ends__gt": minute}
    weekly = Availability.objects.filter(weekday=day.weekday(), **then)
    odd = AvailabilityException.objects.filter(day=day, is_free=True, **then)
    return Q(Exists(weekly)) | Q(Exists(odd))


def able(need: Need) -> QuerySet[VolunteerProfile]:
    """Return who has the skills and begins to be free in time: verified, not suspended; the rest is looked
    at one by one."""
    pool = VolunteerProfile.objects.filter(
        _free_at_its_start(need), is_verified=True, suspended_at=None
    )
    for code, level in need.skills.items():
        pool = pool.filter(skills__code=code, skills__level__gte=level)
    return pool


def willing(need: Need) -> QuerySet[VolunteerProfile]:
    """Return who of those may be asked without having asked: they allow it, and want such services."""
    allow = Consent.objects.filter(
        purpose=Purpose.MATCHING, withdrawn_at__isnull=True, user__isnull=False
    )
    return able(need).filter(categories__category=need.category, user__in=allow.values("user"))


def _outwards(need: Need, pool: QuerySet[VolunteerProfile]) -> list[tuple[int, float]]:
    """Return (key, at least so many metres away) of who may reach the need, the nearest first."""
    if need.point is None:
        return [(pk, 0.0) for pk in pool.order_by("pk").values_list("pk", flat=True)]
    north = (F("lat") - need.point[0]) * METRES_PER_DEGREE
    east = (F("lng") - need.point[1]) * METRES_PER_DEGREE * math.cos(math.radians(need.point[0]))
    near = pool.annotate(square=north * north + east * east, reach=F("radius_m") / SLACK)
    found = near.filter(square__lte=F("reach") * F("reach")).order_by("square", "pk")
    return [(pk, SLACK * math.sqrt(square)) for pk, square in found.values_list("pk", "square")]


def best_of(
    need: Need, pool: QuerySet[VolunteerProfile], *, top: int, now: datetime
) -> list[Candidate]:
    """Return the ``top`` best of ``pool`` who can go, best first: the same people in the same order as if
    everybody had been looked at.

    It ends when nobody farther away can still pass the last of them.
    """
    best: list[Candidate] = []
    if not top:
        return best
    parameters = parameters_now()
    line = _outwards(need, pool)
    for first in range(0, len(line), BATCH):
        batch = line[first : first + BATCH]
        if len(best) == top and best[-1].score > best_at(batch[0][1], need, parameters):
            break
        keys = [pk for pk, _away in batch]
        people = people_of(need, VolunteerProfile.objects.filter(pk__in=keys), now=now)
        found = rank(need, people, parameters)
        best = sorted([*best, *found], key=lambda one: one.order)[:top]
    return best

"""What is open in an area and who could come, as the engine reads it: what a run is told (ENGINE §5).

Everything that a file does not know is said as a mark (a skill whose name begins with ``#``: needed, not
weighed) or as an exclusion. Remote needs have no place and are not planned; waves ask for them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet

from accounts.models import VolunteerProfile
from accounts.states import SkillCode
from help_requests.rules import least_volunteers
from kernel.workdays import at_local, local_date
from matching import rules
from matching.engine import Parameters
from matching.engine.files import MOST_PLACES
from matching.engine.parameters import USUAL_ASKING
from matching.engine.pool import MARK
from matching.engine.score import reliability
from matching.engine.waves import within_caps
from matching.models import Opening, Posting
from matching.queries import held
from matching.queries.chances import pasts, usual_chances
from matching.queries.free import free_minutes
from matching.queries.pairs import Pairs, pairs_of
from matching.queries.posting_sql import METRES_PER_DEGREE
from matching.queries.willing import pauses
from matching.queries.work import (
    asked_of_late,
    kept,
    lately,
    monday_of,
    week_of,
    work_of,
)
from matching.states import OfferState, OpeningState
from regions.models import Region

DAY = timedelta(days=1)
MOST_AROUND = 200  # needs that one volunteer is compared with
NAMED = (
    "region__parent",
    "organization",
    "visit__request__resident",
    "visit__request__service_type",
)
RESTED = f"{MARK}rested"  # not asked too often of late; the most urgent needs do not mind
PART = "~"  # stands in no ref: an opening of many places is planned in parts
Entry = dict[str, Any]


def to_plan(region: Region, first: date, last: date, *, now: datetime) -> list[tuple[Opening, int]]:
    """Return the needs of ``region`` that begin from ``first`` to ``last`` and whose residents allow to be
    matched, with the places that nobody holds and nobody was asked for."""
    openings = (
        _open(region, first, last, now=now)
        .filter(automatic=True, lat__isnull=False, places__gt=F("filled") + F("waiting"))
        .select_related("visit__request__resident", "visit__request__service_type", "organization")
        .order_by("ref")
    )
    return [(row, row.places - row.filled - row.waiting) for row in openings]


def _open(region: Region, first: date, last: date, *, now: datetime) -> QuerySet[Any]:
    """Return the open needs of these days, each with how many offers wait for an answer (``waiting``)."""
    return Opening.objects.filter(
        region__path__startswith=region.path,
        state=OpeningState.OPEN,
        visit__isnull=False,
        starts_at__gt=now,
        starts_at__gte=at_local(first, 0),
        starts_at__lt=at_local(last + DAY, 0),
    ).annotate(waiting=Count("offers", filter=Q(offers__state=OfferState.SENT)))


class LeftOut(NamedTuple):
    """Open needs of a plan's days that are not planned: ``asked``, people enough are being asked for them;
    ``by_hand``, a person picks for them."""

    asked: int
    by_hand: int


def left_out(region: Region, first: date, last: date, *, now: datetime) -> LeftOut:
    """Return how many open needs ``to_plan`` leaves out, and why."""
    needs = _open(region, first, last, now=now)
    asked = needs.filter(automatic=True, places__lte=F("filled") + F("waiting"))
    return LeftOut(asked.count(), needs.filter(automatic=False).count())


def around(
    profile: VolunteerProfile, *, until: datetime, farther_m: int, now: datetime
) -> list[tuple[Opening, int]]:
    """Return the open needs whose residents allow to be matched within the volunteer's radius, or
    ``farther_m`` metres more, by time."""
    assert profile.lat is not None
    assert profile.lng is not None
    reach = 1.1 * (profile.radius_m + farther_m) / METRES_PER_DEGREE
    openings = Opening.objects.filter(
        state=OpeningState.OPEN,
        automatic=True,
        visit__isnull=False,
        starts_at__gt=now,
        starts_at__lt=until,
        lat__range=(profile.lat - reach, profile.lat + reach),
        lng__range=(profile.lng - 1.3 * reach, profile.lng + 1.3 * reach),
    )
    seen = openings.select_related(*NAMED).order_by("starts_at", "ref")
    return [(row, 1) for row in seen[:MOST_AROUND]]


def problems(
    openings: Sequence[tuple[Opening, int]],
    *,
    parameters: Parameters,
    now: datetime,
    profiles: Sequence[VolunteerProfile] | None = None,
) -> Iterator[Entry]:
    """Yield one problem for each week (Monday to Sunday) of ``openings``: minutes are left by the week. Of
    ``profiles``, or of everybody who may be asked and could come so far."""
    weeks: dict[date, list[tuple[Opening, int]]] = defaultdict(list)
    for opening, places in openings:
        weeks[monday_of(local_date(opening.starts_at))].append((opening, places))
    for monday, some in sorted(weeks.items()):
        yield {
            "version": 1,
            "now": now.replace(second=0, microsecond=0).isoformat(),
            "crs": "WGS-84",
            "seed": monday.toordinal(),
            "parameters": asdict(parameters),
            **_entries(some, monday, profiles, now=now),
        }


def _entries(
    some: Sequence[tuple[Opening, int]],
    monday: date,
    of: Sequence[VolunteerProfile] | None,
    *,
    now: datetime,
) -> Entry:
    profiles = _near([opening for opening, _places in some]) if of is None else of
    refs = {profile.user_id: profile.ref for profile in profiles}
    days = sorted({local_date(opening.starts_at) + n * DAY for opening, _p in some for n in (0, 1)})
    pairs = pairs_of([opening for opening, _places in some])
    return {
        "skills": SkillCode.values,
        "volunteers": list(_volunteers(profiles, days, monday, capped=of is None, now=now)),
        "needs": [
            need
            for opening, places in some
            for need in _needs(opening, places, refs, pairs, now=now)
        ],
    }


def _near(openings: Sequence[Opening]) -> list[VolunteerProfile]:
    """Return who may be asked and lives so that they may come to the square in which all needs lie."""
    lats = [opening.lat for opening in openings if opening.lat is not None]
    lngs = [opening.lng for opening in openings if opening.lng is not None]
    reach = 1.1 * F("radius_m") / METRES_PER_DEGREE  # degrees of latitude, with a margin
    wide = 1.3 * F("radius_m") / METRES_PER_DEGREE  # degrees of longitude, up to latitude 39
    posted = Posting.objects.filter(
        skill="",
        may_ask=True,
        lat__gte=min(lats) - reach,
        lat__lte=max(lats) + reach,
        lng__gte=min(lngs) - wide,
        lng__lte=max(lngs) + wide,
    )
    return list(VolunteerProfile.objects.filter(pk__in=posted.values("volunteer")).order_by("ref"))


def _volunteers(
    profiles: Sequence[VolunteerProfile],
    days: Sequence[date],
    monday: date,
    *,
    capped: bool,
    now: datetime,
) -> Iterator[Entry]:
    """Yield what is told of ``profiles``; ``capped``: without the mark of being rested for who was asked
    often enough of late, and without that of a kind of help for who does not want it for a while."""
    ids = [profile.pk for profile in profiles]
    users = [profile.user_id for profile in profiles]
    levels, papers = held.levels(ids), held.papers(ids, days[-1])
    wishes, own = held.wishes(ids), held.organizations(users, days[-1])
    free = free_minutes(ids, days)
    begins, ends = week_of(monday)
    recent = lately(local_date(now))
    paused = pauses(users, local_date(now)) if capped else {}
    work = work_of(users, since=min(begins, recent), until=ends + DAY)
    served = {user: work[user].served_since(recent) for user in users}
    done, missed = kept(users)
    asked, past = asked_of_late(users, now=now), pasts(users, now=now)
    chances = usual_chances(asked, served, past, users)
    for profile in profiles:
        user = profile.user_id
        marks = [
            *(f"{MARK}paper:{kind}" for kind in papers[profile.pk]),
            *(f"{MARK}wishes:{kind}" for kind in wishes[profile.pk] - paused.get(user, set())),
            *(f"{MARK}own:{key}" for key in own[user]),
            *([f"{MARK}adult"] if profile.is_adult else []),
            *([RESTED] if not capped or within_caps(past[user].day, past[user].week) else []),
        ]
        yield {
            "id": profile.ref,
            "lat": profile.lat,
            "lng": profile.lng,
            "radius_km": profile.radius_m / 1000,
            "gender": profile.sex or None,
            "skills": {**levels[profile.pk], **dict.fromkeys(sorted(marks), 1)},
            "free": [
                [at_local(day, begin).isoformat(), at_local(day, end).isoformat()]
                for day in days
                if profile.paused_until is None or profile.paused_until < day
                for begin, end in sorted(free[profile.pk, day])
            ],
            "busy": [
                {
                    "start": span.start.isoformat(),
                    "end": span.end.isoformat(),
                    "lat": span.point[0] if span.point else profile.lat,
                    "lng": span.point[1] if span.point else profile.lng,
                }
                for span in work[user].agreed
            ],
            "minutes_left": max(0, profile.minutes_per_week - work[user].minutes_in(begins, ends)),
            "recent_services": served[user],
            "recent_notices": asked.get(user, 0),
            "reliability": reliability(done[user], missed[user]),
            "acceptance": chances[user],
            "is_new": done[user] == 0,
        }


def _needs(
    opening: Opening, places: int, refs: dict[int, str], pairs: Pairs, *, now: datetime
) -> Iterator[Entry]:
    """Yield the opening as needs of at most so many places as a file may have."""
    resident = opening.visit.request.resident_id if opening.visit else 0
    urgency = rules.urgency_of(opening=opening, now=now)
    never = pairs.gone[opening.pk] | pairs.blocked[resident]
    marks = [
        *(f"{MARK}paper:{kind}" for kind in opening.credentials),
        f"{MARK}wishes:{opening.category}",
        *([f"{MARK}adult"] if opening.adults_only else []),
        *([RESTED] if urgency < USUAL_ASKING.urgent else []),
        *([f"{MARK}own:{opening.organization_id}"] if opening.only_own_volunteers else []),
    ]
    kind = opening.visit.request.service_type if opening.visit else None
    least = least_volunteers(kind) - (opening.places - places)  # who was found or asked goes too
    for number, first in enumerate(range(0, places, MOST_PLACES)):
        yield {
            "id": f"{opening.ref}{PART}{number}" if number else opening.ref,
            "lat": opening.lat,
            "lng": opening.lng,
            "start": opening.starts_at.isoformat(),
            "end": opening.ends_at.isoformat(),
            "places": min(MOST_PLACES, places - first),
            "least": max(1, min(least, MOST_PLACES, places - first)) if first == 0 else 1,
            "skills": {**opening.skills, **dict.fromkeys(sorted(marks), 1)},
            "gender": opening.gender_wish or None,
            "urgency": urgency,
            "excluded": sorted(refs[user] for user in never if user in refs),
            "preferred": sorted(
                refs[user] for user in pairs.wished[resident] - never if user in refs
            ),
            "known": sorted(refs[user] for user in pairs.helped[resident] - never if user in refs),
        }

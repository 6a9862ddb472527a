"""What the posting table has to say of volunteers, worked out from what it is derived from."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Q

from accounts.models import VolunteerProfile
from accounts.states import Category
from kernel.workdays import at_local, local_date
from matching.engine.index import Grid, keys
from matching.engine.score import reliability
from matching.models import Assignment, Posting
from matching.models.postings import DAYS, WEEKS
from matching.queries import held
from matching.queries.facts import LATELY, kept
from matching.queries.free import free_minutes, weekly
from matching.queries.willing import pauses
from matching.states import LIVE, AssignmentState

SLOT = 30  # minutes
NOWHERE = -1
DAY = timedelta(days=1)
BITS = {category: 1 << number for number, category in enumerate(Category.values)}


def grid() -> Grid:
    """Return the cells of the area that is served."""
    south, north, _west, _east = settings.HUB_BOX
    return Grid.over(np.array([south, north]))


def cell_of(lat: float | None, lng: float | None, radius_m: int) -> int:
    """Return the radius class and the cell of a home, as one number."""
    if lat is None or lng is None:
        return NOWHERE
    [key] = keys(grid(), np.array([lat]), np.array([lng]), np.array([radius_m]))
    return int(key)


def slots(begin: int, end: int) -> int:
    """Return the bits of the half hours that the minutes from ``begin`` to ``end`` touch."""
    first, after = begin // SLOT, -(-end // SLOT)
    return (1 << after) - (1 << first)


def whole_slots(begin: int, end: int) -> int:
    """Return the bits of the half hours that lie wholly between ``begin`` and ``end``."""
    first, after = -(-begin // SLOT), end // SLOT
    return (1 << after) - (1 << first) if after > first else 0


def day_column(day: date) -> str:
    """Return the name of the column that knows ``day`` when it is one of a row's days."""
    return f"d{day.toordinal() % DAYS:02}"


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def left_column(day: date) -> str:
    """Return the name of the column that knows the week of ``day`` when it is one of a row's weeks."""
    return f"left{monday_of(day).toordinal() // 7 % WEEKS}"


def may_be_asked() -> Q:
    """Return who has rows at all: verified, taught, not suspended, of age or allowed by the guardian."""
    return Q(is_verified=True, lesson_passed_at__isnull=False, suspended_at=None) & (
        Q(is_adult=True) | Q(guardian_consent_at__isnull=False)
    )


def changing(profiles: Sequence[VolunteerProfile], *, today: date) -> dict[int, dict[str, Any]]:
    """Return by profile the columns that change with what is done and agreed: days, weeks, what is known
    of the past."""
    ids = [profile.pk for profile in profiles]
    users = [profile.user_id for profile in profiles]
    days = [today + n * DAY for n in range(DAYS)]
    weeks = sorted({monday_of(day) for day in days})
    free = free_minutes(ids, days)
    busy, minutes, recent = _work(users, days, weeks)
    done, missed = kept(users)
    found = {}
    for profile in profiles:
        user = profile.user_id
        columns: dict[str, Any] = {
            "posted_on": today,
            "recent": recent[user],
            "reliability": reliability(done[user], missed[user]),
            "is_new": done[user] == 0,
            **{f"left{n}": profile.minutes_per_week for n in range(WEEKS)},
        }
        for monday in weeks:
            left = profile.minutes_per_week - minutes[user, monday]
            columns[left_column(monday)] = left
        for day in days:
            paused = profile.paused_until is not None and profile.paused_until >= day
            mask = 0
            for begin, end in () if paused else free[profile.pk, day]:
                mask |= slots(begin, end)
            columns[day_column(day)] = mask & ~busy[user, day]
        found[profile.pk] = columns
    return found


def _work(
    users: Collection[int], days: Sequence[date], weeks: Sequence[date]
) -> tuple[dict[tuple[int, date], int], dict[tuple[int, date], int], dict[int, int]]:
    """Return busy half hours by user and day, agreed minutes by user and week, services of late by user."""
    busy: dict[tuple[int, date], int] = defaultdict(int)
    minutes: dict[tuple[int, date], int] = defaultdict(int)
    recent: dict[int, int] = defaultdict(int)
    since = at_local(days[0], 0) - LATELY
    rows = Assignment.objects.filter(
        volunteer__in=users,
        state__in=[*LIVE, AssignmentState.DONE],
        opening__ends_at__gt=min(since, at_local(weeks[0], 0)),
        opening__starts_at__lt=at_local(days[-1] + 8 * DAY, 0),
    ).values_list("volunteer", "state", "opening__starts_at", "opening__ends_at")
    for user, state, start, end in rows:
        minutes[user, monday_of(local_date(start))] += int((end - start).total_seconds() // 60)
        if state == AssignmentState.DONE:
            recent[user] += since < end
            continue
        for day in days:
            begin, until = _within(start, day), _within(end, day)
            busy[user, day] |= whole_slots(begin, until)
    return busy, minutes, recent


def _within(instant: datetime, day: date) -> int:
    """Return the local minute of ``day`` at ``instant``, or the day's nearest end."""
    minute = int((instant - at_local(day, 0)).total_seconds() // 60)
    return min(max(minute, 0), 1440)


def rows_of(ids: Collection[int], *, today: date) -> list[Posting]:
    """Return the rows, not saved, that the table has to hold for these profiles."""
    profiles = list(VolunteerProfile.objects.filter(may_be_asked(), pk__in=ids).order_by("pk"))
    keys_of = [profile.pk for profile in profiles]
    levels, wishes = held.levels(keys_of), held.wishes(keys_of)
    users = [profile.user_id for profile in profiles]
    allow, paused = held.willing(users), pauses(users, today)
    usual = _usual(keys_of)
    moving = changing(profiles, today=today)
    return [
        Posting(
            volunteer=profile,
            skill=code,
            level=level,
            cell=cell_of(profile.lat, profile.lng, profile.radius_m),
            lat=profile.lat,
            lng=profile.lng,
            radius_m=profile.radius_m,
            sex=profile.sex,
            is_adult=profile.is_adult,
            may_ask=profile.user_id in allow,
            wants=sum(BITS[kind] for kind in wishes[profile.pk] - paused[profile.user_id]),
            week_minutes=profile.minutes_per_week,
            paused_until=profile.paused_until,
            **moving[profile.pk],
            **usual[profile.pk],
        )
        for profile in profiles
        for code, level in sorted({"": 0, **levels[profile.pk]}.items())
    ]


def _usual(ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return by profile the half hours of each weekday as it usually is."""
    found = {pk: {f"w{weekday}": 0 for weekday in range(7)} for pk in ids}
    for pk, weekday, begin, end in weekly(ids):
        found[pk][f"w{weekday}"] |= slots(begin, end)
    return found

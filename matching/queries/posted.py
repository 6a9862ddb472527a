"""What the posting table has to say of volunteers, worked out from what it is derived from."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Q

from accounts.models import VolunteerProfile
from accounts.states import Category
from kernel.workdays import at_local
from matching.engine.index import Grid, keys
from matching.engine.score import reliability
from matching.models import Posting
from matching.models.postings import DAYS, WEEKS
from matching.queries import held
from matching.queries.free import free_minutes, weekly
from matching.queries.willing import pauses
from matching.queries.work import kept, lately, monday_of, week_of, work_of

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
    since, recent = week_of(today)[0], lately(today)
    work = work_of(users, since=min(since, recent), until=at_local(days[-1] + 8 * DAY, 0))
    done, missed = kept(users)
    found = {}
    for profile in profiles:
        user = profile.user_id
        columns: dict[str, Any] = {
            "posted_on": today,
            "recent": work[user].served_since(recent),
            "reliability": reliability(done[user], missed[user]),
            "is_new": done[user] == 0,
            **{f"left{n}": profile.minutes_per_week for n in range(WEEKS)},
        }
        for monday in weeks:
            agreed = work[user].minutes_in(*week_of(monday))
            columns[left_column(monday)] = profile.minutes_per_week - agreed
        for day in days:
            paused = profile.paused_until is not None and profile.paused_until >= day
            mask = 0
            for begin, end in () if paused else free[profile.pk, day]:
                mask |= slots(begin, end)
            for span in work[user].agreed:
                mask &= ~whole_slots(_within(span.start, day), _within(span.end, day))
            columns[day_column(day)] = mask
        found[profile.pk] = columns
    return found


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

"""What people do with their inbox: read, and choose how they are told."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from kernel.events import record
from notifications import events, queries, rules
from notifications.models import Notice, Preference, QuietHours
from notifications.states import Channel, Group


def mark_read(*, notice: Notice, by: User, now: datetime) -> Notice:
    """Note that a notice was read; asked again, the first time stands. Raises ``NotAllowed``
    (``not_yours``)."""
    rules.check_reader(notice=notice, by=by)
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=now)
    notice.refresh_from_db(fields=["read_at"])
    return notice


def mark_all_read(*, by: User, now: datetime, up_to: int | None = None) -> int:
    """Note that the person has read everything, or everything ``up_to`` a cursor; returns how many.

    With a cursor, what came while the page was open stays unread.
    """
    unread = Notice.objects.filter(user=by, read_at__isnull=True)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=now)


@transaction.atomic
def set_preferences(
    *, chosen: Mapping[tuple[Group, Channel], bool], by: User, now: datetime
) -> dict[tuple[Group, Channel], bool]:
    """Write the cells that are given; returns the whole table. The inbox holds everything regardless.

    Raises ``Invalid`` (``last_channel``): what one needs to know comes by one channel at least.
    """
    table = {**queries.preferences_of(by), **chosen}
    rules.check_preferences(table, addresses=queries.addresses_of(by))
    for (group, channel), is_on in chosen.items():
        Preference.objects.update_or_create(
            user=by, group=group, channel=channel, defaults={"is_on": is_on}
        )
    record(events.PREFERENCES_CHANGED, subject=by, by=by, at=now)
    return table


@transaction.atomic
def set_quiet_hours(*, starts: int, ends: int, by: User, now: datetime) -> QuietHours:
    """Have nothing but safety and same-day changes sent between two times of day (local minutes).

    Equal times mean no quiet hours. Raises ``Invalid`` (``bad_time``).
    """
    rules.check_quiet_hours(starts=starts, ends=ends)
    hours, _made = QuietHours.objects.update_or_create(
        user=by, defaults={"starts": starts, "ends": ends}
    )
    record(events.QUIET_HOURS_CHANGED, subject=by, by=by, at=now)
    return hours


@transaction.atomic
def set_telling(
    *,
    chosen: Mapping[tuple[Group, Channel], bool],
    starts: int,
    ends: int,
    by: User,
    now: datetime,
) -> None:
    """Write channels and quiet hours at once. Raises as ``set_preferences`` and ``set_quiet_hours``."""
    set_preferences(chosen=chosen, by=by, now=now)
    set_quiet_hours(starts=starts, ends=ends, by=by, now=now)

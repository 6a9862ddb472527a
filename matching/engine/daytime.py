"""When people are asked and until when they may answer: by day, in time before the start (ENGINE §4).

Times are aware datetimes; a day is Shanghai's. Nights do not count: an offer of two hours made at 20:00 ends
at 9:00.
"""

from datetime import UTC, datetime, timedelta

from matching.engine.parameters import USUAL_ASKING, Asking
from matching.engine.problem import LOCAL

EPOCH = datetime(1970, 1, 1, tzinfo=LOCAL)
DAY = timedelta(days=1)
NOON = timedelta(hours=12)


def lives(time_left: timedelta, asking: Asking = USUAL_ASKING) -> timedelta:
    """Return how long an offer lives: a part of the time left, within bounds."""
    least, most = (timedelta(minutes=m) for m in (asking.at_least_minutes, asking.at_most_minutes))
    return min(max(time_left / asking.parts, least), most)


def is_night(now: datetime, asking: Asking = USUAL_ASKING) -> bool:
    """Say whether it is a time of day at which nobody is asked."""
    minute = (now - EPOCH) % DAY / timedelta(minutes=1)
    return not asking.day_begins <= minute < asking.day_ends


def runs_by_night(
    now: datetime, *, starts_at: datetime, urgency: int, asking: Asking = USUAL_ASKING
) -> bool:
    """Say whether people are asked although it is night: it is urgent, and begins before the next noon."""
    noon = EPOCH + ((now - EPOCH - NOON) // DAY + 1) * DAY + NOON
    return urgency >= asking.urgent and is_night(now, asking) and starts_at < noon


def asks_at(
    now: datetime, *, starts_at: datetime, urgency: int, asking: Asking = USUAL_ASKING
) -> datetime:
    """Return when the next notices for a need may go out: now, or in the morning."""
    by_night = runs_by_night(now, starts_at=starts_at, urgency=urgency, asking=asking)
    if by_night or not is_night(now, asking):
        return now
    return next_morning(now, asking)


def next_morning(now: datetime, asking: Asking = USUAL_ASKING) -> datetime:
    """Return when the next day begins in which people are asked."""
    days, since = divmod(now - EPOCH, DAY)
    later = since >= timedelta(minutes=asking.day_begins)
    return _utc(EPOCH + (days + later) * DAY + timedelta(minutes=asking.day_begins))


def last_answer(starts_at: datetime, asking: Asking = USUAL_ASKING) -> datetime:
    """Return by when an answer leaves time to travel."""
    return starts_at - timedelta(minutes=asking.before_start_minutes)


def time_left(
    now: datetime, *, starts_at: datetime, urgency: int, asking: Asking = USUAL_ASKING
) -> timedelta:
    """Return how long people can be asked and answer, nights left out unless it runs by night."""
    last = last_answer(starts_at, asking)
    if runs_by_night(now, starts_at=starts_at, urgency=urgency, asking=asking):
        return max(last - now, timedelta(0))
    return max(daytime(last, asking) - daytime(now, asking), timedelta(0))


def expiry(
    now: datetime, *, starts_at: datetime, urgency: int, asking: Asking = USUAL_ASKING
) -> datetime:
    """Return by when an offer made now is to be answered: after a part of the time left, at least an hour,
    in time to travel; nights do not count, so that it never ends between 21:00 and 8:00 (at 21:00
    sharp it may), unless the start leaves no other time or it runs by night. At the very end there are
    twenty minutes, or what is left until the start."""
    last = last_answer(starts_at, asking)
    left = time_left(now, starts_at=starts_at, urgency=urgency, asking=asking)
    if runs_by_night(now, starts_at=starts_at, urgency=urgency, asking=asking):
        end = min(now + lives(left, asking), last)
    else:
        end = min(by_day(now, lives(left, asking), asking), _by_day_before(last, asking))
    soonest = now + timedelta(minutes=asking.soonest_minutes)
    if end < soonest:
        end = min(soonest, starts_at)
    return _utc(end)


def share_left(
    now: datetime, *, sent_at: datetime, expires_at: datetime, asking: Asking = USUAL_ASKING
) -> float:
    """Return how much of the life of an offer is still to come, in [0, 1]; nights count only where it has no
    other time."""
    sent, at, end = (daytime(moment, asking) for moment in (sent_at, now, expires_at))
    left, whole = (end - at, end - sent) if end > sent else (expires_at - now, expires_at - sent_at)
    return min(max(left / whole, 0.0), 1.0) if whole else 0.0


def by_day(now: datetime, spent: timedelta, asking: Asking = USUAL_ASKING) -> datetime:
    """Return when ``spent`` (more than nothing) has passed, nights not counted."""
    length = _day_length(asking)
    days, rest = divmod(daytime(now, asking) + spent, length)
    if not rest:  # in the evening, not on the next morning
        days, rest = days - 1, length
    return _utc(EPOCH + days * DAY + timedelta(minutes=asking.day_begins) + rest)


def _by_day_before(moment: datetime, asking: Asking) -> datetime:
    """Return ``moment``, or the evening before when it lies in the night."""
    return by_day(moment, timedelta(0), asking) if is_night(moment, asking) else moment


def _day_length(asking: Asking) -> timedelta:
    return timedelta(minutes=asking.day_ends - asking.day_begins)


def daytime(moment: datetime, asking: Asking) -> timedelta:
    """Return the time since 1970 without the nights."""
    days, since = divmod(moment - EPOCH, DAY)
    gone = since - timedelta(minutes=asking.day_begins)
    return days * _day_length(asking) + min(max(gone, timedelta(0)), _day_length(asking))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)

"""Civil days in Shanghai, and which of them are working days in China."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_date(instant: datetime) -> date:
    """Return the civil date in Shanghai at ``instant``."""
    return instant.astimezone(SHANGHAI).date()


def at_local(day: date, minutes: int) -> datetime:
    """Return the instant ``minutes`` after local midnight of ``day``."""
    return datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minutes)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the instants at which ``day`` begins and ends."""
    return at_local(day, 0), at_local(day + timedelta(days=1), 0)


def is_working_day(day: date) -> bool:
    """Say whether offices work on ``day``; beyond the published holidays: Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``, or ``day`` itself for none."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_until(today: date, last: date) -> int:
    """Return how many working days come after ``today``, ``last`` itself among them; none once it is past."""
    days = (today + timedelta(days=n) for n in range(1, (last - today).days + 1))
    return sum(map(is_working_day, days))

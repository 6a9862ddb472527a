"""What volunteers have agreed to and have done: one read for a need, a plan and the search's table."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count

from kernel.workdays import at_local
from matching.engine import Span
from matching.models import Assignment, Offer
from matching.states import LIVE, AssignmentState

LATELY = timedelta(days=14)  # before today: the same number all day long
WEEK = timedelta(days=7)


class Work(NamedTuple):
    """Of one person, by time: what is agreed and lies ahead or is under way, and what was done."""

    agreed: list[Span]
    done: list[Span]

    def served_since(self, moment: datetime) -> int:
        """Return how many services were done that ended after ``moment``."""
        return sum(span.end > moment for span in self.done)

    def minutes_in(self, begins: datetime, ends: datetime) -> int:
        """Return the minutes, agreed and done, of what starts from ``begins`` to before ``ends``."""
        every = (*self.agreed, *self.done)
        return sum(span.minutes for span in every if begins <= span.start < ends)


def work_of(users: Collection[int], *, since: datetime, until: datetime) -> dict[int, Work]:
    """Return by user what ends after ``since`` and starts before ``until``; of who does nothing, nothing."""
    found: dict[int, Work] = defaultdict(lambda: Work([], []))
    rows = Assignment.objects.filter(
        volunteer__in=users,
        state__in=[*LIVE, AssignmentState.DONE],
        opening__ends_at__gt=since,
        opening__starts_at__lt=until,
    ).order_by("opening__starts_at", "pk")
    for user, state, start, end, lat, lng in rows.values_list(
        *("volunteer", "state", "opening__starts_at", "opening__ends_at"),
        *("opening__lat", "opening__lng"),
    ):
        span = Span(start, end, None if lat is None else (lat, lng))
        is_done = state == AssignmentState.DONE
        (found[user].done if is_done else found[user].agreed).append(span)
    return found


def lately(today: date) -> datetime:
    """Return the moment from which services and notices count as recent on ``today``."""
    return at_local(today, 0) - LATELY


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> tuple[datetime, datetime]:
    """Return when the week of ``day`` begins and ends."""
    begins = at_local(monday_of(day), 0)
    return begins, begins + WEEK


def asked_of_late(users: Collection[int], *, now: datetime) -> dict[int, int]:
    """Return per user how many offers were made in the last two weeks."""
    offers = Offer.objects.filter(volunteer__in=users, sent_at__gte=now - LATELY)
    return dict(offers.values_list("volunteer").annotate(times=Count("pk")).order_by())


def kept(users: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Return per user how many agreed services were done, and to how many they did not come."""
    done: dict[int, int] = defaultdict(int)
    missed: dict[int, int] = defaultdict(int)
    ended = Assignment.objects.filter(
        volunteer__in=users, state__in=[AssignmentState.DONE, AssignmentState.NO_SHOW]
    )
    counts = ended.values_list("volunteer", "state").annotate(times=Count("pk")).order_by()
    for user, state, times in counts:
        (done if state == AssignmentState.DONE else missed)[user] = times
    return done, missed

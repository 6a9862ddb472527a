"""When volunteers are free: the week's windows, bent by exceptions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from accounts.models import Availability, AvailabilityException
from kernel.workdays import at_local, local_date
from matching.engine import Need, Span

Minutes = tuple[int, int]  # from local midnight, the end exclusive


def weekly(ids: Collection[int], weekdays: Collection[int] = range(7)) -> Iterator[tuple[int, ...]]:
    """Yield (profile, weekday, begin, end) of the usual windows."""
    windows = Availability.objects.filter(volunteer__in=ids, weekday__in=weekdays)
    yield from windows.values_list("volunteer", "weekday", "starts", "ends")


def free_minutes(
    ids: Collection[int], days: Sequence[date]
) -> dict[tuple[int, date], list[Minutes]]:
    """Return when each profile is free on each of ``days``, whatever else they do. A day with exceptions
    is as they say, and not as the week says."""
    usual: dict[tuple[int, int], list[Minutes]] = defaultdict(list)
    for pk, weekday, begin, end in weekly(ids, {day.weekday() for day in days}):
        usual[pk, weekday].append((begin, end))
    bent: dict[tuple[int, date], list[Minutes]] = defaultdict(list)
    exceptions = AvailabilityException.objects.filter(volunteer__in=ids, day__in=days)
    for pk, day, is_free, begin, end in exceptions.values_list(
        "volunteer", "day", "is_free", "starts", "ends"
    ):
        bent[pk, day] += [(begin, end)] if is_free else []
    return {
        (pk, day): bent[pk, day] if (pk, day) in bent else usual[pk, day.weekday()]
        for pk in ids
        for day in days
    }


def free_around(need: Need, ids: Collection[int]) -> dict[int, list[Span]]:
    """Return when each profile is free on the days of the need; stretches that touch are one."""
    first, last = local_date(need.when.start), local_date(need.when.end)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    minutes = free_minutes(ids, days)
    return {
        pk: _merged(
            Span(at_local(day, begin), at_local(day, end))
            for day in days
            for begin, end in minutes[pk, day]
        )
        for pk in ids
    }


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join stretches that touch, so that two windows in a row, or over midnight, are one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found

"""How evenly the volunteers of an area are asked and serve, and who is never asked and why.

Counted in one query, whatever the number of people; cells so small that they could point to somebody are
not told, nor those from which they could be worked out (see ``shown``).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import (
    Availability,
    AvailabilityException,
    Consent,
    VolunteerCategory,
    VolunteerProfile,
)
from accounts.rules.figures import FEWEST_IN_A_CELL, cell
from accounts.states import Purpose
from kernel.workdays import local_date
from matching.engine.fairness import carried_by_busiest, gini, lorenz
from matching.models import Assignment, Offer
from matching.states import AssignmentState
from regions.models import Region

NEAR_M = 2000  # whoever goes less far is seldom near enough
TENTHS = 10
# From so many to so many (None: and more).
BANDS: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, None))
ASKED = "asked"
# Why somebody is not asked, the first that holds; see ``_first_reason``.
BARRED = ("suspended", "not_verified", "lesson_missing", "guardian_missing", "not_asked")
OWN_CHOICE = ("no_area", "paused", "no_windows", "no_categories", "small_radius")
NOT_NEEDED = "not_needed"
Counted = tuple[int, int, str, int]  # notices, services, reason, people


class Spread(NamedTuple):
    """How something is spread over people: ``bands`` are people by ``BANDS``, None as ``shown`` says;
    ``curve`` is Lorenz's, in as many equal parts of the people as hold enough of them; ``tenth`` is the share
    that the busiest tenth carries. None, or no curve, where too few people stand behind it."""

    total: int | None
    bands: list[int | None]
    gini: float | None
    tenth: float | None
    curve: list[float]


class Fairness(NamedTuple):
    """An area since a moment. ``people`` have their home there, over ``counted`` of them things are spread:
    who could be asked, or was, or served. ``never`` had no notice: people by the first reason, as of now.
    ``people`` is None too where ``counted``, or who is left beside them, are too few to tell."""

    people: int | None
    counted: int | None
    notices: Spread
    services: Spread
    never: list[tuple[str, int | None]]


def fairness(region: Region, *, since: datetime, now: datetime) -> Fairness:
    """Return how evenly the volunteers who live in ``region`` were asked and served from ``since`` on."""
    rows = _rows(region, since=since, now=now)
    able = [row for row in rows if row[0] or row[1] or row[2] not in BARRED]
    people, counted = (sum(row[3] for row in some) for some in (rows, able))
    notices = _spread([(row[0], row[3]) for row in able])
    return Fairness(
        people=cell(people) if _all_tellable(counted, people - counted, _served(rows)) else None,
        counted=cell(counted),
        notices=notices,
        services=_spread([(row[1], row[3]) for row in able]),
        never=_never(rows, unasked=notices.bands[0]),
    )


def shown(counts: Sequence[int]) -> list[int | None]:
    """Return the counts of one table so that none from one to nine can be worked out, even by who knows
    their sum and this rule.

    All below ten are None, zeros too. Then the smallest that is left, with its equals, is None as well,
    until the hidden ones sum to ten and differ, or none is left. So two hidden ones that differ could
    change places, and the same would be told. Where all below ten are zeros (and the sum is not), all are
    told: the sum says that anyway, and a zero points to nobody. A zero is never told beside a hidden count.
    Method: complementary suppression (Cox, JASA 75, 1980), for a table with one sum."""
    hidden = [count for count in counts if cell(count) is None]
    if not any(hidden) and cell(sum(counts)) is not None:
        return list(counts)
    told = sorted(set(counts) - set(hidden))
    while told and (cell(sum(hidden)) is None or len(set(hidden)) == 1):
        least = told.pop(0)
        hidden += [least] * counts.count(least)
    return [count if count in told else None for count in counts]


def _all_tellable(*counts: int) -> bool:
    return all(count == 0 or cell(count) is not None for count in counts)


def _served(rows: Sequence[Counted]) -> int:
    """Return how many served without a notice and are barred now: counted, and under ``BARRED`` as well."""
    return sum(row[3] for row in rows if row[1] and row[2] in BARRED)


def _never(rows: Sequence[Counted], *, unasked: int | None) -> list[tuple[str, int | None]]:
    """Return people without a notice by reason. These are two tables, for other figures tell the sum of
    each: of the barred, who is not counted; of the others (with ``_served``), ``unasked``, the counted
    without a notice. Where that is hidden, the others are too, else their sum would tell it."""
    never: Counter[str] = Counter()
    for _notices, _services, reason, people in rows:
        never[reason] += people
    others = (*OWN_CHOICE, NOT_NEEDED)
    barred = shown([never[code] for code in BARRED])
    own = shown([*(never[code] for code in others), _served(rows)])[: len(others)]
    if unasked is None:
        own = [None] * len(others)
    return list(zip((*BARRED, *others), (*barred, *own), strict=True))


def _spread(counted: Sequence[tuple[int, int]]) -> Spread:
    """Return the spread of (so many, people)."""
    amounts = np.array([amount for amount, _people in counted], dtype=np.int64)
    people = np.array([many for _amount, many in counted], dtype=np.int64)
    load, total = np.repeat(amounts, people), int(people.sum())
    parts = min(TENTHS, total // FEWEST_IN_A_CELL)
    return Spread(
        total=int(load.sum()) if parts else None,
        bands=shown([_between(load, low, high) for low, high in BANDS]),
        gini=gini(load) if parts else None,
        tenth=carried_by_busiest(load) if parts == TENTHS else None,
        curve=lorenz(load, parts) if parts > 1 else [],
    )


def _between(load: "np.typing.NDArray[np.int64]", low: int, high: int | None) -> int:
    return int(((load >= low) & (load <= (load.max(initial=0) if high is None else high))).sum())


def _rows(region: Region, *, since: datetime, now: datetime) -> list[Counted]:
    """Return how many people of the area have had so many notices and services, and why none."""
    served = Assignment.objects.filter(
        state=AssignmentState.DONE, opening__ends_at__gte=since, opening__ends_at__lte=now
    )
    people = VolunteerProfile.objects.filter(region__path__startswith=region.path).annotate(
        notices=_many(Offer.objects.filter(sent_at__gte=since)),
        services=_many(served),
    )
    rows = people.annotate(reason=_first_reason(now)).order_by()
    # Grouped here: a GROUP BY of what is counted makes SQLite count everything twice.
    counted = Counter(rows.values_list("notices", "services", "reason"))
    return [(*row, many) for row, many in counted.items()]


def _many(rows: "QuerySet[Model]") -> Coalesce:
    mine = rows.filter(volunteer=OuterRef("user")).order_by().values("volunteer")
    counted = mine.annotate(many=Count("pk")).values("many")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _first_reason(now: datetime) -> Case:
    """Return why somebody had no notice; what the platform asks for comes before what was chosen."""
    today, mine = local_date(now), {"volunteer": OuterRef("pk")}
    allowed = Consent.objects.filter(
        user=OuterRef("user"), purpose=Purpose.MATCHING, withdrawn_at__isnull=True
    )
    days = AvailabilityException.objects.filter(is_free=True, day__gte=today, **mine)
    is_free = Exists(Availability.objects.filter(**mine)) | Exists(days)
    reasons = {
        ASKED: Q(notices__gt=0),
        "suspended": Q(suspended_at__isnull=False),
        "not_verified": Q(is_verified=False),
        "lesson_missing": Q(lesson_passed_at__isnull=True),
        "guardian_missing": Q(is_adult=False, guardian_consent_at__isnull=True),
        "not_asked": ~Exists(allowed),
        "no_area": Q(lat__isnull=True),
        "paused": Q(paused_until__gte=today),
        "no_windows": ~is_free,
        "no_categories": ~Exists(VolunteerCategory.objects.filter(**mine)),
        "small_radius": Q(radius_m__lt=NEAR_M),
    }
    return Case(
        *(When(condition, then=Value(code)) for code, condition in reasons.items()),
        default=Value(NOT_NEEDED),
        output_field=CharField(),
    )

"""How evenly the volunteers of an area are asked and serve, and who is never asked and why.

Counted in one query, whatever the number of people. A count so small that it could point to somebody is not
told, and the others are rounded: it is not what is left of a sum, of another area or of another time.
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
from accounts.rules.figures import FEWEST_IN_A_CELL, rounded
from accounts.states import Purpose
from kernel.workdays import local_date
from matching.engine.fairness import carried_by_busiest, gini, lorenz
from matching.engine.pool import Ints
from matching.models import Assignment, Offer
from matching.states import AssignmentState
from regions.models import Region

NEAR_M = 2000  # whoever goes less far is seldom near enough
TENTHS = 10
DIGITS = 2
# From so many to so many (None: and more).
BANDS: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, None))
MIDDLES = (0.0, 1.0, 2.5, 5.5, 10.0)
HIDDEN = 5
ASKED = "asked"
# Why somebody is not asked, the first that holds; see ``_first_reason``.
BARRED = ("suspended", "not_verified", "lesson_missing", "guardian_missing", "not_asked")
OWN_CHOICE = ("no_area", "paused", "no_windows", "no_categories", "small_radius")
NOT_NEEDED = "not_needed"
Counted = tuple[int, int, str, int]  # notices, services, reason, people


class Spread(NamedTuple):
    """How something is spread over people: ``total`` is what they have together, ``bands`` are people by
    ``BANDS``, both ``rounded``. Of the bands, as if each had its middle (``MIDDLES``) and a hidden one five
    people: ``gini``; ``curve``, Lorenz's, in as many equal parts of the people as hold enough of them;
    ``tenth``, the share that the busiest tenth carries. None, or no curve, where one to nine people have
    anything, or too few are counted."""

    total: int | None
    bands: list[int | None]
    gini: float | None
    tenth: float | None
    curve: list[float]


class Fairness(NamedTuple):
    """An area since a moment. ``people`` have their home there, over ``counted`` of them things are spread:
    who could be asked, or was, or served. ``never`` had no notice: people by the first reason, as of now.
    All of them ``rounded``."""

    people: int | None
    counted: int | None
    notices: Spread
    services: Spread
    never: list[tuple[str, int | None]]


def fairness(region: Region, *, since: datetime, now: datetime) -> Fairness:
    """Return how evenly the volunteers who live in ``region`` were asked and served from ``since`` on."""
    rows = _rows(region, since=since, now=now)
    able = [row for row in rows if row[0] or row[1] or row[2] not in BARRED]
    never: Counter[str] = Counter()
    for _notices, _services, reason, people in rows:
        never[reason] += people
    return Fairness(
        people=rounded(sum(row[3] for row in rows)),
        counted=rounded(sum(row[3] for row in able)),
        notices=_spread([(row[0], row[3]) for row in able]),
        services=_spread([(row[1], row[3]) for row in able]),
        never=[(code, rounded(never[code])) for code in (*BARRED, *OWN_CHOICE, NOT_NEEDED)],
    )


def _spread(counted: Sequence[tuple[int, int]]) -> Spread:
    """Return the spread of (so many, people)."""
    amounts = np.array([amount for amount, _people in counted], dtype=np.int64)
    people = np.array([many for _amount, many in counted], dtype=np.int64)
    load = np.repeat(amounts, people)
    bands = [rounded(_between(load, low, high)) for low, high in BANDS]
    # What one to nine people have together tells of them, whoever else is counted with nothing.
    is_told = rounded(len(load)) and rounded(int((load > 0).sum())) is not None
    # Made of the table alone, so that they tell nothing that it does not.
    about = np.repeat(MIDDLES, [HIDDEN if n is None else n for n in bands] if is_told else 0)
    parts = min(TENTHS, len(about) // FEWEST_IN_A_CELL)
    return Spread(
        total=rounded(int(load.sum())) if is_told else None,
        bands=bands,
        gini=round(gini(about), DIGITS) if parts else None,
        tenth=round(carried_by_busiest(about), DIGITS) if parts == TENTHS else None,
        curve=[round(share, DIGITS) for share in lorenz(about, parts)] if parts > 1 else [],
    )


def _between(load: Ints, low: int, high: int | None) -> int:
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

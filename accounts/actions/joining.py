"""Deeds of several parts that a person does in one go: all of it happens, or nothing."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.actions.consents import decide_consent, give_consent
from accounts.actions.papers import claim_identity
from accounts.actions.volunteers import (
    Window,
    register_volunteer,
    set_area,
    set_categories,
    set_exceptions,
    set_limits,
    set_skills,
    set_windows,
)
from accounts.models import User, Verification, VolunteerProfile
from accounts.states import Purpose
from regions.models import Region


@transaction.atomic
def join_as_volunteer(
    *, user: User, name: str, id_number: str, text_version: str, now: datetime
) -> Verification:
    """Allow the real-name check, become a volunteer, and claim the identity.

    Raises as ``claim_identity``.
    """
    give_consent(
        subject=user, purpose=Purpose.REAL_NAME, text_version=text_version, by=user, now=now
    )
    register_volunteer(user=user, name=name, by=user, now=now)
    return claim_identity(user=user, name=name, id_number=id_number, by=user, now=now)


@transaction.atomic
def set_volunteer_profile(
    *,
    volunteer: VolunteerProfile,
    region: Region,
    radius_m: int,
    skills: Mapping[str, int],
    categories: Iterable[str],
    windows: Iterable[Window],
    matching: str | None,
    sharing: str | None,
    by: User,
    now: datetime,
) -> VolunteerProfile:
    """Write area, skills, wishes and week at once; ``matching`` and ``sharing`` are the versions of the
    texts agreed to: None for no automatic offers, and for no full name to organizations.

    Raises ``Invalid`` at the field that is wrong.
    """
    set_area(volunteer=volunteer, region=region, radius_m=radius_m, by=by, now=now)
    set_skills(volunteer=volunteer, skills=skills, by=by, now=now)
    set_categories(volunteer=volunteer, categories=categories, by=by, now=now)
    set_windows(volunteer=volunteer, windows=windows, by=by, now=now)
    for purpose, text_version in ((Purpose.MATCHING, matching), (Purpose.SHARING, sharing)):
        decide_consent(
            subject=volunteer.user, purpose=purpose, text_version=text_version, by=by, now=now
        )
    return volunteer


@transaction.atomic
def set_volunteer_times(
    *,
    volunteer: VolunteerProfile,
    minutes_per_week: int,
    paused_until: date | None,
    days_off: Iterable[date],
    by: User,
    now: datetime,
) -> VolunteerProfile:
    """Write the weekly limit, a pause and the days off at once; days with times of their own stay.

    Raises ``Invalid`` (``bad_limit``; ``bad_window`` for a day off that has times of its own;
    ``day_is_past``, ``too_long``).
    """
    free = [(odd.day, odd.starts, odd.ends) for odd in volunteer.exceptions.filter(is_free=True)]
    set_limits(
        volunteer=volunteer,
        minutes_per_week=minutes_per_week,
        paused_until=paused_until,
        by=by,
        now=now,
    )
    return set_exceptions(volunteer=volunteer, days_off=days_off, free=free, by=by, now=now)

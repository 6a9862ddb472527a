"""What a volunteer says of herself: area, skills, times, limits."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import events, rules
from accounts.models import (
    Availability,
    AvailabilityException,
    Skill,
    User,
    VolunteerCategory,
    VolunteerProfile,
)
from accounts.states import Category, SkillCode, SkillLevel
from kernel.events import record
from kernel.places import check_point, snap
from kernel.references import new_number
from kernel.refusals import Invalid
from regions.models import Region
from regions.states import Level

Window = tuple[int, int, int]  # weekday (Monday 0), start and end in minutes from local midnight


@transaction.atomic
def register_volunteer(
    *, user: User, name: str, by: User | None, now: datetime
) -> VolunteerProfile:
    """Make ``user`` a volunteer, not verified yet; asked again, the profile that is there is returned."""
    clean = rules.check_name(name)
    profile, made = VolunteerProfile.objects.get_or_create(
        user=user,
        defaults={
            "key": user.key,
            "number": new_number(VolunteerProfile, "V"),
            "name": clean,
            "registered_at": now,
        },
    )
    if made:
        record(events.VOLUNTEER_REGISTERED, subject=profile, by=by, at=now)
    return profile


def _changed(
    volunteer: VolunteerProfile, what: str, *, by: User | None, now: datetime
) -> VolunteerProfile:
    record(events.VOLUNTEER_CHANGED, subject=volunteer, by=by, at=now, what=what)
    return volunteer


@transaction.atomic
def set_area(
    *,
    volunteer: VolunteerProfile,
    region: Region,
    radius_m: int,
    by: User | None,
    now: datetime,
    lat: float | None = None,
    lng: float | None = None,
) -> VolunteerProfile:
    """Set home street and travel radius in metres (500–60,000). The point (default: the street's) is
    snapped to the grid before it is stored. Raises ``Invalid`` (``not_a_street``, ``bad_radius``,
    ``foreign_point``)."""
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")
    if not 500 <= radius_m <= 60_000:
        raise Invalid("bad_radius", _("Choose between 0.5 and 60 km."), field="radius_m")
    point = (region.lat, region.lng) if lat is None or lng is None else (lat, lng)
    check_point(*point, field="region")
    volunteer.region, volunteer.radius_m = region, radius_m
    volunteer.lat, volunteer.lng = snap(*point)
    volunteer.save(update_fields=["region", "radius_m", "lat", "lng"])
    return _changed(volunteer, "area", by=by, now=now)


@transaction.atomic
def set_skills(
    *, volunteer: VolunteerProfile, skills: Mapping[str, int], by: User | None, now: datetime
) -> VolunteerProfile:
    """Replace the claimed skills (code → level). Raises ``Invalid`` (``unknown_skill``)."""
    if not set(skills) <= set(SkillCode.values) or not set(skills.values()) <= set(
        SkillLevel.values
    ):
        raise Invalid("unknown_skill", _("Choose skills from the list."), field="skills")
    volunteer.skills.exclude(code__in=skills).delete()
    for code, level in skills.items():
        Skill.objects.update_or_create(volunteer=volunteer, code=code, defaults={"level": level})
    return _changed(volunteer, "skills", by=by, now=now)


@transaction.atomic
def set_categories(
    *, volunteer: VolunteerProfile, categories: Iterable[str], by: User | None, now: datetime
) -> VolunteerProfile:
    """Replace the service categories she wants to be asked for. Raises ``Invalid``."""
    wanted = set(categories)
    if not wanted <= set(Category.values):
        raise Invalid("unknown_category", _("Choose from the list."), field="categories")
    volunteer.categories.exclude(category__in=wanted).delete()
    here = set(volunteer.categories.values_list("category", flat=True))
    VolunteerCategory.objects.bulk_create(
        VolunteerCategory(volunteer=volunteer, category=category)
        for category in sorted(wanted - here)
    )
    return _changed(volunteer, "categories", by=by, now=now)


@transaction.atomic
def set_windows(
    *, volunteer: VolunteerProfile, windows: Iterable[Window], by: User | None, now: datetime
) -> VolunteerProfile:
    """Replace the weekly windows. Raises ``Invalid`` (``bad_window``): turned round, beyond the day,
    or two that overlap."""
    wanted = sorted(set(windows))
    for weekday, starts, ends in wanted:
        if not (0 <= weekday <= 6 and 0 <= starts < ends <= 1440):
            raise Invalid("bad_window", _("A time ends after it starts."), field="windows")
    for one, other in pairwise(wanted):
        if one[0] == other[0] and other[1] < one[2]:
            raise Invalid("bad_window", _("Two of these times overlap."), field="windows")
    volunteer.windows.all().delete()
    Availability.objects.bulk_create(
        Availability(volunteer=volunteer, weekday=weekday, starts=starts, ends=ends)
        for weekday, starts, ends in wanted
    )
    return _changed(volunteer, "windows", by=by, now=now)


@transaction.atomic
def set_exceptions(
    *,
    volunteer: VolunteerProfile,
    days_off: Iterable[date],
    by: User | None,
    now: datetime,
) -> VolunteerProfile:
    """Replace the days on which the week does not hold and she is not free."""
    volunteer.exceptions.filter(is_free=False).delete()
    AvailabilityException.objects.bulk_create(
        AvailabilityException(volunteer=volunteer, day=day) for day in sorted(set(days_off))
    )
    return _changed(volunteer, "exceptions", by=by, now=now)


@transaction.atomic
def set_limits(
    *,
    volunteer: VolunteerProfile,
    minutes_per_week: int,
    paused_until: date | None,
    by: User | None,
    now: datetime,
) -> VolunteerProfile:
    """Set the weekly limit in minutes (0–6,000) and a pause. Raises ``Invalid`` (``bad_limit``)."""
    if not 0 <= minutes_per_week <= 6000:
        raise Invalid("bad_limit", _("Choose up to 100 hours a week."), field="minutes_per_week")
    volunteer.minutes_per_week, volunteer.paused_until = minutes_per_week, paused_until
    volunteer.save(update_fields=["minutes_per_week", "paused_until"])
    return _changed(volunteer, "limits", by=by, now=now)


@transaction.atomic
def confirm_guardian(
    *, volunteer: VolunteerProfile, name: str, phone: str, by: User | None, now: datetime
) -> VolunteerProfile:
    """Record the guardian's consent of a volunteer under 18 (上海条例 Art 13)."""
    volunteer.guardian = json.dumps(
        {"name": rules.check_name(name), "phone": rules.clean_phone(phone)}, ensure_ascii=False
    )
    volunteer.guardian_consent_at = now
    volunteer.save(update_fields=["guardian", "guardian_consent_at"])
    return _changed(volunteer, "guardian", by=by, now=now)


# The three questions of the first lesson and their right answers.
LESSON = {"ask_first": "yes", "share_photos": "no", "arrival_code": "resident"}


@transaction.atomic
def pass_lesson(
    *, volunteer: VolunteerProfile, answers: Mapping[str, str], by: User | None, now: datetime
) -> VolunteerProfile:
    """Record that the first lesson was understood. Raises ``Invalid`` (``wrong_answer``) at the first
    question that was not."""
    for question, right in LESSON.items():
        if answers.get(question) != right:
            raise Invalid(
                "wrong_answer", _("Read this part again and choose another answer."), field=question
            )
    volunteer.lesson_passed_at = now
    volunteer.save(update_fields=["lesson_passed_at"])
    return _changed(volunteer, "lesson", by=by, now=now)

"""What a volunteer says of herself: area, skills, times, limits."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import events, queries, rules
from accounts.actions.access import count
from accounts.models import (
    Availability,
    AvailabilityException,
    Skill,
    User,
    VolunteerCategory,
    VolunteerProfile,
)
from accounts.roles import Permission
from accounts.states import Category, SkillCode, SkillLevel, VerificationState
from kernel.events import record
from kernel.references import new_number
from kernel.refusals import Invalid
from kernel.workdays import local_date
from regions.models import Region
from regions.places import check_point, snap
from regions.states import Level

MESSAGES_AN_HOUR = 5  # to guardians whom one volunteer names
Window = tuple[int, int, int]  # weekday (Monday 0), start and end in minutes from local midnight


@transaction.atomic
def register_volunteer(
    *, user: User, name: str, by: User | None, now: datetime
) -> VolunteerProfile:
    """Make ``user`` a volunteer; asked again, the profile that is there is returned.

    Who was verified before (as a proxy, say) is a verified volunteer at once. Raises ``Invalid``
    (``bad_name``) or ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
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
        claim = queries.latest_verification(user)
        if claim and claim.state == VerificationState.MATCH:
            write_identity(profile, name=claim.name, id_number=claim.id_number, now=now)
    return profile


def write_identity(
    volunteer: VolunteerProfile, *, name: str, id_number: str, now: datetime
) -> VolunteerProfile:
    """Keep what a verified number says: name, sex, birth date (sealed), its band, of age or not."""
    number = rules.check_id_number(id_number, today=local_date(now))
    volunteer.name, volunteer.sex = name, number.sex
    volunteer.birth_on = number.birth_on.isoformat()
    volunteer.birth_band = number.birth_on.year // 5 * 5
    volunteer.is_adult = rules.age_on(local_date(now), number.birth_on) >= rules.ADULT
    volunteer.is_verified = True
    volunteer.save()
    return _changed(volunteer, "identity", by=None, now=now)


def come_of_age(*, now: datetime) -> int:
    """Note who has turned 18: candidate search needs the fact in SQL; returns how many."""
    minors = VolunteerProfile.objects.filter(is_verified=True, is_adult=False)
    grown = 0
    for volunteer in minors.select_related("key").order_by("pk"):
        birth_on = date.fromisoformat(str(volunteer.birth_on))
        if rules.age_on(local_date(now), birth_on) >= rules.ADULT:
            _come_of_age(volunteer, now=now)
            grown += 1
    return grown


@transaction.atomic
def _come_of_age(volunteer: VolunteerProfile, *, now: datetime) -> None:
    volunteer.is_adult = True
    volunteer.save(update_fields=["is_adult"])
    _changed(volunteer, "age", by=None, now=now)


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
    """Set home street and travel radius in metres (500–60,000). The point (default: the one that was set in
    this street, else the street's) is snapped to the grid before it is stored. Raises ``Invalid``
    (``not_a_street``, ``bad_radius``, ``foreign_point``)."""
    rules.check_own(user=volunteer.user, by=by)
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")
    if not 500 <= radius_m <= 60_000:
        raise Invalid("bad_radius", _("Choose between 0.5 and 60 km."), field="radius_m")
    point = (region.lat, region.lng)
    if lat is not None and lng is not None:
        point = lat, lng
    elif (
        volunteer.region_id == region.pk and volunteer.lat is not None and volunteer.lng is not None
    ):
        point = volunteer.lat, volunteer.lng
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
    rules.check_own(user=volunteer.user, by=by)
    if not set(skills) <= set(SkillCode.values) or not set(skills.values()) <= set(
        SkillLevel.values
    ):
        raise Invalid("unknown_skill", _("Choose skills from the list."), field="skills")
    volunteer.skills.exclude(code__in=skills).delete()
    Skill.objects.bulk_create(
        [Skill(volunteer=volunteer, code=code, level=level) for code, level in skills.items()],
        update_conflicts=True,
        unique_fields=["volunteer", "code"],
        update_fields=["level"],
    )
    return _changed(volunteer, "skills", by=by, now=now)


@transaction.atomic
def set_categories(
    *, volunteer: VolunteerProfile, categories: Iterable[str], by: User | None, now: datetime
) -> VolunteerProfile:
    """Replace the service categories she wants to be asked for. Raises ``Invalid``."""
    rules.check_own(user=volunteer.user, by=by)
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
    rules.check_own(user=volunteer.user, by=by)
    wanted = sorted(set(windows))
    if not all(0 <= weekday <= 6 for weekday, _starts, _ends in wanted):
        raise Invalid("bad_window", _("Choose a day of the week."), field="windows")
    rules.check_windows(wanted)
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
    free: Iterable[tuple[date, int, int]] = (),
) -> VolunteerProfile:
    """Replace the days on which the week does not hold: off, or ``free`` from … to (minutes) only.

    Raises ``Invalid``: ``bad_window``, also for a day that is both; ``day_is_past`` for a new day off.
    """
    rules.check_own(user=volunteer.user, by=by)
    off, extra = sorted(set(days_off)), sorted(set(free))
    rules.check_windows([(day.toordinal(), starts, ends) for day, starts, ends in extra])
    if set(off) & {day for day, _starts, _ends in extra}:
        raise Invalid("bad_window", _("A day is either off or not."), field="exceptions")
    stood = volunteer.exceptions.filter(is_free=False).values_list("day", flat=True)
    rules.check_days_off(new=set(off).difference(stood), today=local_date(now))
    volunteer.exceptions.all().delete()
    AvailabilityException.objects.bulk_create(
        [
            *(AvailabilityException(volunteer=volunteer, day=day) for day in off),
            *(
                AvailabilityException(
                    volunteer=volunteer, day=day, is_free=True, starts=starts, ends=ends
                )
                for day, starts, ends in extra
            ),
        ]
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
    """Set the weekly limit in minutes (0–6,000) and a pause, today to 366 days ahead.

    What was agreed to before stands. Raises ``Invalid`` (``bad_limit``, ``day_is_past``, ``too_long``).
    """
    rules.check_own(user=volunteer.user, by=by)
    if not 0 <= minutes_per_week <= 6000:
        raise Invalid("bad_limit", _("Choose up to 100 hours a week."), field="minutes_per_week")
    rules.check_pause(until=paused_until, today=local_date(now))
    volunteer.minutes_per_week, volunteer.paused_until = minutes_per_week, paused_until
    volunteer.save(update_fields=["minutes_per_week", "paused_until"])
    return _changed(volunteer, "limits", by=by, now=now)


@transaction.atomic
def record_guardian(
    *, volunteer: VolunteerProfile, name: str, phone: str, by: User | None, now: datetime
) -> VolunteerProfile:
    """Name the guardian of a volunteer under 18, who has to allow it still (上海条例 Art 13), and gets a
    message with the address of the page.

    Raises ``Invalid`` (``bad_name``, ``bad_phone``, ``own_phone``), ``NotAllowed`` (``not_yours``) or
    ``Conflict`` (``too_often``).
    """
    rules.check_own(user=volunteer.user, by=by)
    contact = rules.check_contact({"name": name, "phone": phone}, field="guardian")
    rules.check_names_guardian(user=volunteer.user, phone=contact["phone"])
    count(kind="guardian", what=volunteer.ref, most=MESSAGES_AN_HOUR, now=now)
    volunteer.guardian = json.dumps(contact, ensure_ascii=False)
    volunteer.guardian_consent_at = None
    volunteer.save(update_fields=["guardian", "guardian_consent_at"])
    record(events.GUARDIAN_NAMED, subject=volunteer, by=by, at=now)
    return _changed(volunteer, "guardian", by=by, now=now)


@transaction.atomic
def withdraw_guardian(
    *, volunteer: VolunteerProfile, by: User | None, now: datetime
) -> VolunteerProfile:
    """Take back that a volunteer under 18 may help: from now on they are not asked any more.

    The guardian may, and the street; asked again, nothing changes. Raises ``NotAllowed``
    (``not_the_guardian``).
    """
    volunteer.refresh_from_db(
        fields=["guardian", "guardian_consent_at"],
        from_queryset=VolunteerProfile.objects.select_for_update(no_key=True),
    )
    rules.check_withdraw_guardian(
        volunteer=volunteer, speaks=_speaks_as_guardian(volunteer, by=by, now=now), by=by
    )
    if volunteer.guardian_consent_at is None:
        return volunteer
    volunteer.guardian_consent_at = None
    volunteer.save(update_fields=["guardian_consent_at"])
    record(events.GUARDIAN_WITHDREW, subject=volunteer, by=by, at=now)
    return _changed(volunteer, "guardian_consent", by=by, now=now)


def _speaks_as_guardian(volunteer: VolunteerProfile, *, by: User | None, now: datetime) -> bool:
    office = volunteer.region is not None and queries.may(
        by, Permission.VERIFY_PEOPLE, region=volunteer.region, now=now
    )
    return office or queries.is_guardian_of(by, volunteer)


@transaction.atomic
def confirm_guardian(
    *, volunteer: VolunteerProfile, by: User | None, now: datetime, shown: str | None = None
) -> VolunteerProfile:
    """Allow a volunteer under 18 to help: the guardian, signed in by the phone that was named, or the
    street that has the signature. What is allowed already stays as it is.

    ``shown`` is the ``guardian_mark`` of whom the page named; None from a program that showed nobody.
    Raises ``Conflict`` (``no_guardian``, ``state_changed``) or ``NotAllowed`` (``not_the_guardian``).
    """
    volunteer.refresh_from_db(  # another guardian may be named at this moment
        fields=["guardian", "guardian_consent_at"],
        from_queryset=VolunteerProfile.objects.select_for_update(no_key=True),
    )
    rules.check_confirm_guardian(
        volunteer=volunteer,
        speaks=_speaks_as_guardian(volunteer, by=by, now=now),
        as_shown=shown is None or shown == queries.guardian_mark(volunteer),
        by=by,
    )
    if volunteer.guardian_consent_at:
        return volunteer
    volunteer.guardian_consent_at = now
    volunteer.save(update_fields=["guardian_consent_at"])
    return _changed(volunteer, "guardian_consent", by=by, now=now)


def _check_office(volunteer: VolunteerProfile, *, by: User | None, now: datetime) -> None:
    in_scope = volunteer.region is not None and queries.may(
        by, Permission.VERIFY_PEOPLE, region=volunteer.region, now=now
    )
    rules.check_governs(user=volunteer.user, governs=in_scope, by=by)


@transaction.atomic
def suspend_volunteer(
    *, volunteer: VolunteerProfile, reason: str, by: User | None, now: datetime
) -> VolunteerProfile:
    """Ask this volunteer for nothing more; the account and what was done stay.

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``) or ``Invalid`` (``reason_missing``).
    """
    _check_office(volunteer, by=by, now=now)
    words = rules.check_reason(reason, needed=True)
    volunteer.suspended_at, volunteer.suspended_reason = now, words
    volunteer.save(update_fields=["suspended_at", "suspended_reason"])
    record(events.VOLUNTEER_SUSPENDED, subject=volunteer, by=by, at=now)
    return volunteer


@transaction.atomic
def restore_volunteer(
    *, volunteer: VolunteerProfile, by: User | None, now: datetime
) -> VolunteerProfile:
    """Let a suspended volunteer help again. Raises ``NotAllowed`` as ``suspend_volunteer`` does."""
    _check_office(volunteer, by=by, now=now)
    volunteer.suspended_at, volunteer.suspended_reason = None, ""
    volunteer.save(update_fields=["suspended_at", "suspended_reason"])
    record(events.VOLUNTEER_RESTORED, subject=volunteer, by=by, at=now)
    return volunteer


# The three questions of the first lesson and their right answers.
LESSON = {"ask_first": "yes", "share_photos": "no", "arrival_code": "resident"}


@transaction.atomic
def pass_lesson(
    *, volunteer: VolunteerProfile, answers: Mapping[str, str], by: User | None, now: datetime
) -> VolunteerProfile:
    """Record that the first lesson was understood. Raises ``Invalid`` (``wrong_answer``) at the first
    question that was not."""
    rules.check_own(user=volunteer.user, by=by)
    for question, right in LESSON.items():
        if answers.get(question) != right:
            raise Invalid(
                "wrong_answer", _("Read this part again and choose another answer."), field=question
            )
    volunteer.lesson_passed_at = now
    volunteer.save(update_fields=["lesson_passed_at"])
    return _changed(volunteer, "lesson", by=by, now=now)

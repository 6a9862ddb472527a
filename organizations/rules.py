"""Rules about organizations and what they publish. Pure: facts come in as arguments."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.states import Category, CredentialKind, SkillCode, SkillLevel
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise, plain
from organizations.models import Organization, Shift
from organizations.states import (
    MemberRole,
    OrganizationKind,
    OrganizationState,
    ProjectState,
    ShiftState,
)
from regions.models import Region
from regions.states import Level

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
WEIGHTS = [pow(3, place, 31) for place in range(17)]
# Civil-affairs bodies: their codes begin with 51, 52, 53 (DOMAIN §4).
PREFIX = {
    OrganizationKind.ASSOCIATION: "51",
    OrganizationKind.SERVICE: "52",
    OrganizationKind.FOUNDATION: "53",
}
FURTHEST = timedelta(days=180)
MOST_WEEKS = 26


def check_text(text: str, *, field: str, most: int, least: int = 2, lines: bool = False) -> str:
    """Return ``text`` clean, ``least`` to ``most`` characters long."""
    clean = normalise(text, field=field, lines=lines)
    if not least <= len(clean) <= most:
        raise Invalid(
            "bad_text",
            _("Write %(least)s to %(most)s characters.") % {"least": least, "most": most},
            field=field,
        )
    return clean


def check_known(value: str, known: Collection[str], *, field: str) -> str:
    """Return ``value`` if the list at ``field`` has it."""
    if value not in known:
        raise Invalid("not_in_list", _("Choose from the list."), field=field)
    return value


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters of a credit code (GB 32100, MOD 31)."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def check_credit_code(text: str, kind: str) -> str:
    """Return the 18-character credit code in ``text``; it must fit the kind of organization."""
    kind = OrganizationKind(check_known(kind, OrganizationKind.values, field="kind"))
    code = re.sub(r"[\s-]", "", plain(text, field="credit_code")).upper()
    known = re.fullmatch(rf"[{ALPHABET}]{{18}}", code)
    if not known or code[17] != check_character(code[:17]):
        raise Invalid("bad_credit_code", _("Check the credit code."), field="credit_code")
    if not code.startswith(PREFIX.get(kind, code[:2])):
        raise Invalid(
            "code_of_another_kind",
            _("This credit code belongs to another kind of organization."),
            field="credit_code",
        )
    return code


def check_seat(region: Region) -> Region:
    """An organization sits in a district or a street, so that one district decides about it."""
    if region.level == Level.CITY:
        raise Invalid("not_a_district", _("Choose a district, street or town."), field="region")
    return region


def check_street(region: Region) -> Region:
    """A project takes place in a street or town."""
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")
    return region


def check_skills(skills: dict[str, int]) -> dict[str, int]:
    """Return ``{code: least level}``: known skills, known levels."""
    known = set(skills) <= set(SkillCode.values) and set(skills.values()) <= set(SkillLevel.values)
    if not known:
        raise Invalid("unknown_skill", _("Choose skills from the list."), field="skills")
    return skills


def check_papers(kinds: Collection[str]) -> list[str]:
    """Return the kinds of credentials that are asked for, each once."""
    if not set(kinds) <= set(CredentialKind.values):
        raise Invalid("unknown_paper", _("Choose from the list."), field="credentials")
    return sorted(set(kinds))


def check_category(category: str) -> str:
    """Return one of the service categories A–N (DOMAIN §3)."""
    return check_known(category, Category.values, field="category")


def check_role(role: str) -> MemberRole:
    """Return the role of a member."""
    return MemberRole(check_known(role, MemberRole.values, field="role"))


def check_runs(*, is_member: bool) -> None:
    """Only who runs the organization acts for it."""
    if not is_member:
        raise NotAllowed("not_your_organization", _("You do not run this organization."))


def check_decides(*, in_scope: bool, is_member: bool) -> None:
    """An office decides about what is in its area, and never about its own body."""
    if is_member:
        raise NotAllowed("your_own", _("You belong to it: somebody else has to decide."))
    if not in_scope:
        raise NotAllowed("not_your_area", _("This is not in your area."))


def check_active(organization: Organization) -> None:
    """Only a verified organization publishes and takes charge."""
    if organization.state != OrganizationState.VERIFIED:
        raise Conflict("not_verified", _("The organization is not verified, or is suspended."))


def check_reason(words: str) -> str:
    """Return the words of a reason; there must be some."""
    clean = normalise(words, field="reason")
    if not 2 <= len(clean) <= 200:
        raise Invalid("reason_missing", _("Say why, in up to 200 characters."), field="reason")
    return clean


def check_stays_led(*, is_last_manager: bool) -> None:
    """An organization keeps somebody who answers for it."""
    if is_last_manager:
        raise Conflict("last_manager", _("Name another manager first."))


def check_editable(state: str) -> None:
    """A project is changed before it is handed in, or after it came back."""
    if state not in {ProjectState.DRAFT, ProjectState.RETURNED}:
        raise Conflict("not_editable", _("This project is no longer a draft."))


def check_times(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """A shift has an offset, lies ahead within half a year, lasts 15 minutes to 16 hours."""
    for field, instant in (("starts_at", starts_at), ("ends_at", ends_at)):
        if instant.tzinfo is None:
            raise Invalid("naive_time", _("Give the time with its offset."), field=field)
    if ends_at <= starts_at:
        raise Invalid("ends_first", _("The end must come after the start."), field="ends_at")
    if starts_at <= now:
        raise Invalid("in_the_past", _("Choose a time that is still to come."), field="starts_at")
    if starts_at > now + FURTHEST:
        raise Invalid("too_far_ahead", _("Choose a day within half a year."), field="starts_at")
    if not timedelta(minutes=15) <= ends_at - starts_at <= timedelta(hours=16):
        raise Invalid("bad_length", _("Choose between 15 minutes and 16 hours."), field="ends_at")


def check_shift_open(shift: Shift, *, now: datetime) -> None:
    """A shift is changed or called off before it begins."""
    if shift.state not in {ShiftState.DRAFT, ShiftState.PUBLISHED} or shift.starts_at <= now:
        raise Conflict("shift_over", _("This shift can no longer be changed."))


def weekly(
    starts_at: datetime, ends_at: datetime, *, weeks: int, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the times of the same shift in each of ``weeks`` weeks: the preview and the deed use it.

    Raises ``Invalid`` (``bad_weeks``, or as ``check_times`` for the first and the last).
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid("bad_weeks", _("Choose between 1 and 26 weeks."), field="weeks")
    check_times(starts_at, ends_at, now=now)
    steps = [timedelta(weeks=week) for week in range(weeks)]
    times = [(starts_at + step, ends_at + step) for step in steps]
    check_times(*times[-1], now=now)
    return times


def check_places(places: int) -> None:
    """A shift has 1 to 500 places."""
    if not 1 <= places <= 500:
        raise Invalid("bad_places", _("Choose between 1 and 500 places."), field="places")

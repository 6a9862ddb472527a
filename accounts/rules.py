"""Rules about people and their numbers. Pure: facts come in as arguments."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from stdnum.iso7064 import mod_11_2

from accounts.models import Desk, SignInCode, User
from accounts.states import Disability, Sex
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise
from regions.models import Region
from regions.states import Level

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
ADULT = 18
RANK = {Level.CITY: 0, Level.DISTRICT: 1, Level.STREET: 2}


class IdNumber(NamedTuple):
    """A resident identity number and what it says."""

    number: str
    birth_on: date
    sex: Sex


def _bad_number(field: str) -> Invalid:
    return Invalid("bad_id_number", _("Check the ID number: it has 18 characters."), field=field)


def check_id_number(text: str, *, today: date, field: str = "id_number") -> IdNumber:
    """Return the number in ``text``, with 15 digits as its 18-character twin.

    GB 11643: birth date real and not in the future, age at most 130, prefix 11–65, 71, 81–83 or 9,
    check character by ISO 7064 MOD 11-2. County codes are not looked up: abolished ones stay valid.
    """
    number = re.sub(r"[\s-]", "", normalise(text, field=field)).upper()
    if re.fullmatch(r"[1-9][0-9]{14}", number):  # the old form: two-digit year of the 1900s
        body = f"{number[:6]}19{number[6:]}"
        number = body + mod_11_2.calc_check_digit(body)
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number) or not mod_11_2.is_valid(number):
        raise _bad_number(field)
    prefix = int(number[:2])
    if not (11 <= prefix <= 65 or prefix in {71, 81, 82, 83} or number[0] == "9"):
        raise _bad_number(field)
    try:
        birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _bad_number(field) from None
    if birth_on > today or birth_on.year < today.year - 130:
        raise _bad_number(field)
    return IdNumber(number, birth_on, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def check_certificate(text: str, *, today: date, field: str = "certificate") -> str:
    """Return a disability certificate number: 18-character ID, category 1–7, level 1–4, reissues."""
    number = re.sub(r"[\s-]", "", normalise(text, field=field)).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X][1-7][1-4](B?[0-9]{1,2})?", number):
        raise Invalid("bad_certificate", _("Check the certificate number."), field=field)
    check_id_number(number[:18], today=today, field=field)
    return number


def check_disability(category: str, level: str, parts: list[str]) -> dict[str, object]:
    """Return the disability as it is stored; several parts belong to "multiple" only (GB/T 26341)."""
    if category not in Disability.values or level not in {"1", "2", "3", "4"}:
        raise Invalid("bad_disability", _("Choose a category and a level."), field="disability")
    if (category == Disability.MULTIPLE) != bool(parts) or not set(parts) <= set("123456"):
        raise Invalid(
            "bad_parts", _("Name the parts of a multiple disability."), field="disability"
        )
    return {"category": category, "level": level, "parts": sorted(parts)}


def clean_phone(text: str, *, field: str = "phone") -> str:
    """Return a mainland mobile number as eleven digits."""
    try:
        number = phonenumbers.parse(normalise(text, field=field), "CN")
    except phonenumbers.NumberParseException:
        number = None
    national = str(number.national_number) if number and number.country_code == 86 else ""
    if not re.fullmatch(r"1[3-9][0-9]{9}", national):
        raise Invalid("bad_phone", _("Check the phone number: it has 11 digits."), field=field)
    return national


def clean_email(text: str, *, field: str = "email") -> str:
    """Return an e-mail address in lower case."""
    address = normalise(text, field=field).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("bad_email", _("Check the e-mail address."), field=field) from None
    if len(address) > 254 or not address.isascii():
        raise Invalid("bad_email", _("Check the e-mail address."), field=field)
    return address


def clean_address(text: str) -> tuple[str, str]:
    """Return ("PHONE" or "EMAIL", the address as it is looked up)."""
    if "@" in text or "＠" in text:
        return "EMAIL", clean_email(text, field="address")
    return "PHONE", clean_phone(text, field="address")


def check_name(text: str, *, field: str = "name") -> str:
    """Return a person's name: 1 to 30 characters, letters of any script, minority-name dots."""
    name = normalise(text, field=field).replace("•", "·").replace("‧", "·")
    if not 1 <= len(name) <= 30 or not all(c.isalpha() or c in "·.' -" for c in name):
        raise Invalid("bad_name", _("Write the name as it stands on the card."), field=field)
    return name


def age_on(day: date, birth_on: date) -> int:
    """Return the age in whole years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def check_code(*, code: SignInCode | None, fits: bool, now: datetime) -> None:
    """Judge a sign-in code: the same words for an unknown address and a wrong code."""
    if code is not None and code.tries >= MOST_TRIES:
        raise Conflict(
            "too_many_tries", _("Too many wrong tries. Ask for a new code."), field="code"
        )
    if code is None or not fits:
        raise Invalid("code_wrong", _("This code is not right."), field="code", counted=True)
    if now >= code.expires_at:
        raise Conflict("code_expired", _("This code has run out. Ask for a new one."), field="code")


def check_may_enter(user: User) -> None:
    """Refuse who was suspended or erased, in words that say no more than that."""
    if not user.is_active or user.suspended_at or user.erased_at:
        raise NotAllowed("cannot_enter", _("This account cannot be used. Ask your street."))


def check_grant_desk(*, desks: list[Desk], region: Region, by: User | None) -> None:
    """Posts are granted below the own level and inside the own area; by the platform, anywhere."""
    if by is None:
        return
    for desk in desks:
        if (
            region.is_inside(desk.region)
            and RANK[Level(region.level)] > RANK[Level(desk.region.level)]
        ):
            return
    raise NotAllowed("not_your_area", _("You can grant posts only below your own."))

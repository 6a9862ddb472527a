"""Numbers, addresses and dates that say who somebody is."""

import re
from contextlib import suppress
from datetime import date
from typing import NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from stdnum.iso7064 import mod_11_2

from accounts.states import Sex
from kernel.refusals import Invalid
from kernel.text import plain

ADULT = 18
OLDEST = 130
CHINA = 86


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
    number = re.sub(r"[\s-]", "", plain(text, field=field)).upper()
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
    if not 0 <= age_on(today, birth_on) <= OLDEST:
        raise _bad_number(field)
    return IdNumber(number, birth_on, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def check_certificate(text: str, *, today: date, field: str = "certificate") -> str:
    """Return a disability certificate number: 18-character ID, category 1–7, level 1–4, reissues."""
    number = re.sub(r"[\s-]", "", plain(text, field=field)).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X][1-7][1-4](B?[0-9]{1,2})?", number):
        raise Invalid("bad_certificate", _("Check the certificate number."), field=field)
    check_id_number(number[:18], today=today, field=field)
    return number


def age_on(day: date, birth_on: date) -> int:
    """Return the age in whole years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def check_birth(birth_on: date, *, today: date) -> str:
    """Return a birth date as it is stored: not in the future, age at most 130."""
    if not 0 <= age_on(today, birth_on) <= OLDEST:
        raise Invalid("bad_birth", _("Check the birth date."), field="birth_on")
    return birth_on.isoformat()


def clean_phone(text: str, *, field: str = "phone") -> str:
    """Return a mainland mobile number as eleven digits."""
    typed = plain(text, field=field)
    national = ""
    # The library reads letters as keys of a phone, and extensions; a mobile number has neither.
    if re.fullmatch(r"[0-9+() -]+", typed):
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(typed, "CN")
            national = str(number.national_number) if number.country_code == CHINA else ""
    if not re.fullmatch(r"1[3-9][0-9]{9}", national):
        raise Invalid("bad_phone", _("Check the phone number: it has 11 digits."), field=field)
    return national


def clean_email(text: str, *, field: str = "email") -> str:
    """Return an e-mail address in lower case."""
    address = plain(text, field=field).lower()
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

"""What people type of themselves: names, free texts, contacts, times."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from itertools import pairwise

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.rules.numbers import clean_phone
from accounts.states import Disability, Sex
from kernel.refusals import Invalid
from kernel.text import normalise, plain

LONGEST_PAUSE = timedelta(days=366)


def _is_letter(char: str) -> bool:
    """Letters and their marks; all of the ideographic planes, which grow faster than Python's tables."""
    return unicodedata.category(char)[0] in "LM" or 0x20000 <= ord(char) <= 0x3FFFF


def check_name(text: str, *, field: str = "name") -> str:
    """Return a person's name: 1 to 30 characters, letters of any script, minority-name dots."""
    name = re.sub("[•‧・∙]", "·", plain(text, field=field))
    if not 1 <= len(name) <= 30 or not _is_letter(name[0]):
        raise Invalid("bad_name", _("Write the name as it stands on the card."), field=field)
    if not all(_is_letter(c) or c in "·.' -" for c in name):
        raise Invalid("bad_name", _("Write the name as it stands on the card."), field=field)
    return name


def check_text(text: str, *, field: str, most: int, lines: bool = False) -> str | None:
    """Return a free text of at most ``most`` characters; None when there is none."""
    clean = normalise(text, field=field, lines=lines)
    if len(clean) > most:
        raise Invalid("too_long", _("This is too long."), field=field, most=most)
    return clean or None


def check_reason(text: str, *, needed: bool) -> str:
    """Return why something was decided, in at most 200 characters; where ``needed``, not empty."""
    words = check_text(text, field="reason", most=200) or ""
    if needed and not words:
        raise Invalid("reason_missing", _("Say why."), field="reason")
    return words


def check_contact(contact: Mapping[str, str], *, field: str) -> dict[str, str]:
    """Return a guardian or emergency contact as it is stored: name and mobile number."""
    return {
        "name": check_name(contact.get("name", ""), field=field),
        "phone": clean_phone(contact.get("phone", ""), field=field),
    }


def check_sex(sex: str) -> str:
    """Return the sex as on the identity card; empty when it was not given."""
    if sex and sex not in Sex.values:
        raise Invalid("bad_sex", _("Choose from the list."), field="sex")
    return sex


def check_disability(category: str, level: str, parts: list[str]) -> dict[str, object]:
    """Return the disability as it is stored; several parts belong to "multiple" only (GB/T 26341)."""
    if category not in Disability.values or level not in {"1", "2", "3", "4"}:
        raise Invalid("bad_disability", _("Choose a category and a level."), field="disability")
    if (category == Disability.MULTIPLE) != bool(parts) or not set(parts) <= set("123456"):
        raise Invalid(
            "bad_parts", _("Name the parts of a multiple disability."), field="disability"
        )
    return {"category": category, "level": level, "parts": sorted(parts)}


def check_windows(windows: list[tuple[int, int, int]], *, field: str = "windows") -> None:
    """Windows (day, start, end in minutes), in order: none turned round, beyond the day, overlapping."""
    if not all(0 <= starts < ends <= 1440 for _day, starts, ends in windows):
        raise Invalid("bad_window", _("A time ends after it starts."), field=field)
    for one, other in pairwise(windows):
        if one[0] == other[0] and other[1] < one[2]:
            raise Invalid("bad_window", _("Two of these times overlap."), field=field)


def check_settings(*, language: str | None, display: str | None) -> None:
    """A language of the platform; a display as its cookie has it, such as ``dark.large.full``."""
    if language is not None and language not in dict(settings.LANGUAGES):
        raise Invalid("bad_language", _("Choose from the list."), field="language")
    if display is not None and not re.fullmatch(r"[a-z.-]{0,40}", display):
        raise Invalid("bad_display", _("Choose from the list."), field="display")


def check_pause(*, until: date | None, today: date) -> None:
    """A pause ends today at the earliest, and within 366 days: a longer one is a slip or a farewell."""
    if until is None:
        return
    if until < today:
        words = _("This day is past. Leave it empty to go on at once.")
        raise Invalid("day_is_past", words, field="paused_until")
    if until > today + LONGEST_PAUSE:
        words = _("A pause can last until %(day)s at most; you can make it longer later.")
        latest = f"{today + LONGEST_PAUSE:%Y-%m-%d}"
        raise Invalid("too_long", words % {"day": latest}, field="paused_until")


def check_days_off(*, new: Collection[date], today: date) -> None:
    """A day off that is added is not past, and within 366 days; those that stood already may stay."""
    if any(day < today for day in new):
        raise Invalid("day_is_past", _("This day is past."), field="days_off")
    if any(day > today + LONGEST_PAUSE for day in new):
        words = _("Choose a day until %(day)s; you can add later ones later.")
        latest = f"{today + LONGEST_PAUSE:%Y-%m-%d}"
        raise Invalid("too_far_ahead", words % {"day": latest}, field="days_off")

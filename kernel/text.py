"""Text as people type it, and as it may be shown."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kernel.refusals import Invalid

# Controls that can turn a line around or hide in it (GUARDS §6); tab and line ends are text.
FORBIDDEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F, 0xFEFF}
KINDS = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, Unicode's own line and paragraph ends


def normalise(text: str, *, field: str = "", lines: bool = False) -> str:
    """Return ``text`` as it was typed, in NFC, without outer blanks; ``lines`` lets it have several lines.

    Chinese punctuation stays what it is: only numbers, codes, names and addresses are made ``plain``.
    Raises ``Invalid`` (``bad_characters``) for controls, lone surrogates and direction overrides.
    """
    text = text.replace("\r\n", "\n")
    allowed = "\n\t" if lines else ""
    for char in text:
        kind = unicodedata.category(char)
        if char not in allowed and (kind in KINDS or ord(char) in FORBIDDEN):
            raise Invalid(
                "bad_characters", _("This contains characters that cannot be used."), field=field
            )
    return unicodedata.normalize("NFC", text).strip()


def plain(text: str, *, field: str = "") -> str:
    """Return a number, a code, a name or an e-mail address in NFKC: full-width signs made plain ones.

    Refuses what ``normalise`` does.
    """
    return unicodedata.normalize("NFKC", normalise(text, field=field)).strip()


def digits(text: str) -> str:
    """Return only the digits of ``text``, full-width ones made plain."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char in "0123456789")


def mask_phone(phone: str) -> str:
    """Return ``138****5678``."""
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) > 8 else "****"


def mask_id_number(number: str) -> str:
    """Return the first three and the last two characters of an ID number, the rest covered."""
    return f"{number[:3]}{'*' * 13}{number[-2:]}"


def mask_name(name: str) -> str:
    """Return ``王*`` or ``欧**芳``: first and last character, what is between covered."""
    if len(name) < 3:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_email(email: str) -> str:
    """Return ``a***@example.org``."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def enumerated(items: Iterable[Any]) -> str:
    """Return things of one kind one after another, as the reader's language separates them."""
    return pgettext("between two of a kind", ", ").join(str(item) for item in items)

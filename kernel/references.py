"""Public references: unguessable ones for addresses, short ones to be spoken on the phone."""

import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    TextColumn = models.CharField[str, str]
else:
    TextColumn = models.CharField

DIGITS = 9
NO_REF = "?"


def new_ref() -> str:
    """Return 128 random bits as 22 characters that are safe in an address, and as a word of a command: they
    do not begin with a hyphen."""
    while (ref := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return ref


class RefField(TextColumn):
    """The public reference of a row, made in Python before it is inserted."""

    def __init__(self, *args: Any, **options: Any) -> None:
        fixed = {"max_length": 22, "unique": True, "default": new_ref, "editable": False}
        super().__init__(*args, **{**options, **fixed})

    def get_prep_value(self, value: Any) -> Any:
        """Return what the database gets: what no reference can be finds nothing (PostgreSQL takes no NUL)."""
        text = super().get_prep_value(value)
        return text if text is None or text.isprintable() else NO_REF


def same_row(row: models.Model) -> models.QuerySet[Any]:
    """Return the query that finds ``row`` again, whoever asks."""
    return type(row)._default_manager.filter(pk=row.pk)


def _check_digit(digits: str) -> str:
    """Return the Luhn digit of ``digits``: one wrong or two swapped digits are noticed."""
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
    return str(-sum(n // 10 + n % 10 for n in doubled) % 10)


def new_number(model: Any, prefix: str) -> str:
    """Return a number for a new row of ``model`` that no row has yet: prefix, nine digits, check digit."""
    while True:
        digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        number = f"{prefix}{digits}{_check_digit(digits)}"
        if not model._base_manager.filter(number=number).exists():
            return number


def spoken(number: str) -> str:
    """Return ``number`` in groups as people read it aloud: ``R 4821 709 315``."""
    prefix, digits = number[:-10], number[-10:]
    return f"{prefix} {digits[:4]} {digits[4:7]} {digits[7:]}"


def clean_number(text: str) -> str:
    """Return what was typed as a number is stored: no spaces, dashes or full-width digits."""
    return re.sub(r"[\s\-–—.]", "", unicodedata.normalize("NFKC", text)).upper()

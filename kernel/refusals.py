"""Refusals: a rule said no, with a stable code and a sentence for the person who asked."""

from collections.abc import Callable
from typing import Any


class Refusal(Exception):
    """A rule said no. ``code`` is stable, ``message`` translated, ``field`` names the input at fault.

    ``counted`` says that a wrong try was written down and must stay written: whoever wraps the action
    in a transaction of its own commits before passing the refusal on.
    """

    def __init__(
        self, code: str, message: str, *, field: str = "", counted: bool = False, **context: Any
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.field = field
        self.counted = counted
        self.context = context

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Invalid(Refusal):
    """What was given cannot be: the person can correct it."""


class NotAllowed(Refusal):
    """This person may not do this."""


class Conflict(Refusal):
    """The state of things stands against it, now."""


class TooOften(Conflict):
    """A limit of tries is used up; ``wait`` is for how many seconds."""

    def __init__(self, code: str, message: str, *, wait: int, field: str = "") -> None:
        super().__init__(code, message, field=field, wait=wait)
        self.wait = wait


def refusal_of(check: Callable[..., object], **facts: Any) -> Refusal | None:
    """Return what ``check`` would raise on these facts, or None."""
    try:
        check(**facts)
    except Refusal as refusal:
        return refusal
    return None


def allowed(check: Callable[..., object], **facts: Any) -> bool:
    """Say whether ``check`` would let it pass."""
    return refusal_of(check, **facts) is None

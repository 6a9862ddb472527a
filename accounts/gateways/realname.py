"""The real-name check: an adapter to whoever knows (DOMAIN §4). No payload of theirs is kept."""

from enum import StrEnum
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from django.conf import settings


class Outcome(StrEnum):
    """What the source can answer."""

    MATCH = "MATCH"
    MISMATCH = "MISMATCH"
    NO_RECORD = "NO_RECORD"
    SOURCE_DOWN = "SOURCE_DOWN"
    REJECTED = "REJECTED"


class Answer(NamedTuple):
    """An outcome, by whom, at what level of assurance, with the source's own code."""

    outcome: Outcome
    provider: str
    raw_code: str
    level: str


class Source(Protocol):
    """Whoever can compare a name with an ID number."""

    def __call__(self, name: str, id_number: str, request_id: str, attempt: int) -> Answer:
        """Answer; a failure to reach the source is the outcome SOURCE_DOWN, never an exception."""


# The demo's source answers by the serial number (characters 15 to 17) of the ID number.
BY_SERIAL = {"901": Outcome.MISMATCH, "902": Outcome.NO_RECORD, "903": Outcome.REJECTED}
DOWN_AT_FIRST = "904"


def demo(name: str, id_number: str, request_id: str, attempt: int) -> Answer:  # noqa: ARG001
    """Give each of the five outcomes by rule: serials 901, 902, 903 are refused in three ways, 904 is
    down at the first try and matches at the second, all others match."""
    serial = id_number[14:17]
    outcome = BY_SERIAL.get(serial, Outcome.MATCH)
    if serial == DOWN_AT_FIRST and attempt == 1:
        outcome = Outcome.SOURCE_DOWN
    return Answer(outcome, "demo", outcome.value.lower(), "two-factor")


def source() -> Source:
    """Return the source that the setting ``HUB_REALNAME`` names."""
    module, _dot, name = settings.HUB_REALNAME.rpartition(".")
    return cast("Source", getattr(import_module(module), name))

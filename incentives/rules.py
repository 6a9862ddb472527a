"""Rules of points, stars and proofs. Pure: facts come in as arguments."""

import json
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from incentives.states import REVIEWERS_REASONS, STAR_MINUTES
from kernel.refusals import Conflict, Invalid, NotAllowed

MINUTES_PER_POINT = 15


def points_for(minutes: int) -> int:
    """Return the points of one record: one for each full quarter of an hour of verified service."""
    return minutes // MINUTES_PER_POINT


def stars_for(minutes: int) -> int:
    """Return the stars of 0–5 for that many verified minutes (100/300/600/1000/1500 hours)."""
    return sum(minutes >= needed for needed in STAR_MINUTES)


def check_redeems(*, points: int, balance: int) -> None:
    """Nobody spends points they do not have, or none."""
    if points <= 0:
        raise Invalid("bad_points", _("Choose at least one point."), field="points")
    if points > balance:
        raise Conflict("too_few_points", _("You have fewer points than that."), field="points")


def check_period(starts_on: date, ends_on: date, *, today: date) -> None:
    """A proof covers days that are over, the first before the last."""
    if starts_on > ends_on:
        raise Invalid("ends_first", _("The end must come after the start."), field="ends_on")
    if ends_on > today:
        raise Invalid("in_the_future", _("Choose days that are over."), field="ends_on")


def check_has_records(count: int) -> None:
    """A proof proves something."""
    if not count:
        raise Invalid(
            "nothing_to_prove", _("There are no approved hours in this time."), field="starts_on"
        )


def check_own(*, own: bool) -> None:
    """A proof is made by the person whose service it proves."""
    if not own:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_revokes(*, may: bool, reason: str, standing: bool) -> None:
    """The city's reviewers revoke a proof that stands, and say why."""
    if not may:
        raise NotAllowed("not_your_area", _("This is not in your area."))
    if reason not in REVIEWERS_REASONS:
        raise Invalid("reason_missing", _("Choose a reason."), field="reason")
    if not standing:
        raise Conflict("already_revoked", _("This proof is revoked already."))


def canonical(content: dict[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()

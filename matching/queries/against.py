"""What speaks against a candidate who can go: none of it forbids to ask, a dispatcher should know it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from accounts.models import VolunteerProfile
from kernel.workdays import local_date
from matching.engine import Candidate, Parameters, Reason
from matching.engine.waves import within_caps
from matching.models import Opening
from matching.queries import held
from matching.queries.chances import Past, pasts
from matching.queries.willing import pauses

COMES_MOSTLY = 80  # per cent of what was agreed; below it is said


def against(
    opening: Opening,
    candidates: Sequence[Candidate],
    profiles: dict[int, VolunteerProfile],
    parameters: Parameters,
    *,
    now: datetime,
) -> dict[int, list[Reason]]:
    """Return by user what speaks against each of ``candidates``, in four reads whatever their number."""
    users = [one.id for one in candidates]
    chosen = held.wishes([profiles[user].pk for user in users])
    paused, willing = pauses(users, local_date(now)), held.willing(users)
    past = pasts(users, now=now)

    def of(one: Candidate) -> Iterator[Reason]:
        if opening.category not in chosen[profiles[one.id].pk]:
            yield Reason("not_chosen", 0.0, {})
        elif opening.category in paused.get(one.id, ()):
            yield Reason("kind_paused", 0.0, {})
        if one.id not in willing:
            yield Reason("not_asked", 0.0, {})
        yield from _asked(past[one.id])
        yield from _drawbacks(one, parameters)

    return {one.id: list(of(one)) for one in candidates}


def _asked(past: Past) -> Iterator[Reason]:
    if not within_caps(past.day, past.week):
        yield Reason("asked_enough", 0.0, {"day": past.day, "week": past.week})
    elif past.week:
        yield Reason("asked_lately", 0.0, {"week": past.week})


def _drawbacks(one: Candidate, parameters: Parameters) -> Iterator[Reason]:
    """Yield what of the reasons for somebody is a reason against them."""
    facts = {reason.code: reason.facts for reason in one.reasons}
    if one.distance_m is not None and one.distance_m > 1000 * parameters.near_km:
        yield Reason("far", 0.0, {"distance_m": one.distance_m})
    if facts["reliable"]["share"] < COMES_MOSTLY:
        yield Reason("unreliable", 0.0, facts["reliable"])
    if "first" in facts:
        yield Reason("new", 0.0, {})

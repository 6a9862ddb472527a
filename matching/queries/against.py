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
    refused = unwished(opening, [profiles[user] for user in users], now=now)
    past = pasts(users, now=now)
    return {
        one.id: [*refused[one.id], *_asked(past[one.id]), *_drawbacks(one, parameters)]
        for one in candidates
    }


def unwished(
    opening: Opening, profiles: Sequence[VolunteerProfile], *, now: datetime
) -> dict[int, list[Reason]]:
    """Return by user what each has said against being asked for ``opening`` by the platform itself, in three
    reads whatever their number."""
    users = [profile.user_id for profile in profiles]
    chosen = held.wishes([profile.pk for profile in profiles])
    paused, willing = pauses(users, local_date(now)), held.willing(users)

    def of(profile: VolunteerProfile) -> Iterator[Reason]:
        if opening.category not in chosen[profile.pk]:
            yield Reason("not_chosen", 0.0, {})
        elif opening.category in paused.get(profile.user_id, ()):
            yield Reason("kind_paused", 0.0, {})
        if profile.user_id not in willing:
            yield Reason("not_asked", 0.0, {})

    return {profile.user_id: list(of(profile)) for profile in profiles}


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

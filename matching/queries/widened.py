"""Who would be added if one thing of a need were otherwise: named, by every rule, to the minute."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from accounts import queries as people
from accounts.models import User, VolunteerProfile
from matching import rules
from matching.engine import Candidate, Reason, refusals
from matching.models import Opening
from matching.queries.against import against
from matching.queries.askable import BEYOND
from matching.queries.asking import asked_for
from matching.queries.facts import people_of
from matching.queries.posting_sql import Asked
from matching.queries.search import beside_the_table, looked_at, willing
from matching.queries.widening import Change, known_to, who

SHOWN = 20
LOOKED_AT = 500  # so many are looked at by every rule
LISTED = 2000  # so many the table names at most


class Added(NamedTuple):
    """Somebody who could go then: what stands in their way as the need is (of who could be asked now,
    nothing), and what speaks against them, in words."""

    candidate: Candidate
    profile: VolunteerProfile
    lacks: list[str]
    against: list[str]


class Widened(NamedTuple):
    """How many ``people`` more could go then, exactly: of all, or of the ``most`` who were looked at
    (``is_all`` false). ``elsewhere`` of them are not named, as they are nothing to the viewer. The best of
    the others stand in ``listed``, best first."""

    people: int
    elsewhere: int
    is_all: bool
    listed: list[Added]


def widened(
    opening: Opening,
    change: Change,
    *,
    viewer: User | None,
    now: datetime,
    top: int = SHOWN,
    most: int = LOOKED_AT,
) -> Widened:
    """Return who could go for ``opening`` after ``change`` and cannot now, in a fixed number of reads.

    Of those who allow to be asked, as they are counted by ``queries.widening``, every hard rule but the
    changed one holds. Who would have to come farther than they chose is named only to who sees them anyway:
    of others a need beyond their way opens nothing (``queries.askable``).
    """
    asked = asked_for(opening, now=now)
    keys, is_all = _about(asked, change.asked, known_to(opening), most, now=now)
    found = [one.candidate for one in looked_at(change.asked, keys, now=now)]
    users = [one.id for one in found]
    profiles = VolunteerProfile.objects.filter(user__in=users).in_bulk(field_name="user_id")
    lacks = _lacks(asked, profiles, now=now)
    chose = set(willing(asked, [row.pk for row in profiles.values()]))
    added = [one for one in found if lacks[one.id] or profiles[one.id].pk not in chose]
    seen = people.volunteers_for(viewer, now=now).filter(user__in=users)
    visible = set(seen.values_list("user", flat=True))
    strangers = {one.id for one in added if BEYOND & {reason.code for reason in lacks[one.id]}}
    named = [one for one in added if one.id in visible or one.id not in strangers]
    shown = named[:top]
    drawbacks = against(opening, shown, profiles, asked.parameters, now=now)
    return Widened(
        people=len(added),
        elsewhere=len(added) - len(named),
        is_all=is_all,
        listed=[
            Added(
                one,
                profiles[one.id],
                rules.words_of(lacks[one.id]),
                rules.words_of(drawbacks[one.id]),
            )
            for one in shown
        ],
    )


def _about(
    asked: Asked, other: Asked, without: Collection[int], most: int, *, now: datetime
) -> tuple[list[int], bool]:
    """Return the profiles to look at, and whether they are all: first whom the table names only as it would
    be otherwise, then whom it names anyway, as it is true to half hours only."""
    passed = set(without)
    before = set(who(asked, LISTED))
    then = who(other, LISTED)
    first = [key for key in beside_the_table(other, now=now) if key not in passed]
    passed.update(first)
    some = sorted((key for key in then if key not in passed), key=lambda key: key in before)
    is_all = len(then) < LISTED and len(first) + len(some) <= most
    return [*first, *some][:most], is_all


def _lacks(asked: Asked, profiles: Collection[int], *, now: datetime) -> dict[int, list[Reason]]:
    """Return by user every hard rule that stands in the way as the need is."""
    pool = VolunteerProfile.objects.filter(user__in=list(profiles))
    facts = people_of(asked.need, pool, now=now)
    return {person.id: refusals(asked.need, person, asked.parameters) for person in facts}

"""Who could go for one need: the exact best, out of a city of any size."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db.models import QuerySet

from accounts.models import VolunteerProfile
from matching.engine import Candidate, Person, rank
from matching.models import Posting
from matching.queries.chances import with_chances
from matching.queries.facts import helpers_of, people_of
from matching.queries.posted import BITS
from matching.queries.posting_sql import Asked
from matching.queries.postings import line
from matching.queries.willing import duties_at
from matching.queries.wished import wished_by

SPARE = 4  # so many more are looked at than are wanted: a rule may turn some down


class Found(NamedTuple):
    """Somebody who can go, with the facts by which that was said."""

    candidate: Candidate
    person: Person


def best_of(
    asked: Asked, *, top: int, now: datetime, without: Collection[int] = frozenset()
) -> list[Candidate]:
    """Return the ``top`` best who can go, as ``found_of`` does, without the facts."""
    return [one.candidate for one in found_of(asked, top=top, now=now, without=without)]


def found_of(
    asked: Asked, *, top: int, now: datetime, without: Collection[int] = frozenset()
) -> list[Found]:
    """Return the ``top`` best who can go, best first: the same people in the same order as if everybody had
    been looked at. ``without``: profiles that are passed over.

    The posting table names people by their score; each is looked at again by every rule, to the minute, and
    it ends when nobody who is still to come can pass the last. First come those who have helped this resident
    before or are wished for by name, and those who can go now: what that adds, and where they are, stands in
    no table.
    """
    best: list[Found] = []
    seen = set(without)
    people = line(asked)
    keys = beside_the_table(asked, now=now)
    while top:
        some = [key for key in keys if key not in seen]
        seen.update(some)
        found = looked_at(asked, some, now=now) if some else []
        best = sorted([*best, *found], key=lambda one: one.candidate.order)[:top]
        ahead = next(people, None)
        if ahead is None or (len(best) == top and ahead.score < best[-1].candidate.score):
            break
        more = islice(people, top - len(best) + SPARE)
        keys = [ahead.volunteer, *(one.volunteer for one in more)]
    return best


def looked_at(asked: Asked, keys: Collection[int], *, now: datetime) -> list[Found]:
    """Return who of these profiles can go by every rule, to the minute, best first; each as far as they chose
    and ``asked.beyond_m`` farther."""
    facts = people_of(asked.need, VolunteerProfile.objects.filter(pk__in=keys), now=now)
    if asked.beyond_m:
        facts = [replace(one, radius_m=one.radius_m + asked.beyond_m) for one in facts]
    people = with_chances(asked.need, facts, asked.parameters, urgency=asked.urgency, now=now)
    told = {person.id: person for person in people}
    return [Found(one, told[one.id]) for one in rank(asked.need, people, asked.parameters)]


def beside_the_table(asked: Asked, *, now: datetime) -> list[int]:
    """Return the profiles of whom the table does not know all: who can go now, has helped this resident or is
    wished for by name."""
    users = set(duties_at(asked.need.when.start, None, now=now))
    if asked.need.has_known and asked.need.resident is not None:
        users.update(helpers_of(asked.need.resident).values_list("volunteer", flat=True))
    if asked.need.has_preferred and asked.need.resident is not None:
        users.update(wished_by(asked.need.resident).values_list("volunteer", flat=True))
    if not users:
        return []
    allowed = VolunteerProfile.objects.filter(user__in=users)
    if asked.only_willing:
        return willing(asked, allowed)
    return list(allowed.values_list("pk", flat=True))


def willing(asked: Asked, pool: QuerySet[VolunteerProfile] | Collection[int]) -> list[int]:
    """Return the profiles of ``pool`` who allow to be asked, and for this kind unless it does not matter."""
    posted = Posting.objects.filter(skill="", may_ask=True, volunteer__in=pool)
    wants = BITS[asked.need.category]
    rows = posted.order_by("volunteer").values_list("volunteer", "wants")
    return [key for key, bits in rows if asked.any_kind or bits & wants]

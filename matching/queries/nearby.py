"""Why nobody can go for a need: the people about, and how many of them each rule turns down (ENGINE §2)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from accounts.models import VolunteerProfile
from matching import rules
from matching.engine import Need, Reason, refusals
from matching.models import Opening
from matching.queries import posting_sql
from matching.queries.facts import need_of, people_of
from matching.queries.posting_sql import Asked
from matching.queries.visible import met
from matching.queries.weights import parameters_now
from matching.queries.widening import cells_about

MOST = 500  # so many are looked at; more are as good as that
UNSAID = {"too_far", "no_area", "pair"}  # who is not about, and who is not brought together


class Counted(NamedTuple):
    """A sentence, and of how many people it is true."""

    words: str
    people: int


class Nearby(NamedTuple):
    """Of those who may be asked at all: ``near`` come so far; ``able`` of them have the skills and languages
    that are needed. Of these ``met`` were asked or come already and nothing stands in their way; ``against``
    has the first rule that turns the others down in words, with how many; and ``only_paper`` how many lack
    nothing but papers. At most ``MOST`` are looked at."""

    near: int
    able: int
    met: int
    against: list[Counted]
    only_paper: list[Counted]


def nearby(opening: Opening, *, now: datetime) -> Nearby:
    """Return how many people each hard rule turns down for ``opening``, in a fixed number of reads."""
    need, parameters = need_of(opening), parameters_now()
    about = _about(replace(need, skills={}, languages=frozenset()))
    some = _about(need) if need.skills else about
    pool = VolunteerProfile.objects.filter(pk__in=some)
    known = met(opening)
    able, asked, first, only = 0, 0, list[Reason](), list[Reason]()
    for person in people_of(need, pool, now=now):
        found = refusals(need, person, parameters)
        if UNSAID & {reason.code for reason in found}:
            continue
        able += 1
        asked += not found and person.id in known
        first += found[:1]
        if [reason.code for reason in found] == ["credential_missing"]:
            only += found
    return Nearby(len(about) if need.skills else able, able, asked, _counted(first), _counted(only))


def _counted(reasons: Iterable[Reason]) -> list[Counted]:
    """Return the sentences of ``reasons``, those that are true of most people first."""
    found = Counter(map(rules.reason_words, reasons))
    return [Counted(words, people) for words, people in found.most_common()]


def _about(need: Need) -> list[int]:
    """Return the profiles of who may be asked at all, has the skills and comes so far, at any time."""
    loose = replace(
        need, gender="", adults_only=False, credentials=frozenset(), own_volunteers_of=None
    )
    asked = Asked(loose, parameters_now(), any_time=True)
    found = posting_sql.rows(asked, min(need.skills, default=""), cells_about(need, 0.0), MOST, 0)
    return [row[0] for row in found]

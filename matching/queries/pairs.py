"""Who is something to whom: turned down, not to meet again, wished for, known; for many needs at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from accounts.models import Block
from matching.models import Assignment, Offer, Opening, Wished
from matching.states import AssignmentState, OfferState

Users = dict[int, set[int]]


class Pairs(NamedTuple):
    """Users by opening who were asked already or had a place, and by resident who are not brought together
    again, are wished for, and have helped before."""

    gone: Users
    blocked: Users
    wished: Users
    helped: Users


def _sets(*rows: Iterable[tuple[int, int]]) -> Users:
    found: Users = defaultdict(set)
    for some in rows:
        for key, user in some:
            found[key].add(user)
    return found


def pairs_of(openings: Sequence[Opening]) -> Pairs:
    """Return what the needs' residents and volunteers are to each other, in five reads."""
    residents = {row.visit.request.resident_id for row in openings if row.visit}
    offers = Offer.objects.filter(opening__in=openings).exclude(state=OfferState.WITHDRAWN)
    tasks = Assignment.objects.filter(opening__in=openings)
    blocks = Block.objects.filter(resident__in=residents, lifted_at__isnull=True)
    wishes = Wished.objects.filter(resident__in=residents, ended_at__isnull=True)
    done = Assignment.objects.filter(
        opening__visit__request__resident__in=residents, state=AssignmentState.DONE
    )
    return Pairs(
        gone=_sets(
            offers.values_list("opening", "volunteer"), tasks.values_list("opening", "volunteer")
        ),
        blocked=_sets(blocks.values_list("resident", "volunteer__user")),
        wished=_sets(wishes.values_list("resident", "volunteer")),
        helped=_sets(done.values_list("opening__visit__request__resident", "volunteer")),
    )

"""The rows that are asked for: full pages of 25, built through actions."""

from dataclasses import dataclass, field
from datetime import timedelta

from accounts import actions as people
from accounts.models import User
from accounts.states import DeskRole
from help_requests.models import HelpRequest
from matching.models import Offer
from tests.factories import accounts, help_requests, matching, service_records
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT

ROWS = 25


@dataclass
class World:
    """Who asks, with the token they ask with, and what there is to accept."""

    volunteer: User
    resident: User
    reviewer: User
    tokens: dict[int, str] = field(default_factory=dict)
    to_accept: list[Offer] = field(default_factory=list)

    def token(self, user: User) -> str:
        """Return the person's token, made when first asked for."""
        if user.pk not in self.tokens:
            _row, self.tokens[user.pk] = people.make_token(
                user=user, name="bench", scopes=["read", "write"], days=300, by=user, now=NOON
            )
        return self.tokens[user.pk]


def build(*, accepts: int) -> World:
    """Make a page of offers, of requests and of records to review, and ``accepts`` offers to accept."""
    me, resident = matching.ready_volunteer(), accounts.resident()
    for number in range(ROWS):
        visit = help_requests.visit(starts_at=VISIT_AT + timedelta(hours=3 * number))
        matching.offer(matching.opening(visit), me)
        help_requests.submitted(resident, starts_at=VISIT_AT + timedelta(hours=3 * number))
        service_records.proposed(matching.assignment())
    assert resident.user is not None
    world = World(me, resident.user, accounts.officer(DeskRole.REVIEWER))
    world.to_accept = [matching.offer() for _number in range(accepts)]
    assert HelpRequest.objects.filter(resident=resident).count() == ROWS
    return world

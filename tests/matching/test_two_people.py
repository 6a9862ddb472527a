"""Where two people must go (DOMAIN §3, bathing and the like): nobody is planned to go alone."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import Purpose
from kernel.workdays import local_date
from matching import queries
from matching.engine.assign import assigned
from matching.engine.files import problem_of
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT

pytestmark = pytest.mark.django_db
DAY = local_date(VISIT_AT)


def told(opening):
    """Return the problem that a run of that day is told."""
    [problem] = queries.problems(
        queries.to_plan(opening.region, DAY, DAY + timedelta(days=1), now=NOON),
        parameters=queries.parameters_now(),
        now=NOON,
    )
    return problem


@pytest.fixture
def bath():
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    kind = help_requests.service_type("D6", two_volunteers=True)
    return matching.opening(help_requests.visit(resident, service_type=kind, places=2), now=NOON)


def test_one_alone_is_not_planned_and_two_are(bath):
    first = matching.ready_volunteer()

    assert [need["least"] for need in told(bath)["needs"]] == [2]
    assert assigned(problem_of(told(bath)))["assignments"] == []

    second = matching.ready_volunteer()

    chosen = {one["volunteer"] for one in assigned(problem_of(told(bath)))["assignments"]}
    assert chosen == {first.volunteer.ref, second.volunteer.ref}


def test_who_is_found_already_goes_too(bath):
    matching.assignment(bath, matching.ready_volunteer())
    second = matching.ready_volunteer()

    assert [need["least"] for need in told(bath)["needs"]] == [1]
    [one] = assigned(problem_of(told(bath)))["assignments"]
    assert one["volunteer"] == second.volunteer.ref

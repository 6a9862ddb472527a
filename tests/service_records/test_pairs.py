"""What a reviewer reads beside a record: what the same two did before, and what comes next."""

from datetime import timedelta

import pytest

from accounts.states import DeskRole
from service_records import actions, queries
from service_records.models import ServiceRecord
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories import service_records as make
from tests.factories.help_requests import VISIT_AT
from tests.factories.organizations import SHIFT_AT
from tests.factories.regions import city, street
from tests.factories.service_records import NEXT_DAY

pytestmark = pytest.mark.django_db
LATER = NEXT_DAY + timedelta(days=30)


def visit_of(resident, who, days):
    """Return the task of ``who`` with ``resident``, so many days after the first."""
    request = help_requests.accepted(resident, starts_at=VISIT_AT + timedelta(days=days))
    return matching.assignment(matching.opening(request.visits.get()), who)


def pair(row, by=None, **given):
    by = by or accounts.officer(DeskRole.REVIEWER, row.region)
    return queries.pair_history(row, by, now=LATER, **given)


def test_a_first_service_together_has_no_history():
    who = matching.ready_volunteer()
    visit = make.unconfirmed(visit_of(accounts.resident(), who, 0))
    row = make.proposed(visit_of(accounts.resident(), who, 1))  # another resident

    assert pair(row) == pair(visit) == (0, 0, 0, 0, [])


def test_earlier_services_with_the_same_resident_are_counted_newest_first():
    who, resident = matching.ready_volunteer(), accounts.resident()
    first = make.approved(visit_of(resident, who, 0))
    second = make.returned(visit_of(resident, who, 1))
    third = make.approved(visit_of(resident, who, 2))
    row = make.proposed(visit_of(resident, who, 3))
    make.proposed(visit_of(resident, who, 4))  # later than the one looked at
    make.approved(visit_of(resident, matching.ready_volunteer(), 0))  # somebody else

    found = pair(row)

    assert (found.services, found.minutes, found.returned, found.corrected) == (3, 180, 1, 0)
    assert found.latest == [third, second, first]
    assert pair(row, most=1).latest == [third]


def test_what_was_corrected_and_what_was_sent_back_once_is_said():
    who, resident = matching.ready_volunteer(), accounts.resident()
    back = make.returned(visit_of(resident, who, 0))
    actions.propose_again(record=back, minutes=80, words="补充", by=resident.user, now=NEXT_DAY)
    old = make.approved(visit_of(resident, who, 1))
    actions.correct_hours(
        record=old,
        minutes=30,
        words="核对了",
        approver_region=old.region,
        by=accounts.officer(DeskRole.CASE_HANDLER),
        now=LATER,
    )
    row = make.proposed(visit_of(resident, who, 2))

    found = pair(row)

    assert (found.services, found.minutes, found.returned, found.corrected) == (2, 30, 1, 1)


def test_of_a_shift_the_services_with_the_same_organization_are_counted():
    who, body = matching.ready_volunteer(), organizations.organization()
    rows = []
    for n in range(2):
        project, start = organizations.project(body), SHIFT_AT + timedelta(hours=5 * n)
        organizations.shift(project, starts_at=start, ends_at=start + timedelta(hours=2))
        need = matching.opening(organizations.publish(project).shifts.get())
        rows.append(make.shift_record(need, who))

    assert pair(rows[1]).latest == [rows[0]]


def test_a_reviewer_elsewhere_reads_nothing_of_it():
    who, resident = matching.ready_volunteer(), accounts.resident()
    make.approved(visit_of(resident, who, 0))
    row = make.proposed(visit_of(resident, who, 1))

    away = accounts.officer(DeskRole.REVIEWER, street("310104001"))
    assert pair(row, away) == (0, 0, 0, 0, [])
    assert pair(row, accounts.officer(DeskRole.REVIEWER, city())).services == 1


def test_the_next_is_what_is_due_after_it_and_at_the_end_what_is_due_first():
    rows = [make.proposed() for _row in range(3)]
    due = rows[0].record_due_on
    ServiceRecord.objects.filter(pk=rows[0].pk).update(record_due_on=due + timedelta(days=1))
    by = accounts.officer(DeskRole.REVIEWER, rows[0].region)
    order = list(queries.review_queue(by, now=LATER))
    assert order == [rows[1], rows[2], rows[0]]

    follow = [queries.next_to_review(by, row, now=LATER) for row in order]

    assert follow == [rows[2], rows[0], rows[1]]
    for row in order[1:]:
        actions.approve_hours(record=row, by=by, now=LATER)
    assert queries.next_to_review(by, order[0], now=LATER) is None

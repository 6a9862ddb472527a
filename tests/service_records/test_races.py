"""Rivals at once, which PostgreSQL alone can prove (GUARDS I3, I8, I9)."""

from datetime import timedelta

import pytest

from accounts.states import DeskRole
from help_requests.models import ArrivalCode
from matching.models import Assignment
from service_records import actions, audit, queries
from service_records.models import CodeStep, ServiceRecord
from tests.conftest import on_postgresql
from tests.factories import accounts, help_requests, matching
from tests.factories import service_records as make
from tests.factories.service_records import NEXT_DAY
from tests.matching.test_races import outcomes

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]


def test_one_code_twenty_times_opens_one_record(race):
    task = matching.assignment()
    code = str(ArrivalCode.objects.get().code)

    def act(_n):
        return actions.check_in(
            assignment=Assignment.objects.get(pk=task.pk),
            method="ARRIVAL_CODE",
            code=code,
            by=task.volunteer,
            now=task.opening.starts_at,
        )

    got = outcomes(race(20, act))
    assert got.pop("done") == 1
    assert set(got) <= {"code_used", "not_live", "another_open", "state_changed"}
    assert ServiceRecord.objects.count() == CodeStep.objects.count() == 1


def test_one_step_of_a_rotating_code_twenty_times(race):
    need = matching.shift_opening()
    task = Assignment.objects.get(application=matching.application(need))
    code = queries.rotating_code(need.shift, now=need.starts_at)[0]

    def act(_n):
        return actions.check_in(
            assignment=Assignment.objects.get(pk=task.pk),
            method="ROTATING_CODE",
            code=code,
            by=task.volunteer,
            now=need.starts_at,
        )

    assert outcomes(race(20, act))["done"] == 1
    assert ServiceRecord.objects.count() == 1


def test_two_who_arrive_and_leave_at_one_moment(race):
    need = matching.opening(help_requests.visit(places=4))
    tasks = [matching.assignment(need) for _place in range(4)]
    code = str(ArrivalCode.objects.get().code)
    end = need.starts_at + timedelta(hours=1)

    def come(n):
        task = Assignment.objects.get(pk=tasks[n].pk)
        return actions.check_in(
            assignment=task,
            method="ARRIVAL_CODE",
            code=code,
            by=task.volunteer,
            now=need.starts_at,
        )

    def go(n):
        task = Assignment.objects.get(pk=tasks[n].pk)
        return actions.check_out(assignment=task, by=task.volunteer, now=end)

    assert outcomes(race(4, come)) == {"done": 4}
    assert outcomes(race(4, go)) == {"done": 4}
    need.visit.refresh_from_db()
    assert need.visit.state == "COMPLETED"


def test_twenty_reviewers_approve_once(race):
    row = make.proposed()
    reviewers = [accounts.officer(DeskRole.REVIEWER) for _rival in range(20)]

    def act(n):
        return actions.approve_hours(
            record=ServiceRecord.objects.get(pk=row.pk), by=reviewers[n], now=NEXT_DAY
        )

    got = outcomes(race(20, act))
    assert got.pop("done") == 1
    assert set(got) <= {"state_changed", "illegal_move"}
    assert row.reviews.count() == 1
    assert list(audit.broken()) == []


def test_one_record_is_corrected_once(race):
    row = make.approved()
    handlers = [accounts.officer(DeskRole.CASE_HANDLER) for _rival in range(10)]

    def act(n):
        return actions.correct_hours(
            record=ServiceRecord.objects.get(pk=row.pk),
            minutes=60 + n,
            words="核对了",
            approver_region=row.region,
            by=handlers[n],
            now=NEXT_DAY,
        )

    assert outcomes(race(10, act)) == {"done": 1, "already_corrected": 9}
    assert list(audit.broken()) == []

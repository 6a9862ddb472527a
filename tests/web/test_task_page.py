"""A volunteer's task says when check-in opens, what to type where, and of the home no more than is due."""

from datetime import timedelta

import pytest

from matching.models import Assignment
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching, service_records
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db

NOTES = "门口有三级台阶"


def test_door_notes_come_with_the_address_and_not_before(clock: Clock):
    resident = accounts.resident(address="人民路1号", practical=NOTES, needs=["SIGN"])
    task = matching.assignment(matching.opening(help_requests.visit(resident)))
    visitor, path = Visitor(task.volunteer), f"/assignments/{task.ref}/"
    early = visitor.see(path, "手语")
    assert NOTES not in early
    assert "人民路1号" not in early
    clock.to(task.opening.starts_at - timedelta(hours=2))
    visitor.see(path, NOTES, "人民路1号")
    clock.to(task.opening.ends_at + timedelta(seconds=1))
    assert NOTES not in visitor.see(path)


def test_before_its_time_a_task_says_when_check_in_opens(clock: Clock):
    task = matching.assignment()
    visitor, path = Visitor(task.volunteer), f"/assignments/{task.ref}/"
    words = "起可以签到"
    page = visitor.see(path, words, "请对方读出到达码，按“签到”")
    assert f"{path}check-in/" not in page
    assert "填在这里" not in page
    clock.to(task.opening.starts_at - timedelta(hours=1))
    assert words not in visitor.see(path, f"{path}check-in/")


def test_write_only_is_said_once(clock: Clock):
    resident = accounts.resident(no_voice=True, needs=["TEXT_ONLY", "QUIET"])
    task = matching.assignment(matching.opening(help_requests.visit(resident)))
    page = Visitor(task.volunteer).see(f"/assignments/{task.ref}/", "请发文字，不要打电话")
    assert "请用文字，不打电话" not in page


def test_the_field_is_called_what_is_typed_into_it(clock: Clock):
    visit_task = matching.assignment()
    need = matching.shift_opening()
    shift_task = Assignment.objects.get(application=matching.application(need))
    for task, words in ((visit_task, "到达码"), (shift_task, "签到用的代码")):
        page = Visitor(task.volunteer).see(f"/assignments/{task.ref}/check-in/")
        label = page.split('for="id_code"')[1].split("</label>")[0]
        assert words in label
        assert "屏幕" in page or task is visit_task


def test_after_the_service_the_page_says_who_came(clock: Clock):
    task = matching.assignment()
    visit = task.opening.visit
    Visitor(visit.request.resident.user).see(f"/visits/{visit.ref}/", "谁会来")
    record = service_records.unconfirmed()
    visit = record.assignment.opening.visit
    clock.to(service_records.DONE_AT)
    page = Visitor(visit.request.resident.user).see(f"/visits/{visit.ref}/", "谁来过")
    assert "谁会来" not in page

"""The project side page by page: from a registered body to reviewed hours."""

import re
from datetime import timedelta

import pytest

from accounts.states import DeskRole
from help_requests.actions import load_reference
from kernel.management.commands.verify import findings
from kernel.text import mask_name
from matching.models import Application, Assignment
from organizations.models import Organization, Project, Shift
from service_records.models import ServiceRecord
from tests.conftest import Clock
from tests.factories import accounts
from tests.factories.matching import ready_volunteer
from tests.factories.organizations import credit_code
from tests.factories.regions import district, street
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def test_a_body_publishes_and_its_shift_fills_waits_promotes_and_is_reviewed(clock: Clock):
    load_reference()
    manager = Visitor(accounts.user())
    office = Visitor(accounts.officer(DeskRole.DISTRICT, district()))
    reviewer = Visitor(accounts.officer(DeskRole.REVIEWER, district()))

    # an NGO registers, and the district verifies it
    manager.see("/org/new/")
    manager.do(
        "/org/new/",
        name="静安区暖阳助残服务社",
        kind="SERVICE",
        credit_code=credit_code("52"),
        region=district().code,
        address="人民路1号",
        contact="021-12345678",
    )
    body = Organization.objects.get()
    office.see("/console/verify/", "暖阳助残")
    office.do(f"/console/verify/organization/{body.ref}/", accept="yes")

    # it describes a project with a shift of four places, and hands it in
    page = manager.do(
        f"/org/projects/new/{body.ref}/",
        title="周五读报会",
        summary="为视障老人读报",
        description="每周五下午在社区活动室读报。",
        category="J",
        region=street().code,
        place="社区活动室",
        auto_accept="on",
    )
    manager.do(page, day="2026-03-13", start="14:00", end="16:00", places="4", weeks="1")
    project, shift = Project.objects.get(), Shift.objects.get()
    manager.do(f"/org/projects/{project.ref}/submit/")

    # the district sends it back once, then publishes it
    moderation = f"/console/verify/project/{project.ref}/"
    office.see(moderation, "社区活动室")
    office.do(moderation, accept="no", reason="请写清楚保险")
    manager.see(f"/org/projects/{project.ref}/", "请写清楚保险")
    manager.do(f"/org/projects/{project.ref}/submit/")
    office.do(moderation, accept="yes")
    clock.to(clock.now + timedelta(minutes=1))

    # six apply for four places, two wait
    six = [ready_volunteer(name) for name in ("赵一", "钱二", "孙三", "李四", "周五", "吴六")]
    pages = [Visitor(user) for user in six]
    for page_of in pages:
        clock.to(clock.now + timedelta(seconds=1))
        page_of.see(f"/projects/{project.ref}/", "周五读报会")
        page_of.do(f"/shifts/{shift.ref}/apply/")
    states = [Application.objects.get(volunteer=user).state for user in six]
    assert states == ["ACCEPTED"] * 4 + ["WAITING"] * 2
    waiting = manager.see(f"/org/shifts/{shift.ref}/", "赵一", mask_name("吴六"))
    assert "吴六" not in waiting  # who only asks has not shared the name with organizations

    # one cannot come, the first in line is promoted and told
    task = Assignment.objects.get(volunteer=six[0])
    pages[0].do(f"/assignments/{task.ref}/cancel/", reason="家里有事")
    clock.to(clock.now + timedelta(minutes=1))
    promoted = Assignment.objects.get(volunteer=six[4])
    pages[4].see(f"/assignments/{promoted.ref}/", "周五读报会")
    pages[4].see("/notices/", "周五读报会")

    # the rotating code on the screen, and a coordinator's mark
    clock.to(shift.starts_at)
    screen = manager.see(f"/org/shifts/{shift.ref}/", "vh-code")
    code = "".join(re.findall(r"<span>(\d+)</span>", screen.split('class="vh-code"')[1]))
    pages[4].do(f"/assignments/{promoted.ref}/check-in/", code=code)
    late = Assignment.objects.get(volunteer=six[1])
    manager.do(f"/org/assignments/{late.ref}/check-in/")

    # both go, the coordinator confirms, the reviewer approves
    clock.to(shift.starts_at + timedelta(hours=2))
    pages[4].do(f"/assignments/{promoted.ref}/check-out/")
    manager.do(f"/org/assignments/{late.ref}/check-out/")
    for record in ServiceRecord.objects.all():
        manager.do(f"/org/records/{record.ref}/confirm/")
        reviewer.see("/review/", record.volunteer.volunteer.name)
        reviewer.do(f"/review/{record.ref}/approve/")
    pages[4].see("/volunteer/hours/", "2.00")
    assert {row.state for row in ServiceRecord.objects.all()} == {"APPROVED"}
    assert list(findings()) == []

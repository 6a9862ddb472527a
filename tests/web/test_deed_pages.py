"""Deeds of a shift, a project and a task that had no page: evaluate, refuse, not come, change, close."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from incentives.actions import issue_proof
from matching.models import Application, Assignment
from organizations import actions as bodies
from organizations.models import Project
from service_records.models import Evaluation, ServiceRecord
from tests.conftest import Clock
from tests.factories import accounts, matching, organizations
from tests.factories import service_records as make
from tests.factories.help_requests import VISIT_AT
from tests.factories.organizations import SHIFT_AT
from tests.factories.regions import district
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def boss(row) -> Visitor:
    return Visitor(row.organization.registered_by)


# --- early, short, not at all -----------------------------------------------------------------------


def test_who_came_and_went_early_is_confirmed_and_shorter_can_be_said(clock: Clock):
    task = matching.assignment()
    clock.to(VISIT_AT - 42 * MINUTE)
    code = str(task.opening.visit.arrival_code.code)
    volunteer = Visitor(task.volunteer)
    volunteer.do(f"/assignments/{task.ref}/check-in/", code=code)
    clock.to(VISIT_AT - 38 * MINUTE)
    volunteer.do(f"/assignments/{task.ref}/check-out/")
    record = ServiceRecord.objects.get()
    home = Visitor(make.resident_of(record))
    visit = task.opening.visit
    path = f"/visits/{visit.ref}/confirm/{record.ref}/"
    home.see(f"/visits/{visit.ref}/", "4 分钟", path)
    home.see(path, "4 分钟", f"task={task.ref}")
    page = refused_page(home, path, minutes="400")
    assert "id_minutes_error" in page
    home.do(path, minutes="3")
    record.refresh_from_db()
    assert (record.state, record.minutes) == ("PROPOSED", 3)


# --- evaluation -------------------------------------------------------------------------------------


def test_both_sides_of_a_shift_say_how_it_was(clock: Clock):
    record = make.shift_record()
    task = record.assignment
    clock.to(SHIFT_AT + timedelta(hours=3))
    volunteer, runs = Visitor(record.volunteer), boss(record)
    shift = f"/org/shifts/{task.opening.shift.ref}/"
    mine, theirs = f"/assignments/{task.ref}/evaluate/", f"/org/assignments/{task.ref}/evaluate/"

    volunteer.see(f"/assignments/{task.ref}/", mine)
    volunteer.see(mine)
    refused_page(volunteer, mine, face="")
    volunteer.do(mine, face="GOOD", words="大家很好")
    assert mine not in volunteer.see(f"/assignments/{task.ref}/")

    runs.see(shift, theirs)
    refused_page(runs, theirs, punctuality="5", attitude="", skill="4")
    runs.see(theirs, "守时", "态度", "专业")
    runs.do(theirs, punctuality="5", attitude="4", skill="3")
    assert theirs not in runs.see(shift)

    given = {row.side: row for row in Evaluation.objects.all()}
    assert given["VOLUNTEER"].face == "GOOD"
    scores = given["COORDINATOR"]
    assert (scores.punctuality, scores.attitude, scores.skill) == (5, 4, 3)
    assert volunteer.client.get(theirs).status_code == 404


# --- applications -----------------------------------------------------------------------------------


def test_the_coordinator_sees_who_applied_as_far_as_they_share_it_and_refuses(clock: Clock):
    need = matching.shift_opening(auto_accept=False)
    wang, li = (matching.ready_volunteer(name) for name in ("王小芳", "李小明"))
    people.give_consent(subject=li, purpose=Purpose.SHARING, text_version="1", by=li, now=clock.now)
    rows = [matching.application(need, who) for who in (wang, li)]
    runs, shift = boss(need), f"/org/shifts/{need.shift.ref}/"
    page = runs.see(shift, "李小明", "王", f"/org/applications/{rows[0].ref}/refuse/")
    assert "王小芳" not in page
    path = f"/org/applications/{rows[0].ref}/refuse/"
    runs.see(path)
    refused_page(runs, path, reason="")
    runs.do(path, reason="这次要会手语的人")
    assert Application.objects.get(pk=rows[0].pk).state == "REFUSED"
    assert Visitor(wang).client.get(path).status_code == 404


def test_who_waits_reads_their_place_in_the_line_and_who_has_a_place_reads_that(clock: Clock):
    project = organizations.project()
    organizations.shift(project, places=1)
    need = matching.opening(organizations.publish(project).shifts.get())
    first, second, third = (matching.ready_volunteer(name) for name in ("赵一", "钱二", "孙三"))
    matching.application(need, first)
    clock.to(clock.now + MINUTE)
    for who in (second, third):
        Visitor(who).do(f"/shifts/{need.shift.ref}/apply/")
    for who, place in ((second, "第 1 位"), (third, "第 2 位")):
        Visitor(who).see("/volunteer/", place)
        Visitor(who).see(f"/projects/{need.shift.project.ref}/", place)
    again = Visitor(first).client.post(f"/shifts/{need.shift.ref}/apply/")
    assert again.status_code == 409
    assert "您在这里已经有名额" in again.content.decode()


def test_somebody_did_not_come(clock: Clock):
    need = matching.shift_opening()
    matching.application(need)
    task = Assignment.objects.get()
    runs, shift = boss(need), f"/org/shifts/{need.shift.ref}/"
    path = f"/org/assignments/{task.ref}/no-show/"
    assert path not in runs.see(shift)
    clock.to(need.starts_at + timedelta(minutes=45))
    runs = boss(need)
    runs.see(shift, path)
    runs.do(path)
    task.refresh_from_db()
    assert task.state == "NO_SHOW"


# --- projects and shifts ----------------------------------------------------------------------------


def test_a_returned_project_is_written_anew_handed_in_closed_and_put_away(clock: Clock):
    row = organizations.project(skills={"WHEELCHAIR": 2})
    organizations.shift(row)
    office = accounts.officer(DeskRole.DISTRICT, district())
    runs, path = boss(row), f"/org/projects/{row.ref}/"
    runs.do(f"{path}submit/")
    assert f"{path}change/" not in runs.see(path)
    bodies.return_project(
        project=Project.objects.get(), reason="请写清楚", by=office, now=clock.now
    )
    runs.see(path, "请写清楚", f"{path}change/", f"{path}archive/")
    page = runs.see(f"{path}change/", row.title)
    assert "checked" in page
    given = {
        "title": "新的标题",
        "summary": row.summary,
        "description": row.description,
        "category": row.category,
        "region": row.region.code,
        "place": row.place,
        "skills": ["WHEELCHAIR"],
    }
    refused_page(runs, f"{path}change/", **{**given, "title": ""})
    runs.do(f"{path}change/", **given)
    changed = Project.objects.get()
    assert (changed.title, changed.skills, changed.lat) == ("新的标题", {"WHEELCHAIR": 2}, row.lat)
    runs.do(f"{path}change/", **{**given, "insured": "on", "place": "另一处"})
    runs.do(f"{path}submit/")
    check = Visitor(office)
    check.see(
        f"/console/verify/project/{row.ref}/", "另一处", "轮椅", "意外", "18", "3月", "个名额"
    )
    check.do(f"/console/verify/project/{row.ref}/", accept="yes")
    runs.see(path, f"{path}close/")
    runs.do(f"{path}close/")
    runs.do(f"{path}archive/")
    assert Project.objects.get().state == "ARCHIVED"


def test_a_shift_is_moved_and_given_more_places(clock: Clock):
    need = matching.shift_opening()
    runs, shift = boss(need), need.shift
    path = f"/org/shifts/{shift.ref}/change/"
    runs.see(f"/org/shifts/{shift.ref}/", path)
    runs.see(path, 'value="2026-03-')
    given = {"day": "2026-03-20", "start": "22:00", "end": "1:00", "places": "9"}
    refused_page(runs, path, **{**given, "day": "2026-03-01"})
    runs.do(path, **given)
    shift.refresh_from_db()
    assert (shift.places, shift.ends_at - shift.starts_at) == (9, timedelta(hours=3))


def test_an_organization_finds_the_way_in(client: Client, clock: Clock):
    for path in ("/help/", "/organizations/"):
        assert "/org/new/" in client.get(path).content.decode()
    Visitor(accounts.user()).see("/account/", "/org/new/", "/cases/mine/")


def test_a_proof_says_who_recorded_and_when_it_was_issued(client: Client, clock: Clock):
    record = make.approved()
    clock.to(make.NEXT_DAY)
    profile = record.volunteer.volunteer
    proof = issue_proof(
        volunteer=profile,
        starts_on=record.service_on,
        ends_on=record.service_on,
        language="zh-hans",
        by=record.volunteer,
        now=clock.now,
    )
    page = client.get(f"/verify/{proof.ref}/").content.decode()
    assert proof.content["lines"][0]["body"] in page
    assert proof.content["issued_on"] in page


def test_the_residents_side_hands_a_returned_record_in_again(clock: Clock):
    row = make.returned()
    clock.to(make.NEXT_DAY)
    visit, visitor = row.assignment.opening.visit, Visitor(make.resident_of(row))
    path = f"/visits/{visit.ref}/confirm/{row.ref}/"
    visitor.see(f"/visits/{visit.ref}/", path)
    visitor.see(path, "时间对不上", "补充说明")
    assert "id_words_error" in refused_page(visitor, path, minutes=60)

    visitor.do(path, minutes=60, words="她提前走了")

    row.refresh_from_db()
    assert (row.state, row.minutes, row.words) == ("PROPOSED", 60, "她提前走了")
    assert path not in visitor.see(f"/visits/{visit.ref}/")


def test_the_residents_side_gives_a_face_and_if_it_likes_three_scores(clock: Clock):
    row = make.proposed()
    clock.to(make.NEXT_DAY)
    task = row.assignment
    path = f"/visits/{task.opening.visit.ref}/evaluate/{task.ref}/"
    visitor = Visitor(make.resident_of(row))
    page = visitor.see(path, "f-good", "f-bad", 'name="punctuality"')
    assert page.count('type="radio"') == 3 + 3 * 5
    refused_page(visitor, path, punctuality="5")

    visitor.do(path, face="GOOD", punctuality="5")

    given = Evaluation.objects.get(assignment=task)
    assert (given.face, given.punctuality, given.attitude) == ("GOOD", 5, None)
    assert 'name="punctuality"' not in Visitor(task.volunteer).see(
        f"/assignments/{task.ref}/evaluate/"
    )

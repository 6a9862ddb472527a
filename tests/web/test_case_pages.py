"""Complaints and appeals page by page: brought, followed by who brought them, handled by who had no part."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.states import DeskRole
from kernel.references import spoken
from rights import actions
from rights.models import Appeal, Complaint
from tests.conftest import Clock
from tests.factories import accounts, organizations, rights
from tests.factories import service_records as make
from tests.factories.regions import district, street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def handler() -> Visitor:
    return Visitor(rights.handler(region=district()))


def test_who_complained_follows_it_from_its_notice_to_the_last_answer(clock: Clock):
    row = rights.complaint(wish="道歉", kind="PLATFORM")
    me, first, second = Visitor(row.by), handler(), handler()
    path = f"/cases/{row.ref}/"

    me.see(path, "说话很不客气", "道歉", "平台", "还剩 15 天")
    first.see("/cases/", row.ref, "还剩 15 天")
    first.see(path, "还剩 15 天", "5月3日")
    first.do(f"{path}acknowledge/")
    first.see(path, "还剩 60 天")
    first.do(f"{path}take/")
    first.do(f"{path}extend/")
    first.see(path, "还剩 90 天", "延长过一次")
    refused_page(first, path, outcome="", words="")
    first.do(path, outcome="DISMISSED", words="问过三个人，没有这回事")
    first.see(path, "问过三个人")  # still there for who decided, with nothing left to do
    page = me.see(path, "问过三个人", "有结果了")
    assert "还剩" not in page
    assert "还剩" not in me.see("/cases/mine/", row.ref)

    me.do(f"{path}review/")
    assert "id_outcome" not in first.see(path, "请另一位")
    second.do(path, outcome="UPHELD", words="重新问过，您说得对")
    me.see(path, "问过三个人", "重新问过")
    assert Complaint.objects.get().state == "CLOSED"


def test_an_answer_is_closed_by_who_is_content_and_by_the_handler_once_nobody_can_object(
    clock: Clock,
):
    rows = [rights.complaint() for _row in range(2)]
    clerk = handler()
    for row in rows:
        clerk.do(f"/cases/{row.ref}/acknowledge/")
        clerk.do(f"/cases/{row.ref}/", outcome="UPHELD", words="您说得对")
    assert "close/" not in clerk.see(f"/cases/{rows[1].ref}/")
    Visitor(rows[0].by).do(f"/cases/{rows[0].ref}/close/")
    clock.now += timedelta(days=31)
    clerk = handler()  # the session of a month ago is over
    assert "review/" not in Visitor(rows[1].by).see(f"/cases/{rows[1].ref}/", "close/")
    clerk.do(f"/cases/{rows[1].ref}/close/")
    assert set(Complaint.objects.values_list("state", flat=True)) == {"CLOSED"}


def test_an_appeal_is_followed_from_the_record_and_taken_back(clock: Clock):
    clock.to(make.NEXT_DAY)
    row = rights.appeal()
    me = Visitor(row.by)
    me.see(f"/service-records/{row.record.ref}/", f"/cases/{row.ref}/", "还剩 15 天")
    me.see(f"/cases/{row.ref}/", "我做了两个小时", "2 小时")
    me.do(f"/cases/{row.ref}/withdraw/")
    assert Appeal.objects.get().state == "WITHDRAWN"
    assert "还剩" not in me.see(f"/service-records/{row.record.ref}/")
    assert "withdraw" not in me.see(f"/cases/{row.ref}/")


def test_a_case_is_not_there_for_anybody_else(clock: Clock):
    row = rights.complaint(about_user=(about := rights.handler(region=district())))
    for stranger in (accounts.user(), about, accounts.officer(DeskRole.REVIEWER)):
        for deed in ("", "withdraw/", "review/", "close/", "take/", "extend/", "acknowledge/"):
            ask = Visitor(stranger).client.post if deed else Visitor(stranger).client.get
            assert ask(f"/cases/{row.ref}/{deed}").status_code == 404
    assert Visitor(row.by).client.get("/cases/a%00b/").status_code == 404


def test_one_says_about_whom_from_the_services_one_had_a_part_in(clock: Clock):
    clock.to(make.NEXT_DAY)
    record = make.approved()
    resident = make.resident_of(record)
    given = {"region": district().code, "words": "来晚了，也没说一声", "kind": "PERSON"}
    page = Visitor(resident).see("/complaints/new/", record.volunteer.volunteer.name)
    districts = page.split('name="region"')[1].split("</select>")[0]
    assert districts.count("selected") == 1  # no district is chosen for anybody
    assert '<option value="" selected>' in districts
    refused_page(Visitor(resident), "/complaints/new/", **{**given, "region": ""})
    there = Visitor(resident).do("/complaints/new/", **given, task=record.assignment.ref)
    row = Complaint.objects.get()
    assert there == f"/cases/{row.ref}/"
    assert (row.about_user, row.assignment) == (record.volunteer, record.assignment)

    Visitor(record.volunteer).do("/complaints/new/", **given, task=record.assignment.ref)
    assert Complaint.objects.order_by("pk").last().about_user == resident
    stranger = Visitor(accounts.user())
    assert "id_task" not in stranger.see("/complaints/new/")
    handler().see(f"/cases/{row.ref}/", "陪同就医")


def test_one_says_which_organization_and_comes_there_from_its_page(clock: Clock):
    body = organizations.organization()
    somebody = Visitor(accounts.user())
    link = f"/complaints/new/?kind=ORGANIZATION&amp;organization={body.ref}"
    somebody.see(f"/organizations/{body.ref}/", link)
    page = somebody.see(link.replace("&amp;", "&"), f'<option value="{body.ref}" selected>')
    assert "checked" in page
    somebody.do(
        "/complaints/new/",
        kind="ORGANIZATION",
        organization=body.ref,
        region=district().code,
        words="没有按说好的来",
    )
    assert Complaint.objects.get().about_organization == body


def followed(client: Client, row: Complaint, code: str, **more: str) -> str:
    asked = {"number": spoken(row.number), "code": code, **more}
    answer = client.post("/complaints/track/", asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_without_an_account_the_code_is_typed_as_it_was_printed_and_does_all_that_an_account_does(
    clock: Clock, client: Client
):
    row, code = rights.complaint_with_code(by=None, region=street())
    printed = " ".join(code)  # longer than the code is
    assert "还剩 15 天" in followed(client, row, printed)
    by = rights.handler()
    actions.acknowledge(case=row, by=by, now=clock.now)
    actions.conclude(case=row, outcome="DISMISSED", words="没有这回事", by=by, now=clock.now)
    page = followed(client, row, printed)
    assert "没有这回事" in page
    assert "还剩" not in page
    assert "正在复核" in followed(client, row, printed, deed="review")
    row.refresh_from_db()
    assert row.state == "UNDER_REVIEW"
    late = client.post(
        "/complaints/track/", {"number": row.number, "code": code, "deed": "withdraw"}
    )
    assert late.status_code == 422


def test_without_an_account_a_complaint_is_made_and_taken_back(clock: Clock, client: Client):
    given = {"kind": "PLATFORM", "region": district().code, "words": "页面打不开"}
    assert client.post("/complaints/new/", given)["Location"] == "/complaints/new/"
    page = client.get("/complaints/new/").content.decode()
    code = page.split("<strong>")[2].split("<")[0]
    assert "id_words" in client.get("/complaints/new/").content.decode()  # shown once
    row = Complaint.objects.get()
    followed(client, row, code, deed="withdraw")
    row.refresh_from_db()
    assert row.state == "WITHDRAWN"

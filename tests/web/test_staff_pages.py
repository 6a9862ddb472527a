"""Pages of staff: the hotline, posts, figures, incidents, the auditor; each in its own area only."""

import pytest
from django.db import connection

from accounts.models import Desk, ResidentProfile, Reveal, User
from accounts.states import DeskRole
from help_requests.models import HelpRequest
from kernel import guards, seal
from kernel.references import spoken
from rights.models import Incident
from service_records import actions as service
from tests.conftest import Clock, sql
from tests.factories import accounts, help_requests, rights
from tests.factories import service_records as make
from tests.factories.regions import city, district, street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def away(role: DeskRole = DeskRole.STREET) -> Visitor:
    """Return the same post in another district's street."""
    return Visitor(accounts.officer(role, street("310104001")))


def missing(visitor: Visitor, *paths: str) -> None:
    for path in paths:
        assert visitor.client.get(path).status_code == 404, path


# --- hotline ----------------------------------------------------------------------------------------


@pytest.fixture
def caller() -> ResidentProfile:
    return accounts.resident(user=None, by=accounts.officer(), phone="13700001234", consents=False)


def label(page: str, field: str) -> str:
    """Return what stands above a field."""
    return page.split(f'for="id_{field}"')[1].split("</label>")[0]


def test_an_operator_finds_a_caller_masked_and_asks_for_them(clock: Clock, caller):
    operator = Visitor(accounts.officer(DeskRole.OPERATOR))
    assert "选填" not in label(operator.see("/hotline/"), "call_number")
    assert "选填" in label(Visitor(accounts.officer()).see("/hotline/"), "call_number")
    page = refused_page(operator, "/hotline/", phone="1234")
    assert "id_call_number_error" in page
    found = operator.client.post("/hotline/", {"phone": "1234", "call_number": "12385-7"})
    assert caller.ref in found.content.decode()
    assert "陈阿婆" not in found.content.decode()

    page = operator.do(f"/hotline/residents/{caller.ref}/ask/")
    help_requests.service_type()
    operator.see(page)
    draft = HelpRequest.objects.get()
    assert (draft.channel, draft.call_number, draft.asked_by) == (
        "HOTLINE",
        "12385-7",
        operator_of(operator),
    )
    assert f"/help-requests/{draft.ref}/what/" in operator.see(f"/hotline/residents/{caller.ref}/")
    missing(away(DeskRole.OPERATOR), f"/hotline/residents/{caller.ref}/")
    missing(Visitor(accounts.user()), "/hotline/", "/hotline/new/")


def test_without_a_call_number_an_operator_is_the_hotline_and_a_street_its_counter(
    clock: Clock, caller
):
    for role, channel in ((DeskRole.OPERATOR, "HOTLINE"), (DeskRole.STREET, "COUNTER")):
        Visitor(accounts.officer(role)).do(f"/hotline/residents/{caller.ref}/ask/")
        assert HelpRequest.objects.latest("pk").channel == channel


def test_an_operator_reads_what_others_asked_for_without_a_link_that_leads_nowhere(clock: Clock):
    sent = help_requests.submitted()
    path = f"/help-requests/{sent.ref}/"
    page = Visitor(accounts.officer(DeskRole.OPERATOR)).see(
        f"/hotline/residents/{sent.resident.ref}/", spoken(sent.number).replace(" ", "\xa0")
    )
    assert path not in page
    assert path in Visitor(accounts.officer()).see(f"/hotline/residents/{sent.resident.ref}/")


def operator_of(visitor: Visitor):
    return User.objects.get(pk=visitor.client.session["_auth_user_id"])


def test_one_field_opens_with_a_reason_that_the_resident_can_read(clock: Clock, caller):
    clerk = Visitor(accounts.officer())
    path = f"/hotline/residents/{caller.ref}/"
    assert "13700001234" not in clerk.see(path)
    refused_page(clerk, path, field="phone", reason="CALL")
    page = clerk.client.post(path, {"field": "phone", "reason": "SAFETY"}).content.decode()
    assert "13700001234" in page
    assert Reveal.objects.get().reason == "SAFETY"
    page = clerk.client.post(path, {"field": "health_notes", "reason": "SAFETY"}).content.decode()
    assert "—" in page


def test_a_new_caller_is_registered_with_both_decisions(clock: Clock):
    clerk = Visitor(accounts.officer())
    clerk.see("/hotline/new/")
    given = {"name": "李奶奶", "phone": "13700005678", "region": street().code}
    page = refused_page(clerk, "/hotline/new/", **given)
    assert "李奶奶" in page
    there = clerk.do("/hotline/new/", **given, disability="on", sharing="on")
    resident = ResidentProfile.objects.get()
    assert there == f"/hotline/residents/{resident.ref}/"
    assert resident.consents.count() == 2
    clerk.do(f"{there}check/")
    resident.refresh_from_db()
    assert resident.identity_checked_at is not None


# --- posts ------------------------------------------------------------------------------------------


def test_posts_are_given_below_and_inside_and_end_at_once(clock: Clock):
    office = Visitor(accounts.officer(DeskRole.DISTRICT, district()))
    street()
    somebody = accounts.user(name="新来的")
    office.see("/console/desks/")
    given = {"role": "STREET", "region": street().code, "starts_on": "2026-03-04"}
    page = refused_page(office, "/console/desks/", address="13999999999", **given)
    assert "id_address_error" in page
    given["address"] = str(somebody.phone)
    refused_page(office, "/console/desks/", **{**given, "region": district().code})

    office.do("/console/desks/", **given)

    desk = Desk.objects.get(user=somebody)
    office.see("/console/desks/", "新来的")
    missing(Visitor(somebody), "/console/desks/")
    other = Visitor(accounts.officer(DeskRole.DISTRICT, district("310104")))
    assert other.client.post(f"/console/desks/{desk.ref}/end/").status_code == 404
    office.do(f"/console/desks/{desk.ref}/end/")
    desk.refresh_from_db()
    assert str(desk.ends_on) == "2026-03-04"


# --- queues -----------------------------------------------------------------------------------------

QUEUES = {
    "/console/requests/": DeskRole.STREET,
    "/console/verify/": DeskRole.STREET,
    "/review/": DeskRole.REVIEWER,
    "/cases/": DeskRole.CASE_HANDLER,
}


@pytest.mark.parametrize("path", QUEUES)
def test_a_queue_is_not_there_for_who_holds_no_post_that_works_on_it(path: str, clock: Clock):
    other = next(role for role in QUEUES.values() if role != QUEUES[path])

    Visitor(accounts.officer(QUEUES[path])).see(path)
    missing(Visitor(accounts.officer(other)), path)
    missing(Visitor(accounts.user()), path)


# --- figures ----------------------------------------------------------------------------------------


def test_figures_hide_what_could_point_to_somebody(clock: Clock, monkeypatch):
    row = make.approved()
    clock.to(make.NEXT_DAY)
    clerk = Visitor(accounts.officer())
    page = clerk.see("/console/reports/", "&lt; 10")
    assert "1.50" not in page
    monkeypatch.setattr("accounts.rules.figures.FEWEST_IN_A_CELL", 1)
    page = clerk.see("/console/reports/?days=30", "1.50", "100 %")
    assert "100 %" in page
    by = accounts.officer(DeskRole.CASE_HANDLER)
    service.correct_hours(
        record=row, minutes=60, words="核对了", approver_region=row.region, by=by, now=clock.now
    )
    clerk.see("/console/reports/?days=x", "1.00")


def test_one_drills_down_inside_ones_own_area_only(clock: Clock):
    street()
    boss = Visitor(accounts.officer(DeskRole.CITY, city()))
    boss.see("/console/reports/", district().name_zh)
    boss.see(f"/console/reports/?region={district().code}", street().name_zh)
    clerk = Visitor(accounts.officer())
    missing(clerk, f"/console/reports/?region={district().code}", "/console/reports/?region=x")
    missing(Visitor(accounts.user()), "/console/reports/")


# --- incidents --------------------------------------------------------------------------------------


def test_an_incident_is_looked_after_and_closed_with_what_was_done(clock: Clock):
    row = rights.incident(words="摔了一下", is_hurt=True)
    clerk, reporter = Visitor(accounts.officer()), Visitor(row.by)
    reporter.see("/cases/incidents/", "vh-card")
    reporter.do(f"/cases/incidents/{row.ref}/add/", words="膝盖破了")
    clerk.see("/cases/incidents/", row.ref)
    clerk.do(f"/cases/incidents/{row.ref}/take/")
    clerk.see(f"/cases/incidents/{row.ref}/", "膝盖破了")
    refused_page(clerk, f"/cases/incidents/{row.ref}/", words="")
    clerk.do(f"/cases/incidents/{row.ref}/", words="送到医院，家人已到")
    assert Incident.objects.get().state == "CLOSED"
    reporter.see(f"/cases/incidents/{row.ref}/", "送到医院")
    missing(away(), f"/cases/incidents/{row.ref}/")
    missing(Visitor(accounts.user()), f"/cases/incidents/{row.ref}/")


# --- the auditor ------------------------------------------------------------------------------------


def test_the_auditor_follows_a_trace(clock: Clock):
    task = help_requests.accepted()
    auditor = Visitor(accounts.officer(DeskRole.AUDITOR, city()))
    auditor.see("/audit/", "request.accepted")
    page = auditor.see(f"/audit/?subject=help_requests.helprequest+{task.pk}", "request.accepted")
    assert "user.joined" not in page
    auditor.see("/audit/?name=request.acc&day=2026-03-04", "request.accepted")
    assert "request.accepted" not in auditor.see("/audit/?day=2026-03-03")
    assert "request.accepted" not in auditor.see("/audit/?by=999999")
    assert "request.accepted" not in auditor.see("/audit/?before=1")
    auditor.see("/audit/?by=x&day=x&before=99999999999999999999999")
    auditor.see("/audit/?subject=help_requests.helprequest+x")
    missing(Visitor(accounts.officer(DeskRole.CITY, city())), "/audit/", "/audit/chain/")
    missing(Visitor(accounts.user()), "/audit/reveals/")


def test_the_auditor_pages_through_the_ledger(clock: Clock):
    for _person in range(60):
        accounts.user()
    auditor = Visitor(accounts.officer(DeskRole.AUDITOR, city()))
    page = auditor.see("/audit/", "before=")
    before = page.split("before=")[1].split('"')[0]
    auditor.see(f"/audit/?before={before}", "user.joined")


def test_the_auditor_sees_who_looked_and_whether_the_chain_is_whole(clock: Clock, caller):
    Visitor(accounts.officer()).client.post(
        f"/hotline/residents/{caller.ref}/", {"field": "phone", "reason": "SAFETY"}
    )
    auditor = Visitor(accounts.officer(DeskRole.AUDITOR, city()))
    page = auditor.see("/audit/reveals/", "手机号", "有人有危险", "街镇工作人员")
    assert "phone" not in page
    page = auditor.see("/audit/?name=resident.revealed", "手机号", "街镇工作人员")
    assert "SAFETY" not in page
    seal.seal_new(late=None)
    auditor.see("/audit/chain/")
    assert "vh-standing--valid" in auditor.client.post("/audit/chain/").content.decode()
    sql("DELETE FROM kernel_guardset")  # a changed row would be refused: break the seal itself
    guards.drop(connection)
    sql("UPDATE kernel_event SET name = 'x' WHERE id = (SELECT min(id) FROM kernel_event)")
    assert "vh-standing--valid" not in auditor.client.post("/audit/chain/").content.decode()


# --- papers -----------------------------------------------------------------------------------------


def test_who_checks_a_paper_reads_its_day_and_whether_a_picture_is_there(clock: Clock):
    paper = accounts.credential(accounts.volunteer())
    clerk = Visitor(accounts.officer(DeskRole.DISTRICT, district()))

    clerk.see(f"/console/verify/credential/{paper.ref}/", "2020", "没有提交")

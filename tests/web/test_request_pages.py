"""A request on the pages of its desk and its side: who asked, who comes, what is next, and how it ends."""

from datetime import timedelta

import pytest

from help_requests import actions
from help_requests.models import HelpRequest, Visit
from kernel.workdays import local_date
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def desk(request: HelpRequest) -> str:
    """Return the address of the request at its desk."""
    return f"/console/requests/{request.ref}/"


def asked_by(clerk: Visitor, request: HelpRequest) -> str:
    """Return what the desk reads about who asked."""
    page = clerk.see(desk(request))
    return page.split("由谁提出</dt>")[1].split("</dd>")[0]


# --- who asked, and whose words ---------------------------------------------------------------------


def test_the_desk_reads_who_asked_and_whose_words_the_wish_is(clock: Clock):
    clerk, resident = Visitor(accounts.officer()), accounts.resident()
    own = help_requests.submitted(resident)
    assert "本人" in asked_by(clerk, own)
    assert "这是谁的话" not in clerk.see(desk(own))

    proxy = accounts.grant(resident, accounts.user(name="陈建国"), kind="GUARDIAN").proxy
    told = {"wish": "想去复诊", "wish_source": "OBSERVED"}
    other = help_requests.submitted(resident, by=proxy, **told)
    words = asked_by(clerk, other)
    assert "监护人" in words
    assert "陈*国" in words
    clerk.see(desk(other), "这是谁的话", other.get_wish_source_display())

    operator = accounts.officer()
    phone = help_requests.submitted(
        resident, by=operator, channel="HOTLINE", call_number="12385-7", **told
    )
    assert "热线，12385-7" in asked_by(clerk, phone)
    counter = help_requests.submitted(resident, by=operator, channel="COUNTER", **told)
    assert "窗口" in asked_by(clerk, counter)


# --- visits -----------------------------------------------------------------------------------------


def test_the_desk_sees_who_comes_covered_and_what_is_next(clock: Clock):
    task = matching.assignment()
    visit, volunteer = task.opening.visit, task.volunteer.volunteer
    page = Visitor(accounts.officer()).see(
        desk(visit.request), f"/visits/{visit.ref}/", "下一步：志愿者上门"
    )
    assert volunteer.name[0] + "*" in page
    assert volunteer.name not in page


def test_a_visit_is_moved_and_called_off_by_page(clock: Clock):
    visit = help_requests.visit()
    home, clerk = Visitor(visit.request.resident.user), Visitor(accounts.officer())
    page = f"/visits/{visit.ref}/"
    home.see(page, f"{page}move/", f"{page}cancel/")
    home.see(f"{page}move/", local_date(visit.starts_at).isoformat())
    later = local_date(visit.starts_at) + timedelta(days=1)
    far = (later + timedelta(days=200)).isoformat()
    assert "id_day_error" in refused_page(home, f"{page}move/", day=far, start="9:30")
    home.do(f"{page}move/", day=later.isoformat(), start="9:30")
    visit.refresh_from_db()
    assert f"{visit.starts_at:%F %H:%M}" == f"{later} 01:30"  # UTC
    assert visit.ends_at - visit.starts_at == timedelta(hours=2)

    refused_page(clerk, f"{page}cancel/", sent="1")
    clerk.do(f"{page}cancel/", reason="OTHER_TIME")
    assert Visit.objects.get().state == "CANCELLED"
    assert f"{page}move/" not in clerk.see(page)
    refused_page(clerk, f"{page}move/", day=later.isoformat(), start="10:30")


# --- the end ----------------------------------------------------------------------------------------


def test_the_desk_closes_with_a_reason_and_words(clock: Clock):
    request, office = help_requests.submitted(), accounts.officer()
    clerk = Visitor(office)
    path = f"{desk(request)}close/"
    assert path not in clerk.see(desk(request))
    actions.refer_request(request=request, words="请找区残联", by=office, now=clock.now)
    clerk.see(desk(request), path)
    refused_page(clerk, path, words="已办好")
    clerk.do(path, reason="REFERRAL_DONE", words="区残联已上门")
    row = HelpRequest.objects.get()
    assert (row.state, row.reason, row.answer) == (
        "CLOSED",
        "REFERRAL_DONE",
        "请找区残联\n区残联已上门",
    )
    Visitor(request.resident.user).see(f"/help-requests/{request.ref}/", "区残联已上门")


def test_what_somebody_is_to_come_to_is_not_closed(clock: Clock):
    request = help_requests.accepted()
    clerk = Visitor(accounts.officer())
    assert "/close/" not in clerk.see(desk(request))
    refused_page(clerk, f"{desk(request)}close/", reason="ENDED")


# --- the queue --------------------------------------------------------------------------------------


def test_what_waits_stands_above_what_is_over(clock: Clock):
    office = accounts.officer()
    over, waits = help_requests.submitted(), help_requests.submitted()
    actions.cancel_request(request=over, reason="ILL", by=office, now=clock.now)
    page = Visitor(office).see("/console/requests/")
    assert page.index(desk(waits)) < page.index(desk(over))
    assert desk(waits) not in Visitor(office).see("/console/requests/?state=CANCELLED", desk(over))


# --- once more --------------------------------------------------------------------------------------


def test_what_was_refused_is_asked_again_with_the_same_facts(clock: Clock):
    resident, office = accounts.resident(), accounts.officer()
    there = {"place": "OTHER", "address": "外滩1号", "lat": 31.24, "lng": 121.49}
    said = {"wish": "想去复诊", "wish_source": "OWN_WORDS", "places": 2, "minutes": 90}
    said |= {"gender_wish": "F", "language": "ENGLISH"}
    request = help_requests.submitted(resident, **there, **said)
    home, path = Visitor(resident.user), f"/help-requests/{request.ref}/again/"
    assert path not in home.see(f"/help-requests/{request.ref}/")
    assert home.client.post(path).status_code == 404
    actions.refuse_request(
        request=request, reason="OTHER", words="请换个时间再提", by=office, now=clock.now
    )
    home.see(f"/help-requests/{request.ref}/", path, "再提一次")
    assert path not in Visitor(office).see(f"/help-requests/{request.ref}/")
    assert Visitor(accounts.user()).client.post(path).status_code == 404

    check = home.do(path)
    draft = HelpRequest.objects.get(state="DRAFT")
    assert check == f"/help-requests/{draft.ref}/check/"
    same = ("service_type", "starts_at", "lat", "lng", "point", "address", "region", *said)
    assert [getattr(draft, name) for name in same] == [getattr(request, name) for name in same]
    home.do(check, sent="1")

    clock.to(request.starts_at)
    when = home.do(path)
    late = HelpRequest.objects.get(state="DRAFT")
    assert (when, late.starts_at) == (f"/help-requests/{late.ref}/when/", None)

"""The whole chain through the pages, as people fill them in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import actions as people
from accounts.models import User
from accounts.states import DeskRole, Purpose
from help_requests.actions import load_reference
from help_requests.models import ArrivalCode, HelpRequest
from incentives.models import Proof
from kernel.management.commands.verify import findings
from kernel.references import spoken
from matching.models import Assignment, Offer
from rights.models import Appeal
from service_records.models import ServiceRecord
from tests.conftest import Clock
from tests.factories import accounts
from tests.factories.matching import ready_volunteer

pytestmark = pytest.mark.django_db


class Visitor:
    """Somebody with a browser."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def see(self, path: str, *words: str) -> str:
        answer = self.client.get(path)
        page = answer.content.decode()
        assert answer.status_code == 200, (path, answer.status_code)
        for word in words:
            assert word in page, (path, word)
        return page

    def do(self, path: str, **given: Any) -> str:
        answer = self.client.post(path, given)
        assert answer.status_code == 302, (path, answer.status_code, errors(answer))
        return str(answer["Location"])


def errors(answer: Any) -> Any:
    return answer.context and answer.context.get("form") and answer.context["form"].errors


def test_a_request_becomes_hours_on_a_proof_page_by_page(clock: Clock):
    load_reference()
    resident = accounts.resident(address="人民路1号3楼")
    people.give_consent(
        subject=resident,
        purpose=Purpose.MATCHING,
        text_version="1",
        by=resident.user,
        now=clock.now,
    )
    guardian = Visitor(accounts.grant(resident).proxy)
    users = [ready_volunteer("王芳"), ready_volunteer("李明")]
    first, second = (Visitor(user) for user in users)
    clerk = Visitor(accounts.officer())
    reviewer = Visitor(accounts.officer(DeskRole.REVIEWER))
    handler = Visitor(accounts.officer(DeskRole.CASE_HANDLER))

    # guardian asks, in three steps
    what = guardian.do("/help-requests/new/", resident=resident.ref)
    guardian.see(what, "?tile=medical")
    what = f"{what}?tile=medical"
    guardian.see(what, "陪同就医")
    when = guardian.do(what, service_type="B1", wish="想去复诊", wish_source="OWN_WORDS")
    when_where = {"day": "2026-03-06", "start": "14:00", "minutes": "120", "place": "HOME"}
    check = guardian.do(when, **when_where, places="1", gender_wish="")
    guardian.see(check, "想去复诊")
    page = guardian.do(check, sent="1")
    guardian.see(page)
    request = HelpRequest.objects.get()

    # street checks
    clerk.see("/console/", "vh-figures")
    clerk.see("/console/requests/", spoken(request.number).replace(" ", "\xa0"))
    clerk.do(f"/console/requests/{request.ref}/", words="可以办")

    # engine offers; first declines, second accepts
    clock.to(clock.now + timedelta(minutes=1))
    clerk.see(f"/console/requests/{request.ref}/", "王芳", "李明")
    offers = {offer.volunteer_id: offer for offer in Offer.objects.all()}
    mine = offers[users[0].pk]
    first.see("/volunteer/", mine.ref)
    first.see(f"/offers/{mine.ref}/")
    first.do(f"/offers/{mine.ref}/decline/", reason="NO_TIME")
    mine = offers[users[1].pk]
    page = second.do(f"/offers/{mine.ref}/accept/")
    assert "人民路" not in second.see(page)

    # door code
    visit = request.visits.get()
    clock.to(visit.starts_at - timedelta(minutes=5))
    code = str(ArrivalCode.objects.get().code)
    assert code in re.sub(r"<[^>]+>|\s", "", guardian.see(f"/visits/{visit.ref}/"))
    second.see(page, "人民路1号3楼")
    task = Assignment.objects.get()
    wrong = second.client.post(f"/assignments/{task.ref}/check-in/", {"code": "1"})
    assert wrong.status_code == 422
    assert 'id="error-summary"' in wrong.content.decode()
    second.do(f"/assignments/{task.ref}/check-in/", code=code)

    # check-out, confirmation, evaluation, review
    clock.to(visit.starts_at + timedelta(minutes=85))
    second.do(f"/assignments/{task.ref}/check-out/")
    record = ServiceRecord.objects.get()
    guardian.see(f"/visits/{visit.ref}/", "90")
    guardian.do(f"/visits/{visit.ref}/confirm/{record.ref}/")
    guardian.do(f"/visits/{visit.ref}/evaluate/{task.ref}/", face="GOOD", words="很好")
    reviewer.see("/review/", "李明")
    reviewer.see(f"/review/{record.ref}/")
    reviewer.do(f"/review/{record.ref}/approve/")

    # proof and its verification
    clock.to(clock.now + timedelta(minutes=1))
    second.see("/volunteer/hours/", "1.50")
    second.do("/volunteer/hours/", starts_on="2026-03-01", ends_on="2026-03-06")
    proof = Proof.objects.get()
    anyone = Client()
    page = anyone.get(f"/verify/{proof.ref}/").content.decode()
    assert "vh-standing--valid" in page
    assert "李明" not in page

    # the appeal corrects the hours, and the proof says superseded
    second.do(
        f"/service-records/{record.ref}/", reason="MINUTES", words="少算了", claimed_minutes="95"
    )
    appeal = Appeal.objects.get()
    handler.see("/cases/", appeal.ref)
    handler.do(f"/cases/{appeal.ref}/acknowledge/")
    handler.do(f"/cases/{appeal.ref}/", outcome="UPHELD", words="核对了", minutes="94")
    assert "vh-standing--superseded" in anyone.get(f"/verify/{proof.number}/").content.decode()
    second.see(f"/service-records/{record.ref}/", "vh-struck")
    assert list(findings()) == []


PUBLIC = [
    "/",
    "/help/",
    "/help/accessibility/",
    "/display/",
    "/projects/",
    "/verify/",
    "/verify/nothing/",
    "/account/enter/",
    "/account/enter/password/",
    "/complaints/new/",
    "/complaints/track/",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_everybody_may_see(path: str, client: Client, clock: Clock):
    load_reference()

    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1

"""No personal data in clear (GUARDS I11): canaries in every sensitive field, the whole chain, a search."""

import logging
import re
from datetime import date, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db.models import Count, Sum
from django.test import Client

from accounts import actions as people
from accounts.gateways.realname import Answer, Outcome
from accounts.models import ResidentProfile, User
from accounts.states import DeskRole, Purpose
from help_requests import actions as asking
from help_requests.models import ArrivalCode, HelpRequest
from help_requests.states import WishSource
from incentives import actions as incentives
from incentives.models import PointAccount, PointEntry
from kernel.management.commands.verify import findings
from matching import actions as matching
from matching.models import Opening
from notifications import jobs as notifying
from notifications.models import Dispatch
from rights import actions as rights
from service_records import actions as service
from service_records.models import ServiceRecord
from tests.conftest import Clock
from tests.factories import accounts, help_requests, passkeys
from tests.factories.matching import LESSON
from tests.factories.regions import city, street
from tests.privacy.search import files, found, places, tables

pytestmark = pytest.mark.django_db(transaction=True)

IN_CLEAR = "金丝雀志愿者"  # a volunteer's name is the one that may be read: the search must find it
WORDS = {
    "volunteer's phone": "13764918273",
    "volunteer's e-mail": "canary.volunteer@example.org",
    "volunteer's ID number": accounts.id_number(birth="19870923", serial=771),
    "resident's phone": "13659284716",
    "resident's name": "欧阳金丝雀",
    "resident's birthday": "1951-07-19",
    "resident's certificate": accounts.id_number(birth="19510719", serial=617) + "11",
    "address": "金丝雀弄七十七号",
    "point": "31.2271849",
    "practical": "敲门请按三下金丝雀铃",
    "health notes": "对青霉素过敏的金丝雀",
    "guardian": "金丝雀监护人",
    "guardian's phone": "13528471936",
    "emergency contact": "金丝雀邻居",
    "emergency phone": "13417263985",
    "evidence": "金丝雀户口本第八页",
    "wish": "想去金丝雀公园走走",
    "details": "带上金丝雀轮椅",
    "answer": "街道答复金丝雀",
    "credential": "CANARY-20260304-77",
    "paper": "CANARY-PAPER-CONTENT",
    "door point": "31.2349517",
    "evaluation": "金丝雀唱得很好",
    "complaint": "金丝雀被打断了",
    "complaint's wish": "希望向金丝雀道歉",
    "complaint's contact": "13306172849",
    "appeal": "金丝雀多做了半小时",
    "ruling": "金丝雀说得有理",
    "incident": "金丝雀摔倒了",
    "outcome": "已送金丝雀就医",
    "token": "金丝雀的电脑",
    "passkey": "金丝雀的手机",
}
NUMBERS = {what for what in WORDS if what.endswith(("phone", "ID number", "contact"))} - {
    "emergency contact"
}


def _sign_in(address: str) -> Client:
    """Enter by page with the code that was sent to ``address``."""
    client = Client()
    assert client.post("/account/enter/", {"address": address}).status_code == 302
    code = str(Dispatch.objects.select_related("key").latest("pk").words)
    digits = re.findall(r"\d{6}", code)[0]
    assert client.post("/account/enter/code/", {"code": digits}).status_code == 302
    return client


def _volunteer(clock: Clock) -> User:
    _sign_in(WORDS["volunteer's phone"])
    _sign_in(WORDS["volunteer's e-mail"])
    user = User.objects.get(phone_index__isnull=False)
    profile = people.register_volunteer(user=user, name=IN_CLEAR, by=user, now=clock.now)
    people.set_area(volunteer=profile, region=street(), radius_m=5000, by=user, now=clock.now)
    for purpose in (Purpose.REAL_NAME, Purpose.MATCHING, Purpose.LOCATION):
        people.give_consent(subject=user, purpose=purpose, text_version="1", by=user, now=clock.now)
    claim = people.claim_identity(
        user=user,
        name=IN_CLEAR,
        id_number=WORDS["volunteer's ID number"],
        by=user,
        now=clock.now,
    )
    people.answer_identity(
        verification=claim, answer=Answer(Outcome.MATCH, "demo", "match", "two"), now=clock.now
    )
    profile.refresh_from_db()
    people.set_categories(volunteer=profile, categories=["B"], by=user, now=clock.now)
    windows = [(day, 0, 1440) for day in range(7)]
    people.set_windows(volunteer=profile, windows=windows, by=user, now=clock.now)
    people.pass_lesson(volunteer=profile, answers=LESSON, by=user, now=clock.now)
    accounts.credential(
        profile, number=WORDS["credential"], file=b"%PDF-1.7 " + WORDS["paper"].encode()
    )
    people.make_token(
        user=user, name=WORDS["token"], scopes=["read"], days=9, by=user, now=clock.now
    )
    passkeys.passkey(user, name=WORDS["passkey"], now=clock.now)
    return user


def _resident(clock: Clock) -> ResidentProfile:
    _sign_in(WORDS["resident's phone"])
    user = User.objects.latest("pk")
    resident = people.register_resident(
        user=user,
        name=WORDS["resident's name"],
        region=street(),
        phone=WORDS["resident's phone"],
        birth_on=date.fromisoformat(WORDS["resident's birthday"]),
        address=WORDS["address"],
        lat=float(WORDS["point"]),
        lng=121.4712345,
        disability=("4", "1", []),
        certificate=WORDS["resident's certificate"],
        needs=["WHEELCHAIR"],
        practical=WORDS["practical"],
        health_notes=WORDS["health notes"],
        guardian={"name": WORDS["guardian"], "phone": WORDS["guardian's phone"]},
        emergency_contact={
            "name": WORDS["emergency contact"],
            "phone": WORDS["emergency phone"],
        },
        consents=[(purpose, "1") for purpose in Purpose],
        by=user,
        now=clock.now,
    )
    accounts.grant(resident, evidence=WORDS["evidence"])
    return resident


def _served(resident: ResidentProfile, volunteer: User, clock: Clock) -> None:
    """Ask, match, serve, evaluate, complain, appeal, report: all words are canaries."""
    user = resident.user
    assert user is not None
    request = help_requests.draft(
        resident,
        wish=WORDS["wish"],
        wish_source=WishSource.OWN_WORDS,
        details=WORDS["details"],
    )
    page = Client()
    page.force_login(user)
    assert page.get(f"/help-requests/{request.ref}/", follow=True).status_code == 200
    asking.submit_request(request=request, by=user, now=clock.now)
    asking.accept_request(
        request=HelpRequest.objects.get(),
        words=WORDS["answer"],
        by=accounts.officer(),
        now=clock.now,
    )
    clock.to(clock.now + timedelta(minutes=1))
    opening = Opening.objects.get()
    offer = opening.offers.get()
    task = matching.accept_offer(offer=offer, by=volunteer, now=clock.now)
    clock.to(opening.starts_at)
    service.check_in(
        assignment=task,
        method="ARRIVAL_CODE",
        code=str(ArrivalCode.objects.get().code),
        point=(float(WORDS["door point"]), 121.47),
        by=volunteer,
        now=clock.now,
    )
    clock.to(clock.now + timedelta(minutes=90))
    record = service.check_out(assignment=task, by=volunteer, now=clock.now)
    record = service.confirm_record(record=record, by=user, now=clock.now)
    reviewer = accounts.officer(DeskRole.REVIEWER)
    record = service.approve_hours(record=record, by=reviewer, now=clock.now)
    service.evaluate(
        assignment=task,
        side="RESIDENT",
        face="GOOD",
        words=WORDS["evaluation"],
        by=user,
        now=clock.now,
    )
    clock.to(clock.now + timedelta(minutes=1))
    incentives.issue_proof(
        volunteer=volunteer.volunteer,
        starts_on=record.service_on,
        ends_on=record.service_on,
        language="zh-hans",
        by=volunteer,
        now=clock.now,
    )
    rights.submit_complaint(
        kind="PERSON",
        words=WORDS["complaint"],
        wish=WORDS["complaint's wish"],
        contact=WORDS["complaint's contact"],
        region=street(),
        by=None,
        now=clock.now,
    )
    appeal = rights.submit_appeal(
        record=record,
        reason="MINUTES",
        words=WORDS["appeal"],
        claimed_minutes=95,
        by=volunteer,
        now=clock.now,
    )
    handler = accounts.officer(DeskRole.CASE_HANDLER, city())
    rights.acknowledge(case=appeal, by=handler, now=clock.now)
    rights.conclude(
        case=appeal,
        outcome="UPHELD",
        words=WORDS["ruling"],
        minutes=95,
        by=handler,
        now=clock.now,
    )
    incident = rights.report_incident(
        kind="FALL", words=WORDS["incident"], region=street(), by=volunteer, now=clock.now
    )
    rights.take_incident(incident=incident, by=handler, now=clock.now)
    rights.close_incident(incident=incident, words=WORDS["outcome"], by=handler, now=clock.now)
    clock.to(clock.now + timedelta(minutes=1))
    notifying.send_due()


def _totals() -> tuple[Any, ...]:
    """Return what must survive every erasure: services, minutes, points."""
    minutes = ServiceRecord.objects.filter(state="APPROVED").aggregate(
        n=Count("pk"), m=Sum("minutes")
    )
    points = PointEntry.objects.aggregate(n=Count("pk"), p=Sum("amount"))
    balances = PointAccount.objects.order_by("pk").values_list("balance", flat=True)
    return minutes, points, list(balances)


@pytest.fixture
def lived(
    clock: Clock, settings: Any, tmp_path: Any, caplog: Any, capsys: Any
) -> tuple[User, ResidentProfile]:
    """Return a volunteer and a resident after everything that can happen to both."""
    caplog.set_level(logging.INFO)
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.HUB_SMS = "notifications.gateways.sms.demo"
    settings.HUB_EMAIL = "notifications.gateways.email.demo"
    volunteer, resident = _volunteer(clock), _resident(clock)
    _served(resident, volunteer, clock)
    return volunteer, resident


def test_nothing_personal_stands_in_clear_anywhere(
    lived: Any, tmp_path: Any, caplog: Any, capsys: Any
) -> None:
    log = caplog.text + "".join(capsys.readouterr())
    hits = found({**WORDS, "control": IN_CLEAR}, NUMBERS, places(tmp_path))
    assert {what for what, _place in hits} == {"control"}, sorted(hits)
    assert log
    assert found(WORDS, NUMBERS, iter([("log", log.encode())])) == set()


def test_after_erasure_nothing_leads_back_and_the_totals_stand(
    lived: Any, tmp_path: Any, clock: Clock
) -> None:
    volunteer, resident = lived
    before = _totals()
    for person in (volunteer, resident.user):
        people.erase_person(user=person, by=person, now=clock.now)
    clock.to(clock.now + timedelta(minutes=1))

    assert _totals() == before
    assert list(findings()) == []
    hits = found({**WORDS, "name": IN_CLEAR}, NUMBERS, chain(tables(), files(tmp_path)))
    assert hits == set(), sorted(hits)

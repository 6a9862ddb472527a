"""The whole chain through ``/api/v1/``, by people with tokens: from a request to a superseded proof."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import actions as people
from accounts.models import User
from accounts.states import DeskRole, Purpose
from help_requests.actions import load_reference
from help_requests.models import ArrivalCode
from kernel.management.commands.verify import findings
from matching.models import Offer
from tests.conftest import Clock
from tests.factories import accounts, organizations
from tests.factories.matching import ready_volunteer

pytestmark = pytest.mark.django_db


class Caller:
    """Somebody with a token, who calls operations and expects an answer."""

    def __init__(self, user: User, clock: Clock) -> None:
        self.user = user
        _token, secret = people.make_token(
            user=user, name="test", scopes=["read", "write"], days=300, by=user, now=clock.now
        )
        self.client = APIClient()
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    def get(self, path: str) -> Any:
        answer = self.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        answer = self.client.post(f"/api/v1/{path}", body or {}, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def call(clock: Clock):
    return lambda user: Caller(user, clock)


def test_a_request_becomes_verified_hours_on_a_proof_and_an_appeal_supersedes_it(call, clock):
    load_reference()
    resident = accounts.resident()
    people.give_consent(
        subject=resident,
        purpose=Purpose.MATCHING,
        text_version="1",
        by=resident.user,
        now=clock.now,
    )
    guardian = call(accounts.grant(resident).proxy)
    first, second = call(ready_volunteer("王芳")), call(ready_volunteer("李明"))
    clerk = call(accounts.officer())
    reviewer = call(accounts.officer(DeskRole.REVIEWER))
    handler = call(accounts.officer(DeskRole.CASE_HANDLER))
    visit_at = clock.now + timedelta(days=2, hours=2)  # Friday 14:00 in Shanghai

    # guardian asks
    draft = guardian.post(
        "help-requests/",
        {
            "resident": resident.ref,
            "service_type": "B1",
            "wish": "想去复诊",
            "wish_source": "OWN_WORDS",
            "starts_at": visit_at.isoformat(),
            "minutes": 120,
        },
        status=201,
    )
    request = guardian.post(f"help-requests/{draft['ref']}/submit/")
    assert request["state"] == "SUBMITTED"

    # street checks
    accepted = clerk.post(f"help-requests/{draft['ref']}/accept/", {"words": "可以办"})
    assert (accepted["state"], accepted["shown_state"]) == ("ACCEPTED", "PLANNED")

    # engine offers; first declines, second accepts
    clock.to(clock.now + timedelta(minutes=1))
    offer = first.get("offers/")["results"][0]
    assert offer["reasons"]
    first.post(f"offers/{offer['ref']}/decline/", {"reason": "NO_TIME"})
    offer = second.get("offers/")["results"][0]
    task = second.post(f"offers/{offer['ref']}/accept/")
    assert task["address"] is None
    assert guardian.get(f"help-requests/{draft['ref']}/")["shown_state"] == "MATCHED"

    # door code
    clock.to(visit_at - timedelta(minutes=5))
    visit = guardian.get(f"visits/{accepted['visits'][0]}/")
    assert visit["arrival_code"] == ArrivalCode.objects.get().code
    wrong = second.post(
        f"assignments/{task['ref']}/check-in/", {"method": "ARRIVAL_CODE", "code": "x"}, status=400
    )
    assert (wrong["code"], wrong["field"]) == ("code_wrong", "code")
    second.post(
        f"assignments/{task['ref']}/check-in/",
        {"method": "ARRIVAL_CODE", "code": visit["arrival_code"]},
        status=201,
    )

    # check-out, confirmation, review
    clock.to(visit_at + timedelta(minutes=84, seconds=30))
    record = second.post(f"assignments/{task['ref']}/check-out/")
    assert (record["state"], record["minutes"]) == ("UNCONFIRMED", 89)
    guardian.post(f"service-records/{record['ref']}/confirm/")
    guardian.post(
        f"assignments/{task['ref']}/evaluate/", {"side": "RESIDENT", "face": "GOOD"}, status=201
    )
    approved = reviewer.post(f"service-records/{record['ref']}/approve/")
    assert approved["state"] == "APPROVED"

    # points and proof
    clock.to(clock.now + timedelta(minutes=1))
    assert second.get("me/hours/") == {
        "verified_minutes": 89,
        "declared_minutes": 0,
        "stars": 0,
        "points": 5,
    }
    day = visit_at.date().isoformat()
    proof = second.post("proofs/", {"starts_on": day, "ends_on": day}, status=201)
    anyone = APIClient()
    seen = anyone.get(f"/api/v1/proofs/{proof['ref']}/verify/").json()
    assert (seen["standing"], seen["name"], seen["verified_minutes"]) == ("valid", "李*", 89)

    # the appeal corrects the hours, and the proof says superseded
    appeal = second.post(
        "appeals/",
        {"record": record["ref"], "reason": "MINUTES", "words": "少算了", "claimed_minutes": 95},
        status=201,
    )
    handler.post(f"appeals/{appeal['ref']}/acknowledge/")
    decided = handler.post(
        f"appeals/{appeal['ref']}/conclude/",
        {"outcome": "UPHELD", "words": "核对了，应为九十四分钟", "minutes": 94},
    )
    assert decided["state"] == "CONCLUDED"
    clock.to(clock.now + timedelta(minutes=1))
    seen = anyone.get(f"/api/v1/proofs/{proof['number']}/verify/").json()
    assert seen["standing"] == "superseded"
    assert second.get("me/hours/")["verified_minutes"] == 94
    assert second.get("me/hours/")["points"] == 6
    assert Offer.objects.filter(state="SENT").count() == 0
    assert list(findings()) == []


def test_a_shift_fills_waits_and_promotes(call, clock):
    project = organizations.published_project()
    shift = project.shifts.get()
    coordinator = call(organizations.membership(project.organization).user)
    reviewer = call(accounts.officer(DeskRole.REVIEWER))
    clock.to(clock.now + timedelta(minutes=1))
    six = [call(ready_volunteer(name)) for name in ("赵一", "钱二", "孙三", "李四", "周五", "吴六")]

    # six apply for four places
    answers = []
    for number, person in enumerate(six):
        clock.to(clock.now + timedelta(seconds=number))
        answers.append(person.post(f"shifts/{shift.ref}/apply/", {}, status=201))
    assert [a["state"] for a in answers] == ["ACCEPTED"] * 4 + ["WAITING"] * 2
    assert [a["waiting_position"] for a in answers[4:]] == [1, 2]

    # one cancels, the next is promoted
    mine = six[0].get("assignments/")["results"][0]
    six[0].post(f"assignments/{mine['ref']}/cancel/", {"reason": "生病了"})
    clock.to(clock.now + timedelta(minutes=1))
    promoted = six[4].get(f"applications/{answers[4]['ref']}/")
    assert promoted["state"] == "ACCEPTED"
    assert six[5].get(f"applications/{answers[5]['ref']}/")["waiting_position"] == 1

    # rotating code, roster, review
    clock.to(shift.starts_at)
    code = coordinator.get(f"shifts/{shift.ref}/code/")["code"]
    task = six[4].get("assignments/")["results"][0]
    six[4].post(
        f"assignments/{task['ref']}/check-in/",
        {"method": "ROTATING_CODE", "code": code},
        status=201,
    )
    roster = coordinator.get(f"shifts/{shift.ref}/roster/")
    assert sorted(line["state"] for line in roster) == ["CHECKED_IN", "LIVE", "LIVE", "LIVE"]
    other = next(line for line in roster if line["state"] == "LIVE")
    coordinator.post(f"assignments/{other['ref']}/check-in/", {"method": "COORDINATOR"}, status=201)
    clock.to(shift.starts_at + timedelta(hours=1))
    record = six[4].post(f"assignments/{task['ref']}/check-out/")
    coordinator.post(f"service-records/{record['ref']}/confirm/")
    assert reviewer.post(f"service-records/{record['ref']}/approve/")["state"] == "APPROVED"
    assert list(findings()) == []


def test_the_document_of_the_api_names_every_operation_without_a_warning(client, recwarn):
    answer = client.get("/api/schema/")

    assert answer.status_code == 200
    assert [str(w.message) for w in recwarn] == []

"""What a program is told when it comes in wrongly, asks too often, or says what cannot be."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import actions as people
from accounts.models import User
from accounts.states import DeskRole
from notifications.models import Dispatch
from tests.api.test_own import V1, client_of, said
from tests.factories import accounts, help_requests, matching, organizations, service_records
from tests.factories.regions import street

pytestmark = pytest.mark.django_db


def with_token(user: User, clock: Any, *scopes: str) -> APIClient:
    _token, secret = people.make_token(
        user=user, name="t", scopes=list(scopes), days=1, by=user, now=clock.now
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.mark.parametrize("sent", ["Bearer", "Bearer vh_wrong", "Bearer a b"])
def test_a_token_that_is_none_gets_one_answer(sent):
    answer = APIClient().get(V1 + "me/", headers={"Authorization": sent})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_another_scheme_is_no_token_of_ours():
    answer = APIClient().get(V1 + "me/", headers={"Authorization": "Basic YTpi"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_token_to_read_changes_nothing(clock):
    reader = with_token(accounts.user(), clock, "read")

    assert reader.get(V1 + "me/").status_code == 200
    answer = reader.patch(V1 + "me/", {"name": "李明"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_a_token_ends_with_its_day(clock):
    reader = with_token(accounts.user(), clock, "read")

    clock.now += timedelta(days=1)

    assert reader.get(V1 + "me/").json()["code"] == "token_invalid"


def test_an_address_that_no_operation_has_is_not_there():
    answer = APIClient().get("/api/v2/anything/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"


def test_staff_with_two_factors_make_no_token_by_code_alone(clock, settings):
    settings.STAFF_SECOND_FACTOR = True
    officer = accounts.officer()
    body = {"address": str(officer.phone)}
    said(client_of(None).post(V1 + "sessions/", body, format="json"), 202)
    words = str(Dispatch.objects.get(kind="sign_in_code").words)
    body["code"] = re.findall(r"\d{6,}", words)[0]

    first = client_of(None).post(
        V1 + "sessions/", body, format="json", headers={"Idempotency-Key": "k"}
    )
    again = client_of(None).post(
        V1 + "sessions/", body, format="json", headers={"Idempotency-Key": "k"}
    )

    assert (first.status_code, first.json()["code"]) == (403, "second_factor")
    assert again.json()["code"] != "second_factor"  # the code is used up


def test_a_draft_is_written_on_and_a_request_comes_from_the_hotline(clock):
    operator, resident = accounts.officer(DeskRole.OPERATOR), accounts.resident()
    entry = help_requests.service_type()
    mine = client_of(operator)
    words = {"resident": resident.ref, "call_number": "7001", "service_type": entry.code}

    made = said(mine.post(V1 + "help-requests/", words, format="json"), 201)
    path = f"{V1}help-requests/{made['ref']}/"
    changed = said(mine.patch(path, {"wish": "想去复诊", "minutes": 60}, format="json"))

    assert (changed["wish"], changed["minutes"]) == ("想去复诊", 60)


def test_a_language_is_said_read_back_and_taken_back(clock):
    resident = accounts.resident()
    mine, path = client_of(resident.user), V1 + "help-requests/"
    words = {"resident": resident.ref, "language": "SIGN_SHANGHAI"}

    made = said(mine.post(path, words, format="json"), 201)
    path = f"{path}{made['ref']}/"
    unknown = said(mine.patch(path, {"language": "LAW"}, format="json"), 400)

    assert said(mine.get(path))["language"] == made["language"] == "SIGN_SHANGHAI"
    assert unknown["field"] == "language"
    assert said(mine.patch(path, {"language": ""}, format="json"))["language"] == ""


def test_a_project_and_its_shift_by_program(clock):
    body = organizations.organization()
    manager = client_of(body.registered_by)
    words = {
        "title": "周三读报会",
        "summary": "为视障老人读报",
        "description": "每周三下午读报。",
        "category": "J",
        "region": "310101001",
        "place": "社区活动室",
    }
    street()

    made = said(
        manager.post(V1 + "projects/", {**words, "organization": body.ref}, format="json"), 201
    )
    path = f"{V1}projects/{made['ref']}/"
    again = said(manager.put(path, {**words, "place": "图书馆"}, format="json"))
    starts, ends = clock.now + timedelta(days=2), clock.now + timedelta(days=2, hours=2)
    times = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat(), "places": 2}
    shift = said(manager.post(path + "shifts/", times, format="json"), 201)

    assert (again["place"], shift["state"]) == ("图书馆", "DRAFT")


def test_a_dispatcher_sees_who_can_go_and_asks_one(clock):
    opening, volunteer = matching.opening(), matching.ready_volunteer()
    office = client_of(accounts.officer())

    rows = said(office.get(f"{V1}openings/{opening.ref}/candidates/"))
    offer = said(
        office.post(
            f"{V1}openings/{opening.ref}/offers/",
            {"volunteer": rows[0]["volunteer"]},
            format="json",
        ),
        201,
    )
    mine = client_of(volunteer)

    assert rows[0]["volunteer"] == volunteer.volunteer.ref
    assert rows[0]["reasons"]
    assert said(mine.get(f"{V1}offers/{offer['ref']}/"))["reasons"]
    longer = said(mine.post(f"{V1}offers/{offer['ref']}/extend/", {}, format="json"))
    assert longer["expires_at"] > offer["expires_at"]


def test_a_volunteer_says_all_of_herself(clock):
    me = accounts.volunteer()
    mine = client_of(me.user)

    def put(path: str, **given: Any) -> Any:
        return said(mine.put(f"{V1}me/{path}/", given, format="json"))

    put("area", region=me.region.code, radius_m=3000)
    put("skills", skills={"WHEELCHAIR": 2}, categories=["A", "B"])
    put("availability", windows=[[0, 540, 720]])
    put("limits", minutes_per_week=300, paused_until="2026-04-01")
    put("guardian", name="王强", phone="13812345678")
    wrong = mine.post(V1 + "me/lesson/", {"answers": {"ask_first": "no"}}, format="json")
    said(mine.post(V1 + "me/lesson/", {"answers": matching.LESSON}, format="json"))
    free = {"day": "2026-03-11", "starts": 600, "ends": 660}
    whole = put("exceptions", days_off=["2026-03-10"], free=[free])

    assert (wrong.status_code, wrong.json()["field"]) == (400, "ask_first")
    assert (whole["radius_m"], whole["skills"], whole["categories"]) == (
        3000,
        {"WHEELCHAIR": 2},
        ["A", "B"],
    )
    assert (whole["windows"], whole["days_off"], whole["free"]) == (
        [[0, 540, 720]],
        ["2026-03-10"],
        [free],
    )
    unknown = mine.put(V1 + "me/skills/", {"skills": {"FLYING": 1}}, format="json")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_skill")


def test_a_residents_needs_and_details_by_program(clock):
    resident = accounts.resident()
    mine = client_of(resident.user)
    path = f"{V1}me/people/{resident.ref}/"
    contact = {"name": "陈强", "phone": "13812345678"}

    changed = said(
        mine.patch(
            path,
            {
                "disability": {"category": "4", "level": "2"},
                "needs": ["STEPS"],
                "emergency_contact": contact,
            },
            format="json",
        )
    )
    told = said(
        mine.post(path + "needs/", {"allows_health": True, "health_notes": "心脏病"}, format="json")
    )

    refused = mine.post(
        path + "needs/", {"allows_health": False, "health_notes": "心脏病"}, format="json"
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "consent_missing")
    assert changed["needs"] == told["needs"] == ["STEPS"]
    resident.refresh_from_db()
    assert (resident.health_notes, "陈强" in str(resident.emergency_contact)) == ("心脏病", True)


def test_a_child_is_forgotten_by_who_acts_for_them(clock):
    child = accounts.resident(user=None, by=accounts.user(), consents=False)
    grant = people.submit_grant(
        resident=child,
        proxy=child.registered_by,
        kind="GUARDIAN",
        evidence="出生证明",
        valid_until=(clock.now + timedelta(days=300)).date(),
        by=child.registered_by,
        now=clock.now,
    )
    people.decide_grant(grant=grant, accept=True, reason="", by=accounts.officer(), now=clock.now)

    answer = client_of(child.registered_by).delete(f"{V1}me/people/{child.ref}/")

    assert answer.status_code == 204
    child.refresh_from_db()
    assert child.erased_at is not None


def test_an_incident_needs_a_place(clock):
    nowhere = client_of(accounts.user()).post(V1 + "incidents/", {"kind": "FALL"}, format="json")
    task = matching.assignment()
    there = client_of(task.volunteer).post(
        V1 + "incidents/", {"kind": "FALL", "assignment": task.ref}, format="json"
    )

    assert (nowhere.status_code, nowhere.json()["field"]) == (400, "region")
    assert said(there, 201)["kind"] == "FALL"


def test_where_several_came_it_is_said_who(clock):
    visit = help_requests.visit(places=2)
    opening = matching.opening(visit)
    tasks = [matching.assignment(opening) for _place in range(2)]
    records = [service_records.unconfirmed(task) for task in tasks]
    clock.now = service_records.DONE_AT
    mine = client_of(visit.request.resident.user)

    which = mine.post(f"{V1}visits/{visit.ref}/confirm/", {}, format="json")
    named = mine.post(f"{V1}visits/{visit.ref}/confirm/", {"record": records[1].ref}, format="json")

    assert (which.status_code, which.json()["code"]) == (400, "which_one")
    assert said(named)["ref"] == records[1].ref


def test_a_token_made_before_the_post_opens_nothing_with_it(clock, settings):
    settings.STAFF_SECOND_FACTOR = True
    person = accounts.user()
    plain, strong = (
        people.make_token(
            user=person,
            name="p",
            scopes=["read", "write"],
            days=90,
            passed=passed,
            by=person,
            now=clock.now,
        )[1]
        for passed in (False, True)
    )

    def asked(secret):
        client = APIClient(headers={"Authorization": f"Bearer {secret}"})
        answer = client.get(V1 + "me/")
        return answer.status_code, answer.json().get("code")

    assert [asked(plain), asked(strong)] == [(200, None), (200, None)]
    people.grant_desk(
        user=person,
        role="STREET",
        region=street(),
        starts_on=date(2026, 3, 4),
        by=None,
        now=clock.now,
    )

    assert [asked(plain), asked(strong)] == [(401, "second_factor"), (200, None)]


def test_what_a_program_did_wrong_is_said(clock):
    person = accounts.user()
    reading = with_token(person, clock, "read")

    answer = reading.patch("/api/v1/me/", {"name": "王"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "write" in answer.json()["detail"]
    writing = with_token(person, clock, "read", "write")
    answer = writing.patch("/api/v1/me/", "null", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_object")
    assert "JSON 对象" in answer.json()["detail"]
    for cursor in ("%00", "abc", "é"):
        answer = reading.get("/api/v1/offers/", {"cursor": cursor})
        assert (answer.status_code, answer.json()["field"]) == (400, "cursor"), cursor

"""What staff do by program: look people up with a reason, grant posts, check papers, shut people out."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actions import make_user, record_guardian
from accounts.models import Desk, Reveal
from accounts.states import DeskRole
from kernel.models import Event
from organizations.states import MemberRole
from tests.api.test_own import V1, client_of, said
from tests.factories import accounts, matching, organizations, rights, service_records
from tests.factories.regions import city, district, street

pytestmark = pytest.mark.django_db


def post(client: Any, path: str, body: dict[str, Any], status: int = 200, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return said(client.post(V1 + path, body, format="json", headers=headers), status)


def test_the_hotline_finds_a_caller_covered_and_looks_with_a_reason(clock):
    resident = accounts.resident(phone="13912345678")
    operator = client_of(accounts.officer(DeskRole.OPERATOR))

    found = post(operator, "residents/search/", {"phone": "5678", "call_number": "7001"}, key="s")
    again = post(operator, "residents/search/", {"phone": "5678", "call_number": "7001"}, key="s")
    look = {"field": "phone", "reason": "CALL", "call_number": "7001"}
    seen = post(operator, f"residents/{resident.ref}/reveal/", look, key="r")
    seen_again = post(operator, f"residents/{resident.ref}/reveal/", look, key="r")

    assert [(row["name"], row["phone"]) for row in found] == [("陈*婆", "139****5678")]
    assert again == found
    assert seen == seen_again == {"field": "phone", "value": "13912345678"}
    assert Reveal.objects.count() == 1
    assert Event.objects.filter(name="residents.looked_up").count() == 1
    mine = said(client_of(resident.user).get(f"{V1}me/people/{resident.ref}/reveals/"))
    assert [(row["field"], row["reason"]) for row in mine] == [("phone", "CALL")]


def test_who_looks_without_a_reason_or_elsewhere_sees_nothing(clock):
    resident = accounts.resident()
    here = client_of(accounts.officer(DeskRole.STREET))
    elsewhere = client_of(accounts.officer(DeskRole.STREET, street("310115001")))

    bare = here.post(f"{V1}residents/{resident.ref}/reveal/", {"field": "name"}, format="json")
    far = elsewhere.post(
        f"{V1}residents/{resident.ref}/reveal/",
        {"field": "name", "reason": "REQUEST"},
        format="json",
    )

    assert (bare.status_code, bare.json()["field"]) == (400, "reason")
    assert far.status_code == 404
    assert not Reveal.objects.exists()


def test_a_post_is_granted_below_ones_own_to_who_signs_in_with_an_address(clock):
    colleague = accounts.user()
    above = client_of(accounts.officer(DeskRole.DISTRICT, district()))
    words = {
        "address": str(colleague.phone),
        "role": "STREET",
        "region": street().code,
        "starts_on": "2026-03-01",
    }

    made = post(above, "desks/", words, 201)
    ended = post(above, f"desks/{made['ref']}/end/", {"ends_on": "2026-03-31"})
    refused = client_of(accounts.user()).post(V1 + "desks/", words, format="json")

    assert (made["role"], made["ends_on"], ended["ends_on"]) == ("STREET", None, "2026-03-31")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_area")
    assert Desk.objects.filter(user=colleague).count() == 1


def test_who_may_not_invite_learns_nothing_of_whose_address_is_known(clock):
    body = organizations.organization()
    stranger = client_of(accounts.user())

    answers = {
        stranger.post(
            f"{V1}organizations/{body.ref}/members/",
            {"address": address, "role": "COORDINATOR"},
            format="json",
        ).content
        for address in (str(body.registered_by.phone), "13900000000")
    }

    assert len(answers) == 1


def test_a_member_is_invited_takes_up_the_post_and_leaves(clock):
    body, friend = organizations.organization(), accounts.user()
    manager, mine = client_of(body.registered_by), client_of(friend)
    words = {"address": str(friend.phone), "role": MemberRole.COORDINATOR}

    invited = post(manager, f"organizations/{body.ref}/members/", words, 201)
    taken = post(mine, f"memberships/{invited['ref']}/confirm/", {})
    left = post(mine, f"memberships/{invited['ref']}/end/", {"ends_on": "2026-03-04"})

    assert (invited["confirmed_at"], bool(taken["confirmed_at"])) == (None, True)
    assert left["ends_on"] == "2026-03-04"


def test_a_body_is_suspended_and_goes_on_and_its_project_is_closed(clock):
    project = organizations.published_project()
    body = project.organization
    office, manager = (
        client_of(accounts.officer(DeskRole.DISTRICT, district())),
        client_of(body.registered_by),
    )

    stopped = post(office, f"organizations/{body.ref}/suspend/", {"reason": "整改"})
    again = post(office, f"organizations/{body.ref}/decide/", {"accept": True})
    early = manager.post(f"{V1}organizations/{body.ref}/close/", {}, format="json")
    closed = post(manager, f"projects/{project.ref}/close/", {})
    ended = post(manager, f"organizations/{body.ref}/close/", {})

    assert (stopped["state"], again["state"]) == ("SUSPENDED", "VERIFIED")
    assert (early.status_code, early.json()["code"]) == (409, "projects_open")
    assert (closed["state"], ended["state"]) == ("CLOSED", "CLOSED")


def test_shifts_are_added_by_the_week_and_moved(clock):
    project = organizations.project()
    manager = client_of(project.organization.registered_by)
    starts = (clock.now + timedelta(days=3)).isoformat()
    ends = (clock.now + timedelta(days=3, hours=2)).isoformat()
    times = {"starts_at": starts, "ends_at": ends, "places": 3}

    post(manager, f"projects/{project.ref}/weekly-shifts/", {**times, "weeks": 3}, 201)
    shift = project.shifts.first()
    moved = said(manager.put(f"{V1}shifts/{shift.ref}/", {**times, "places": 5}, format="json"))

    assert project.shifts.count() == 3
    assert moved["places"] == 5


def test_a_claim_is_decided_at_the_counter(clock):
    person = accounts.volunteer(verified=False).user
    accounts.claim(person)
    office = client_of(accounts.officer())

    claims = said(office.get(V1 + "verifications/"))["results"]
    decided = post(office, f"verifications/{claims[0]['ref']}/decide/", {"accept": True})

    assert (claims[0]["name"], decided["state"]) == ("王芳", "MATCH")
    assert "id_number" not in claims[0]


def test_somebody_is_shut_out_and_let_in_again(clock):
    person = accounts.volunteer().user
    above = client_of(accounts.officer(DeskRole.CITY, city()))

    out = post(above, f"accounts/{person.ref}/suspend/", {})
    back = post(above, f"accounts/{person.ref}/restore/", {})
    stopped = post(above, f"volunteers/{person.volunteer.ref}/suspend/", {"reason": "投诉核实"})

    assert (bool(out["suspended_at"]), back["suspended_at"]) == (True, None)
    assert stopped["suspended_reason"] == "投诉核实"


def test_a_case_is_taken_extended_and_closed_and_an_incident_added_to(clock):
    complaint, incident = rights.complaint(), rights.incident()
    handler, mine = client_of(rights.handler()), client_of(incident.by)

    post(handler, f"complaints/{complaint.ref}/acknowledge/", {})
    taken = post(handler, f"complaints/{complaint.ref}/take/", {})
    later = post(handler, f"complaints/{complaint.ref}/extend/", {})
    post(
        handler,
        f"complaints/{complaint.ref}/conclude/",
        {"outcome": "DISMISSED", "words": "查无此事"},
    )
    closed = post(client_of(complaint.by), f"complaints/{complaint.ref}/close/", {})
    added = post(mine, f"incidents/{incident.ref}/add/", {"words": "后来去了医院"})

    assert taken["state"] == "IN_HAND"
    assert later["conclude_by"] > taken["conclude_by"]
    assert closed["state"] == "CLOSED"
    assert added["words"].endswith("后来去了医院")


def test_a_visit_is_confirmed_and_evaluated_by_its_own_reference(clock):
    record = service_records.unconfirmed()
    visit = record.assignment.opening.visit
    clock.now = service_records.DONE_AT
    mine = client_of(service_records.resident_of(record))

    confirmed = post(mine, f"visits/{visit.ref}/confirm/", {}, key="c")
    again = post(mine, f"visits/{visit.ref}/confirm/", {}, key="c")
    given = post(mine, f"visits/{visit.ref}/evaluate/", {"face": "GOOD"}, 201)
    nothing = mine.post(f"{V1}visits/{visit.ref}/confirm/", {}, format="json")

    assert confirmed == again
    assert (confirmed["state"], given["side"]) == ("PROPOSED", "RESIDENT")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_waits")


def test_the_record_of_another_visit_is_not_confirmed_through_this_one(clock):
    record, other = service_records.unconfirmed(), matching.opening().visit
    office = client_of(accounts.officer())

    answer = office.post(f"{V1}visits/{other.ref}/confirm/", {"record": record.ref}, format="json")

    assert (answer.status_code, answer.json()["field"]) == (400, "record")
    record.refresh_from_db()
    assert record.state == "UNCONFIRMED"


def test_a_returned_record_is_handed_in_again(clock):
    record = service_records.returned()
    clock.now = service_records.NEXT_DAY
    mine = client_of(service_records.resident_of(record))

    answer = post(mine, f"service-records/{record.ref}/propose/", {"minutes": 60, "words": "补充"})

    assert (answer["state"], answer["minutes"]) == ("PROPOSED", 60)


def test_a_deed_sent_again_with_key_and_tag_gets_its_first_answer(clock):
    request = rights.complaint()
    handler = client_of(rights.handler())
    tag = handler.get(f"{V1}complaints/{request.ref}/")["ETag"]
    path = f"{V1}complaints/{request.ref}/acknowledge/"

    answers = [
        handler.post(path, {}, format="json", headers={"Idempotency-Key": "k", "If-Match": tag})
        for _twice in range(2)
    ]
    stale = handler.post(path, {}, format="json", headers={"If-Match": tag})

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert stale.status_code == 412


def test_a_guardian_by_program_learns_of_the_yes_only_and_may_say_it_twice(clock):
    minor = accounts.volunteer(birth="20100307")
    phone = "13911112222"
    guardian = make_user(channel="PHONE", address=phone, by=None, now=clock.now)
    record_guardian(volunteer=minor, name="王大力", phone=phone, by=minor.user, now=clock.now)
    path = f"volunteers/{minor.ref}/confirm-guardian/"
    yes = Event.objects.filter(name="volunteer.changed", data__what="guardian_consent")

    first = post(client_of(guardian), path, {}, key="g")
    again = post(client_of(guardian), path, {}, key="g")
    office = post(client_of(accounts.officer()), path, {})

    minor.refresh_from_db()
    assert minor.guardian_consent_at == clock.now
    assert set(first) == {"ref", "number", "name", "guardian_consent_at"}
    assert (first["ref"], first["name"]) == (minor.ref, minor.name)
    assert first["guardian_consent_at"]
    assert first == again == office
    assert yes.count() == 1
    post(client_of(accounts.user()), path, {}, 404)

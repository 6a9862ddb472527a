"""An organization by program: many hours confirmed at once, and the people who serve there."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import Purpose
from kernel.models import Event
from service_records.models import ServiceRecord
from tests.api.test_own import client_of, said
from tests.api.test_staff import V1, post
from tests.factories import accounts, matching
from tests.factories import service_records as make
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db
PATH = "service-records/confirm/"


@pytest.fixture
def need(clock):
    found = matching.shift_opening()
    clock.to(found.ends_at + timedelta(hours=1))
    return found


def test_each_record_has_an_outcome_of_its_own_in_the_order_of_asking(need):
    odd, plain = make.shift_record(need, minutes=30), make.shift_record(need)
    foreign, clerk = make.shift_record(), client_of(need.organization.registered_by)
    refs = [odd.ref, foreign.ref, plain.ref, "a" * 22, plain.ref]

    answer = post(clerk, PATH, {"records": refs}, key="one")

    outcomes = [(o["ref"], o["is_confirmed"], o["code"]) for o in answer["outcomes"]]
    assert outcomes == [
        (odd.ref, False, "unusual_minutes"),
        (foreign.ref, False, "unknown"),
        (plain.ref, True, ""),
        ("a" * 22, False, "unknown"),
    ]
    assert answer["outcomes"][1]["message"] == answer["outcomes"][3]["message"]
    before = Event.objects.count()
    assert post(clerk, PATH, {"records": refs}, key="one") == answer
    again = post(clerk, PATH, {"records": [plain.ref]})
    assert [o["code"] for o in again["outcomes"]] == ["illegal_move"]
    assert Event.objects.count() == before
    states = dict(ServiceRecord.objects.values_list("pk", "state"))
    assert states == {odd.pk: "UNCONFIRMED", foreign.pk: "UNCONFIRMED", plain.pk: "PROPOSED"}


@pytest.mark.parametrize(
    ("refs", "field"),
    [([], "records"), (["a"] * 101, "records"), (["a" * 41], "records.0"), ("a", "records")],
)
def test_none_and_too_many_are_refused(need, refs, field):
    clerk = client_of(need.organization.registered_by)
    answer = clerk.post(V1 + PATH, {"records": refs}, format="json")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_the_streets_clerk_confirms_many_too_and_a_resident_one_by_one(need):
    row = make.shift_record(need)
    visit = make.unconfirmed()
    resident = client_of(make.resident_of(visit))
    answer = post(resident, PATH, {"records": [visit.ref]})
    assert answer["outcomes"][0]["code"] == "not_yours_to_confirm"
    answer = post(client_of(accounts.officer()), PATH, {"records": [row.ref, visit.ref]})
    assert [o["is_confirmed"] for o in answer["outcomes"]] == [True, True]


def test_helpers_are_named_as_far_as_they_share(need):
    one = make.shift_record(need, matching.ready_volunteer("李明")).volunteer
    make.shift_record(need, matching.ready_volunteer("赵六"))
    people.give_consent(subject=one, purpose=Purpose.SHARING, text_version="1", by=one, now=NOON)

    rows = said(client_of(need.organization.registered_by).get(f"{V1}helpers/"))["results"]

    named = {row["name"]: row["number"] for row in rows}
    assert named == {"李明": one.volunteer.number, "赵*": None}
    assert {row["last_on"] for row in rows} == {"2026-03-11"}
    assert {(r["services"], r["verified_minutes"], r["declared_minutes"]) for r in rows} == {
        (0, 0, 0)
    }
    assert said(client_of(one).get(f"{V1}helpers/"))["results"] == []

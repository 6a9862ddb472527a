"""The desk that decides with the card on the table, and the city's, where two people claim one number."""

from datetime import timedelta

import pytest

from accounts import actions, queries
from accounts.gateways.realname import Answer, Outcome
from accounts.models import Verification
from accounts.states import DeskRole, VerificationState
from tests.conftest import Clock
from tests.factories import accounts
from tests.factories.regions import city
from tests.refused import last_event, names_since, refused
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor
from tests.web.test_staff_pages import away, missing

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def answered(person, outcome: Outcome, **given) -> Verification:
    claim = accounts.claim(person, **given)
    answer = Answer(outcome, "demo", "code", "two-factor")
    return actions.answer_identity(verification=claim, answer=answer, now=accounts.NOON)


def office() -> Visitor:
    return Visitor(accounts.officer(DeskRole.CITY, city()))


def test_the_clerk_compares_the_card_and_never_sees_the_whole_number(clock: Clock):
    number = accounts.id_number(birth="19880512")
    person = accounts.volunteer(verified=False).user
    claim = answered(person, Outcome.MISMATCH, name="王芳", id_number=number)
    clerk = Visitor(accounts.officer())
    clerk.see("/console/verify/", claim.ref, "王芳")
    path = f"/console/verify/identity/{claim.ref}/"
    card = queries.card_facts(claim)

    page = clerk.see(path, number[-4:], str(card.birth_on.year), str(card.sex.label), "核对")

    assert number not in page
    api = clerk.client.get(f"/api/v1/verifications/{claim.ref}/").json()
    assert (api["id_tail"], api["birth_on"]) == (number[-4:], card.birth_on.isoformat())
    missing(away(), path)
    clerk.do(path, accept="yes")
    api = clerk.client.get(f"/api/v1/verifications/{claim.ref}/").json()
    assert (api["state"], api["id_tail"], api["birth_on"], api["sex"]) == ("MATCH", "", "", "")


def test_who_has_not_said_where_they_live_waits_at_the_city(clock: Clock):
    claim = answered(accounts.user(), Outcome.NO_RECORD)
    path = f"/console/verify/identity/{claim.ref}/"
    missing(Visitor(accounts.officer()), path)

    office().see("/console/verify/", claim.ref)
    office().do(path, accept="yes")

    claim.refresh_from_db()
    assert claim.state == VerificationState.MATCH


def test_a_source_that_stays_down_leaves_it_to_the_desk(clock: Clock):
    person = accounts.volunteer(verified=False).user
    claim = accounts.claim(person)
    clerk = Visitor(accounts.officer())
    for n in range(8):
        assert claim.ref not in clerk.see("/console/verify/")
        answer = Answer(Outcome.SOURCE_DOWN, "demo", "down", "two-factor")
        now = accounts.NOON + timedelta(hours=n)
        claim = actions.answer_identity(verification=claim, answer=answer, now=now)
    clerk.see("/console/verify/", claim.ref)


def test_a_claim_that_was_made_anew_is_not_decided_twice(clock: Clock):
    person = accounts.volunteer(verified=False).user
    claim = answered(person, Outcome.MISMATCH)
    answered(person, Outcome.MATCH)

    assert claim.ref not in Visitor(accounts.officer()).see("/console/verify/")


def test_the_city_sees_who_claims_a_number_that_somebody_holds_and_takes_a_false_one_back(
    clock: Clock,
):
    number = accounts.id_number()
    first = accounts.verify(accounts.volunteer(verified=False).user, name="李假", id_number=number)
    second = accounts.verify(accounts.volunteer(verified=False).user, id_number=number)
    desk, path = office(), f"/console/verify/twice/{second.ref}/"
    assert second.ref not in Visitor(accounts.officer()).see("/console/verify/")
    missing(Visitor(accounts.officer()), path)

    desk.see("/console/verify/", second.ref, "李假")
    page = desk.see(path, "李假", "王芳", number[-4:])
    assert number not in page
    refused_page(desk, path, reason="")
    desk.do(path, reason="证件是别人的")

    first.refresh_from_db()
    assert first.state == VerificationState.REJECTED
    missing(desk, path)
    answered(second.user, Outcome.MATCH, id_number=number)
    assert queries.is_verified(second.user)


def test_a_pair_whose_first_showed_the_card_is_settled_and_leaves_the_list(clock: Clock):
    number = accounts.id_number()
    first = accounts.verify(accounts.volunteer(verified=False).user, id_number=number)
    second = accounts.verify(accounts.volunteer(verified=False).user, id_number=number)
    desk, path = office(), f"/console/verify/twice/{second.ref}/settle/"
    api = "/api/v1/verifications/{}/settle/".format
    street = Visitor(accounts.officer())
    assert street.client.post(api(second.ref), **JSON).json()["code"] == "not_your_area"
    assert desk.client.post(api(first.ref), **JSON).json()["code"] == "nothing_to_settle"

    desk.do(path)
    before = last_event()
    assert desk.client.post(api(second.ref), **JSON).status_code == 200

    assert names_since(before) == []
    assert second.ref not in desk.see("/console/verify/")
    missing(desk, f"/console/verify/twice/{second.ref}/")
    assert queries.is_verified(first.user)


def test_nobody_settles_what_they_claim_themselves(clock: Clock):
    number = accounts.id_number()
    mine = accounts.verify(accounts.officer(DeskRole.CITY, city()), id_number=number)
    second = accounts.verify(accounts.volunteer(verified=False).user, id_number=number)

    with refused("your_own"):
        actions.settle_identity(verification=second, by=mine.user, now=accounts.NOON)


def test_the_city_sees_certificates_that_two_residents_gave(clock: Clock):
    number = accounts.id_number()
    first = accounts.resident(name="黄大志", certificate=f"{number}42")
    second = accounts.resident(name="陈阿婆", certificate=f"{number}42")

    page = office().see("/console/verify/", "黄*志", "陈*婆", f"/hotline/residents/{second.ref}/")

    assert "黄大志" not in page
    assert queries.certificate_holder(second) == first
    assert "黄*志" not in Visitor(accounts.officer()).see("/console/verify/")

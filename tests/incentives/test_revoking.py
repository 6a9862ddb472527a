"""A proof that no longer stands: who may say so, and what everybody sees then."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import VolunteerProfile
from accounts.states import DeskRole
from incentives import actions, queries
from tests.factories import accounts, service_records
from tests.factories.regions import city
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
NOW = service_records.NEXT_DAY + timedelta(days=1)


@pytest.fixture
def proof():
    record = service_records.approved()
    return actions.issue_proof(
        volunteer=VolunteerProfile.objects.get(user=record.volunteer),
        starts_on=record.service_on,
        ends_on=record.service_on,
        language="zh-hans",
        by=record.volunteer,
        now=NOW,
    )


def test_the_citys_reviewer_revokes_and_everybody_sees_it(proof):
    reviewer = accounts.officer(DeskRole.REVIEWER, city())
    before = last_event()

    actions.revoke_proof(proof=proof, reason="MISUSE", by=reviewer, now=NOW)

    assert queries.standing(proof.number).kind == "revoked"
    assert names_since(before) == ["proof.revoked"]
    with refused("already_revoked"):
        actions.revoke_proof(proof=proof, reason="MISUSE", by=reviewer, now=NOW)


@pytest.mark.parametrize("role", [DeskRole.STREET, DeskRole.REVIEWER, DeskRole.CITY])
def test_nobody_else_may(proof, role):
    officer = accounts.officer(role, city() if role == DeskRole.CITY else None)
    with refused("not_your_area"):
        actions.revoke_proof(proof=proof, reason="MISUSE", by=officer, now=NOW)
    with refused("not_your_area"):
        actions.revoke_proof(proof=proof, reason="MISUSE", by=proof.volunteer, now=NOW)


@pytest.mark.parametrize("reason", ["", "ERASED", "?"])
def test_a_reason_is_needed(proof, reason):
    reviewer = accounts.officer(DeskRole.REVIEWER, city())
    with refused("reason_missing"):
        actions.revoke_proof(proof=proof, reason=reason, by=reviewer, now=NOW)


def test_on_its_page(proof):
    reviewer, page = Client(), f"/verify/{proof.ref}/"
    reviewer.force_login(accounts.officer(DeskRole.REVIEWER, city()))
    owner = Client()
    owner.force_login(proof.volunteer)

    assert b"<form" not in owner.get(page).content.split(b"<main")[1]
    assert owner.post(page, {"reason": "MISUSE"}).status_code == 200
    assert queries.standing(proof.ref).kind == "valid"
    assert reviewer.post(page, {"reason": ""}).status_code == 422
    assert reviewer.post(page, {"reason": "MISUSE"}).status_code == 302
    assert "已撤销" in Client().get(page).content.decode()

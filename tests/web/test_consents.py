"""What is allowed, in words, and taken back on purpose; what a resident says of the disability."""

import json

import pytest

from accounts import actions
from accounts.actions.residents import REVEALABLE
from accounts.models import ResidentProfile
from accounts.states import CONSENT_TEXTS, TEXT_VERSION, Purpose, RevealReason
from tests.conftest import Clock
from tests.factories import accounts
from tests.factories.regions import street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor
from web.shared.covered import LABELS

pytestmark = pytest.mark.django_db


def test_every_purpose_says_what_is_allowed_and_what_taking_back_does():
    assert set(CONSENT_TEXTS) == set(Purpose)


def test_a_consent_shows_its_text_and_version_and_what_withdrawing_does(clock: Clock):
    resident = accounts.resident()
    visitor = Visitor(resident.user)
    visitor.do("/account/data/", purpose="MATCHING")
    row = resident.consents.get(purpose="MATCHING")
    text = CONSENT_TEXTS[Purpose.MATCHING]

    page = visitor.see("/account/data/", str(text.allows), TEXT_VERSION, str(text.withdrawn))

    inside = page[: page.index(f"/account/data/consents/{row.ref}/withdraw/")].rpartition(
        "<details"
    )[2]
    assert str(text.withdrawn) in inside
    assert "</details>" not in inside
    visitor.do(f"/account/data/consents/{row.ref}/withdraw/")
    assert str(text.withdrawn) not in visitor.see("/account/data/")


def test_who_looked_is_said_in_words_with_the_post(clock: Clock):
    resident, clerk = accounts.resident(phone="13700001234"), accounts.officer()
    actions.reveal(
        resident=resident, field="phone", reason=RevealReason.SAFETY, by=clerk, now=clock.now
    )

    page = Visitor(resident.user).see("/account/data/", "手机号", "有人有危险", "街镇工作人员")

    assert street().name in page
    assert "phone" not in page.partition("<main")[2]


def test_all_that_staff_can_look_at_has_words():
    assert set(LABELS) == set(REVEALABLE)


def test_only_what_is_not_allowed_yet_is_offered(clock: Clock):
    person = accounts.user()
    visitor = Visitor(person)
    for purpose in Purpose:
        assert f'value="{purpose}"' in visitor.see("/account/data/")
        visitor.do("/account/data/", purpose=purpose)
        assert f'value="{purpose}"' not in visitor.see("/account/data/")
    assert "id_purpose" not in visitor.see("/account/data/")


def about() -> dict[str, str]:
    return {
        "name": "黄大志",
        "region": street().code,
        "address": "人民路1号",
        "level": "2",
        "disability": "on",
        "sharing": "on",
    }


def test_a_multiple_disability_is_said_with_its_kinds_and_the_certificate(clock: Clock):
    person = accounts.user()
    visitor = Visitor(person)
    path, number = "/my/register/", f"{accounts.id_number()}72"
    page = refused_page(visitor, path, **about(), category="7")
    assert "id_parts_error" in page
    page = refused_page(visitor, path, **about(), category="1", certificate="12")
    assert "id_certificate_error" in page

    visitor.do(path, **about(), category="7", parts=["1", "2"], certificate=number)

    row = ResidentProfile.objects.get(user=person)
    assert json.loads(row.disability) == {"category": "7", "level": "2", "parts": ["1", "2"]}
    assert row.certificate == number


def test_parts_are_left_out_of_one_kind(clock: Clock):
    person = accounts.user()
    Visitor(person).do("/my/register/", **about(), category="4", parts=["1"])
    row = ResidentProfile.objects.get(user=person)
    assert json.loads(row.disability) == {"category": "4", "level": "2", "parts": []}

"""Where a newcomer begins, and what a volunteer still has to do."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.gateways.realname import Outcome
from tests.conftest import Clock
from tests.factories import accounts
from tests.web.test_chain import Visitor
from tests.web.test_identity_desk import answered
from tests.web.test_own_keys import code_sent

pytestmark = pytest.mark.django_db


def test_a_newcomer_lands_where_three_ways_lead_on(clock: Clock):
    person = accounts.user()
    visitor = Visitor(person)
    visitor.client = Client()
    visitor.do("/account/enter/", address=person.phone)

    there = visitor.do("/account/enter/code/", code=code_sent())

    assert there == "/start/"
    page = visitor.see(there, "成为志愿者", "我要求助")
    for way in ("web:volunteer-register", "web:new-request", "web:org-register", "web:person-ask"):
        assert href(way) in page
    assert "unfinished" not in page


def href(name: str) -> str:
    return f'href="{reverse(name)}"'


def test_what_was_begun_comes_first(clock: Clock):
    person = accounts.user()
    accounts.grant(accounts.resident(), person, by=person)
    answered(person, Outcome.MISMATCH)

    Visitor(person).see("/start/", 'id="unfinished"', href("web:people"))


@pytest.mark.parametrize("outcome", [Outcome.MISMATCH, Outcome.NO_RECORD, Outcome.REJECTED])
def test_a_volunteer_reads_that_the_name_was_not_verified_and_goes_back(outcome, clock: Clock):
    profile = accounts.volunteer(verified=False)
    answered(profile.user, outcome)
    visitor = Visitor(profile.user)
    again = href("web:register-identity")

    for path in ("/volunteer/", "/volunteer/register/"):
        visitor.see(path, 'id="standing"', again, profile.region.name)
    visitor.see("/volunteer/", 'id="to-do"', href("web:register-lesson"))


def test_without_a_home_street_the_way_leads_to_the_city(clock: Clock):
    person = accounts.user()
    answered(person, Outcome.NO_RECORD)

    Visitor(person).see("/volunteer/register/", "市级窗口")


def test_who_waits_need_do_nothing(clock: Clock):
    profile = accounts.volunteer(verified=False)
    accounts.claim(profile.user)

    page = Visitor(profile.user).see("/volunteer/", "您不用做什么")

    assert 'id="standing"' not in page

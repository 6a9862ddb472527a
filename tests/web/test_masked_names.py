"""A resident's name stands in full before the own side only; a desk sees it covered, or says why it looks."""

import pytest
from django.test import Client

from accounts import actions as people
from accounts.states import DeskRole, PaperState
from help_requests.models import HelpRequest
from tests.conftest import Clock
from tests.factories import accounts, help_requests
from tests.factories.regions import city, district
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db

NAME, COVERED = "黄大志", "黄*志"


@pytest.mark.parametrize(
    ("role", "place"),
    [(DeskRole.STREET, None), (DeskRole.DISTRICT, district), (DeskRole.CITY, city)],
)
def test_a_desk_reads_the_covered_name_of_who_asks(role, place, clock: Clock):
    row = help_requests.submitted(resident=accounts.resident(name=NAME))
    desk = Visitor(accounts.officer(role, place() if place else None))

    page = desk.see(f"/help-requests/{row.ref}/", COVERED)

    assert NAME not in page
    assert not row.resident.reveals.exists()


def test_the_own_side_reads_the_name_and_who_asks_at_the_counter_the_covered_one(clock: Clock):
    row = help_requests.submitted(resident=accounts.resident(name=NAME))
    proxy = accounts.grant(row.resident, may_ask=False).proxy
    for person in (row.resident.user, proxy):
        Visitor(person).see(f"/help-requests/{row.ref}/", NAME)

    clerk = Visitor(accounts.officer())
    clerk.do(f"/hotline/residents/{row.resident.ref}/ask/")
    draft = HelpRequest.objects.latest("pk")
    assert NAME not in clerk.see(f"/help-requests/{draft.ref}/check/", COVERED)
    words = {"wish": "想去复诊", "wish_source": "OWN_WORDS"}
    asked = help_requests.submitted(resident=row.resident, by=accounts.officer(), **words)
    assert NAME not in Visitor(asked.asked_by).see(f"/help-requests/{asked.ref}/", COVERED)


def test_who_checks_a_proxy_looks_at_the_name_with_a_reason(clock: Clock):
    resident = accounts.resident(name=NAME)
    proxy = accounts.user(name="黄小妹")
    grant = accounts.grant(resident, proxy, by=proxy)
    assert grant.state == PaperState.SUBMITTED
    clerk = Visitor(accounts.officer())

    page = clerk.see(f"/console/verify/grant/{grant.ref}/", COVERED, "黄小妹")

    assert NAME not in page
    look = f"/hotline/residents/{resident.ref}/"
    assert look in page
    clerk.client.post(look, {"field": "name", "reason": "CORRECTION"})
    Visitor(resident.user).see("/account/data/", "应本人要求更正资料")


def test_the_api_covers_the_name_on_a_grant_for_all_but_the_own_side(clock: Clock):
    resident = accounts.resident(name=NAME)
    proxy = accounts.user()
    grant = accounts.grant(resident, proxy, by=proxy)

    def name(user, path: str) -> str:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return str(client.get(f"/api/v1/{path}/{grant.ref}/").json()["resident_name"])

    clerk = accounts.officer()
    assert name(clerk, "grants") == COVERED
    assert name(proxy, "me/grants") == COVERED
    people.decide_grant(grant=grant, accept=True, reason="", by=clerk, now=clock.now)
    assert name(proxy, "me/grants") == NAME
    assert name(resident.user, "me/grants") == NAME

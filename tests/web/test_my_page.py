"""The resident's own page asks for what is still open, and for nothing twice."""

import pytest

from accounts import actions as people
from service_records import actions as records
from tests.conftest import Clock
from tests.factories import accounts, service_records
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def test_a_service_is_to_be_confirmed_until_it_is(clock: Clock):
    record = service_records.unconfirmed()
    visit = record.assignment.opening.visit
    resident = visit.request.resident
    page, words = f"/visits/{visit.ref}/", "确认服务完成"
    home = Visitor(resident.user)
    clock.now = service_records.DONE_AT

    assert page in home.see("/my/", words)
    assert words not in Visitor(accounts.resident().user).see("/my/")
    assert "请您确认" in home.see(page)
    records.confirm_record(record=record, by=resident.user, now=clock.now)

    assert words not in home.see("/my/")
    assert "请您确认" not in home.see(page)


def test_both_sides_of_a_refused_proxy_read_the_reason(clock: Clock):
    resident = accounts.resident()
    proxy = accounts.user(name="李四")
    grant = accounts.grant(resident, proxy, by=proxy)
    people.decide_grant(
        grant=grant, accept=False, reason="证明看不清", by=accounts.officer(), now=clock.now
    )
    for user in (resident.user, proxy):
        Visitor(user).see("/my/people/", "原因在下面", "证明看不清")

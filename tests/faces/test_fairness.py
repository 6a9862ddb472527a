"""The page of how evenly people are asked, and the operation that says the same."""

import re
from typing import Any

import pytest

from accounts.states import DeskRole
from tests.api.test_own import V1, client_of, said
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.regions import district, street
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
PAGE = "/console/fairness/"


@pytest.fixture
def office(clock: Clock) -> Any:
    return accounts.officer(DeskRole.DISTRICT, district())


def test_ten_of_twenty_were_asked(office):
    volunteers = [matching.ready_volunteer() for _n in range(20)]
    need = matching.opening(help_requests.visit(places=10))
    for who in volunteers[:10]:
        matching.offer(need, who)

    page = Visitor(office).see(PAGE, "20 位", "0.50", 'd="M12.0 332.0L172.0 332.0L332.0 12.0"')

    assert re.findall(r">\s*50 %\s*<", page)
    told = said(client_of(office).get(V1 + "fairness/"))
    assert (told["counted"], told["notices"]["gini"]) == (20, 0.5)
    assert told["notices"]["curve"] == [0.0, 0.0, 1.0]
    assert told["notices"]["bands"][1] == {"at_least": 1, "at_most": 1, "people": 10}
    assert told["never_asked"][-1] == {"reason": "not_needed", "people": 10}


def test_what_few_had_has_no_curve_beside_what_all_had(office):
    for who in [matching.ready_volunteer() for _n in range(30)][:3]:
        matching.offer(None, who)

    page = Visitor(office).see(PAGE, "不足 10", 'class="vh-curve vh-curve--2"', "—")

    assert "vh-curve--1" not in page
    told = said(client_of(office).get(V1 + "fairness/"))
    assert (told["notices"]["total"], told["notices"]["gini"], told["notices"]["curve"]) == (
        *(None, None),
        [],
    )
    assert told["services"]["curve"] == [0.0, 0.33, 0.67, 1.0]


def test_of_few_nothing_is_told(office):
    matching.offer(None, matching.ready_volunteer())

    page = Visitor(office).see(PAGE, "不到 10 位")

    assert "0.00" not in page
    assert '<svg class="vh-chart"' not in page


def test_a_part_of_the_area_and_a_time_are_chosen(office):
    street()
    Visitor(office).see(f"{PAGE}?region=310101001&days=7", "310101001")

    told = said(client_of(office).get(V1 + "fairness/", {"region": "310101001", "days": 7}))

    assert (told["region"], told["since"][:10]) == ("310101001", "2026-02-25")


@pytest.mark.parametrize("given", [{"region": "310115001"}, {"days": 8}, {"days": "x"}])
def test_what_is_not_offered_is_said_at_its_field(given, office):
    answer = Visitor(office).client.get(PAGE, given)

    (field,) = given
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in (page := answer.content.decode())
    assert f'href="#id_{field}"' in page.split('id="error-summary"')[1]
    assert client_of(office).get(V1 + "fairness/", given).status_code == 400


def test_who_sees_no_reports_finds_nothing(clock):
    clerk = accounts.officer(DeskRole.REVIEWER)

    assert Visitor(clerk).client.get(PAGE).status_code == 404
    assert client_of(clerk).get(V1 + "fairness/").status_code == 404
    auditor = accounts.officer(DeskRole.AUDITOR, district())
    Visitor(auditor).see(PAGE)


def test_the_overview_leads_there(office):
    Visitor(office).see("/console/", f'href="{PAGE}"')

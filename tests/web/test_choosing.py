"""Nothing is chosen for people: places and kinds begin empty, and what has to be ticked says so."""

import re

import pytest

from accounts.states import DeskRole
from tests.conftest import Clock
from tests.factories import accounts, organizations
from tests.factories.regions import district, street
from tests.web.test_chain import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def first_option(page: str, field: str) -> str:
    """Return the words of the option that a browser shows when nothing else is selected."""
    found = re.search(rf'<select name="{field}".*?</select>', page, re.S)
    assert found, field
    assert "selected" not in found[0].replace('value="" selected', ""), found[0]
    return re.findall(r">\s*([^<>\s]+)\s*<", found[0])[0]


def test_a_project_has_no_place_and_no_kind_until_they_are_chosen(clock: Clock):
    street()
    body = organizations.organization()
    clerk = Visitor(body.registered_by)
    address = f"/org/projects/new/{body.ref}/"

    page = clerk.see(address)

    assert [first_option(page, name) for name in ("category", "region")] == ["请选择", "请选择"]
    answer = clerk.client.post(address, {"title": "读报会"})
    assert answer.status_code == 422
    assert {"category", "region"} <= set(answer.context["form"].errors)


def test_a_project_of_a_body_of_one_street_begins_with_that_street(clock: Clock):
    body = organizations.organization(region=street())

    page = Visitor(body.registered_by).see(f"/org/projects/new/{body.ref}/")

    assert f'value="{street().code}" selected' in page


def test_a_body_registers_in_a_district_that_it_chose():
    street()
    page = Visitor(accounts.user()).see("/org/new/")

    assert first_option(page, "region") == "请选择"


def test_a_resident_registers_with_a_level_that_was_chosen_and_sees_which_ticks_are_needed():
    street()
    page = Visitor(accounts.user()).see("/my/register/")

    assert [first_option(page, name) for name in ("region", "category", "level")] == ["请选择"] * 3
    hints = dict(re.findall(r'id="id_(\w+)_helptext">(.*?)<', page))
    assert "必选" in hints["disability"]
    assert "必选" in hints["sharing"]
    assert "可选" in hints["matching"]


def test_only_posts_below_ones_own_level_are_offered(clock: Clock):
    office = accounts.officer(DeskRole.DISTRICT, district())
    peer = accounts.desk(DeskRole.DISTRICT, district())
    under = accounts.desk(DeskRole.STREET, street())

    page = Visitor(office).see("/console/desks/")

    offered = set(re.findall(r'name="role"[^>]*value="(\w+)"', page))
    assert {"STREET", "OPERATOR", "REVIEWER"} <= offered
    assert not {"DISTRICT", "CITY"} & offered
    assert f'value="{district().code}"' not in page
    assert f'value="{street().code}"' in page
    assert f"/console/desks/{under.ref}/end/" in page
    assert f"/console/desks/{peer.ref}/end/" not in page


def test_the_number_of_the_call_is_not_called_optional_where_it_may_be_needed(clock: Clock):
    resident, operator = accounts.resident(), accounts.officer(DeskRole.OPERATOR, district())

    for path in ("/hotline/", f"/hotline/residents/{resident.ref}/"):
        page = Visitor(operator).see(path, "来电编号")
        label = re.findall(r'for="id_call_number">(.*?)</label>', page, re.S)[0]
        assert "选填" not in label

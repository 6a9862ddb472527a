"""Looking for somebody: a caller by what they say, a colleague by the address they sign in with."""

import pytest

from accounts import actions, queries
from accounts.actions.access import LOOKS_AN_HOUR
from accounts.states import DeskRole
from kernel.models import Event
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.refused import refused

pytestmark = pytest.mark.django_db


def look(by, **given):
    return actions.look_up(by=by, now=NOON, **given)


@pytest.fixture
def resident():
    return make.resident(name="陈阿婆", phone="13700001234")


def test_the_office_finds_by_all_that_a_caller_may_say(resident):
    clerk = make.officer()
    for given in (
        {"phone": "137 0000 1234"},
        {"phone": "1234"},
        {"name": "陈阿婆"},
        {"name": "chen a po"},
        {"number": resident.number},
    ):
        assert look(clerk, **given) == [resident], given
    assert look(clerk, phone="9999") == []


def test_an_operator_names_the_call_and_it_stands_on_the_ledger(resident):
    operator = make.officer(DeskRole.OPERATOR)
    with refused("call_number_missing"):
        look(operator, phone="1234")
    assert look(operator, phone="1234", call_number="12385-7") == [resident]
    event = Event.objects.filter(name="residents.looked_up").latest("pk")
    assert event.data == {"by_what": ["phone"], "found": 1, "call_number": "12385-7"}
    assert event.by_id == operator.pk


def test_only_in_ones_own_area_and_only_with_a_post(resident):
    away, stranger = make.officer(region=street("310104001")), make.user()
    assert look(away, phone="1234") == []
    with refused("not_your_resident"):
        look(stranger, phone="1234")
    clerk = make.officer()
    with refused("nothing_to_find"):
        look(clerk, name=" ")


def test_a_colleague_is_found_by_address_but_nobody_tries_many():
    me, other = make.user(), make.user()
    assert actions.find_person(address=str(other.phone), by=me, now=NOON) == other
    with refused("unknown_person"):
        actions.find_person(address="13999999999", by=me, now=NOON)
    with refused("bad_phone"):
        actions.find_person(address="1", by=me, now=NOON)
    for _look in range(LOOKS_AN_HOUR - 2):
        actions.find_person(address=str(other.phone), by=me, now=NOON)
    with refused("too_often"):
        actions.find_person(address=str(other.phone), by=me, now=NOON)


def test_who_is_forgotten_is_nobody():
    me, gone = make.user(), make.user()
    phone = str(gone.phone)
    actions.erase_person(user=gone, by=gone, now=NOON)
    with refused("unknown_person"):
        actions.find_person(address=phone, by=me, now=NOON)


def test_a_resident_is_named_by_number_and_name_together(resident):
    assert queries.resident_named(number=resident.number, name="陈阿婆") == resident
    assert queries.resident_named(number=resident.number, name="王阿婆") is None
    assert queries.resident_named(number="Z0000 0000", name="陈阿婆") is None


def test_a_reference_leads_to_who_is_still_here():
    here, gone = make.user(), make.user()
    actions.erase_person(user=gone, by=gone, now=NOON)
    assert queries.user_by_ref(here.ref) == here
    assert queries.user_by_ref(gone.ref) is None

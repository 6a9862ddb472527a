"""Which rows a viewer may see, where a program lists them."""

import pytest

from accounts import queries
from accounts.states import DeskRole
from tests.factories import accounts
from tests.factories.accounts import NOON
from tests.factories.regions import city, district, street

pytestmark = pytest.mark.django_db

LISTS = [
    queries.residents_known_to,
    queries.residents_to_reveal,
    queries.my_grants,
    queries.consents_for,
    queries.blocks_for,
    queries.governed_by,
]


@pytest.mark.parametrize("list_for", LISTS, ids=lambda query: query.__name__)
def test_nobody_and_a_stranger_see_nothing(list_for):
    resident = accounts.resident()
    accounts.grant(resident)
    accounts.volunteer()

    assert not list_for(None, now=NOON).exists()
    assert not list_for(accounts.user(), now=NOON).exists()


def test_whoever_registered_somebody_knows_them():
    parent = accounts.user()
    child = accounts.resident(user=None, by=parent)

    assert list(queries.residents_known_to(parent, now=NOON)) == [child]
    assert not queries.my_residents(parent, now=NOON).exists()


def test_a_district_governs_who_lives_there_and_the_city_everybody_but_nobody_themselves():
    here, there = accounts.volunteer().user, accounts.resident(region=street("310115001")).user
    near = accounts.officer(DeskRole.DISTRICT, district())
    far = accounts.officer(DeskRole.CITY, city())

    assert list(queries.governed_by(near, now=NOON)) == [here]
    assert {here, there, near} <= set(queries.governed_by(far, now=NOON))
    assert far not in queries.governed_by(far, now=NOON)


def test_who_acts_for_a_resident_sees_what_the_resident_allowed():
    resident = accounts.resident()
    proxy = accounts.grant(resident).proxy

    seen = queries.consents_for(proxy, now=NOON)

    assert set(seen) == set(resident.consents.all())
    assert list(queries.my_grants(proxy, now=NOON)) == list(resident.grants.all())

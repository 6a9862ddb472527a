"""Profiles, posts and who decides about whom."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import actions, queries
from accounts.models import Desk
from accounts.roles import ROLES, Permission, Role, Scope
from accounts.states import DeskRole
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import city, district, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def test_profile_writes_what_is_given():
    person = make.user(name="王芳")
    before = last_event()

    actions.set_profile(
        user=person,
        name="李四",
        language="en",
        display="dark.large.full",
        no_voice=True,
        by=person,
        now=NOON,
    )
    actions.set_profile(user=person, by=person, now=NOON)

    person.refresh_from_db()
    assert (person.name, person.language, person.display) == ("李四", "en", "dark.large.full")
    assert person.no_voice
    assert str(person) == person.ref
    assert names_since(before) == ["user.changed"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"language": "tlh"}, "bad_language"),
        ({"display": "<b>"}, "bad_display"),
        ({"name": "1"}, "bad_name"),
    ],
)
def test_profile_refuses_what_is_not_on_the_list(given, code):
    person = make.user()

    with refused(code):
        actions.set_profile(user=person, by=person, now=NOON, **given)


def test_every_role_says_what_it_is_for_and_every_desk_is_a_role():
    assert set(ROLES) == set(Role)
    assert {Role(desk) for desk in DeskRole.values} <= set(Role)
    assert all(str(card.name) and str(card.purpose) for card in ROLES.values())
    assert set().union(*(card.permissions for card in ROLES.values())) == set(Permission)
    assert {"read", "write"} <= set(Scope)


def grant(by, region, role=DeskRole.REVIEWER, *, user=None, **given):
    values = {"user": user or by, "starts_on": TODAY, "by": by, "now": NOON, **given}
    return actions.grant_desk(role=role, region=region, **values)


def test_office_grants_below_itself_and_inside_its_area():
    above, person = make.officer(DeskRole.DISTRICT, district()), make.user()
    before = last_event()

    desk = grant(above, street(), DeskRole.STREET, user=person)

    assert names_since(before) == ["desk.granted"]
    assert (desk.granted_by, str(desk)) == (above, f"STREET {street().pk}")
    assert queries.roles_of(desk.user, now=NOON) == {Role.STREET}


def test_office_grants_nothing_beside_or_above_itself():
    above, person = make.officer(DeskRole.DISTRICT, district()), make.user()
    nobodies = (make.user(), make.officer(DeskRole.STREET))

    for region in (district(), city(), street("310104001")):
        with refused("not_your_area"):
            grant(above, region, user=person)
    for nobody in nobodies:
        with refused("not_your_area"):
            grant(nobody, street(), user=person)
    with refused("your_own"):
        grant(above, street(), user=above)
    assert not Desk.objects.filter(granted_by__isnull=False).exists()


def test_office_exists_on_its_own_level_only():
    person = make.user()
    for role, region in (
        (DeskRole.STREET, district()),
        (DeskRole.DISTRICT, street()),
        (DeskRole.CITY, street()),
    ):
        with refused("wrong_level"):
            grant(None, region, role, user=person)
    with refused("bad_dates"):
        grant(None, city(), user=person, ends_on=TODAY - timedelta(days=1))


def test_desk_cannot_end_before_it_starts_in_the_database_either():
    with pytest.raises(IntegrityError), transaction.atomic():
        Desk.objects.create(
            user=make.user(),
            role="CITY",
            region=city(),
            starts_on=TODAY,
            ends_on=date(2020, 1, 1),
        )


def test_desk_holds_from_its_first_to_its_last_day():
    person = make.desk(
        DeskRole.STREET,
        street(),
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=1),
    ).user

    def holds(days):
        return bool(queries.desks_of(person, now=NOON + timedelta(days=days)))

    assert [holds(days) for days in (-1, 0, 1, 2)] == [False, True, True, False]


def test_ended_desk_ends_with_the_day_and_tells():
    above = make.officer(DeskRole.CITY, city())
    desk = grant(above, district(), DeskRole.DISTRICT, user=make.user())
    stranger = make.user()
    assert queries.desks_of(desk.user, now=NOON)
    before = last_event()

    actions.end_desk(desk=desk, ends_on=TODAY, by=above, now=NOON)

    assert names_since(before) == ["desk.ended"]
    assert not queries.desks_of(desk.user, now=NOON + timedelta(days=1))
    with refused("not_your_area"):
        actions.end_desk(desk=desk, ends_on=TODAY, by=stranger, now=NOON)


def test_permission_holds_inside_the_region_of_the_post():
    officer = make.officer(DeskRole.DISTRICT, district())

    assert queries.may(officer, Permission.DISPATCH, region=street(), now=NOON)
    assert not queries.may(officer, Permission.DISPATCH, region=street("310104001"), now=NOON)
    assert not queries.may(officer, Permission.READ_LEDGER, region=street(), now=NOON)
    assert not queries.may(None, Permission.DISPATCH, region=street(), now=NOON)
    assert not queries.may_in_city(officer, Permission.DISPATCH, now=NOON)
    assert not queries.may_in_city(None, Permission.DISPATCH, now=NOON)
    above = make.officer(DeskRole.CITY, city())
    assert queries.may_in_city(above, Permission.DISPATCH, now=NOON)
    assert not queries.may_in_city(above, Permission.READ_LEDGER, now=NOON)


def test_desks_are_listed_for_who_grants_them():
    above = make.officer(DeskRole.DISTRICT, district())
    desk = grant(above, street(), DeskRole.STREET, user=make.user())
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))

    assert desk in queries.desks_for(above, now=NOON)
    assert not queries.desks_for(above, now=NOON).filter(user=elsewhere).exists()
    assert list(queries.desks_for(desk.user, now=NOON)) == []


def test_roles_come_from_posts_profiles_and_grants():
    helper, helped = make.volunteer(), make.resident()
    proxy = make.grant(helped).proxy

    assert queries.roles_of(helper.user, now=NOON) == {Role.VOLUNTEER}
    assert queries.roles_of(helped.user, now=NOON) == {Role.RESIDENT}
    assert queries.roles_of(proxy, now=NOON) == {Role.PROXY}
    assert queries.roles_of(make.user(), now=NOON) == set()


def test_who_governs_the_home_may_suspend_and_nobody_suspends_themselves():
    above, home = make.officer(DeskRole.DISTRICT, district()), make.volunteer().user
    elsewhere = make.volunteer(home=street("310104001")).user
    nobody, neighbour = make.user(), make.officer(DeskRole.STREET)
    before = last_event()

    actions.suspend(user=home, by=above, now=NOON)
    actions.restore(user=home, by=above, now=NOON)

    assert names_since(before) == ["user.suspended", "user.restored"]
    for person in (elsewhere, nobody):
        with refused("not_your_area"):
            actions.suspend(user=person, by=above, now=NOON)
    with refused("your_own"):
        actions.suspend(user=above, by=above, now=NOON)
    with refused("not_your_area"):
        actions.restore(user=home, by=neighbour, now=NOON)
    actions.suspend(user=elsewhere, by=make.officer(DeskRole.CITY, city()), now=NOON)

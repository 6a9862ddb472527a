"""Posts in an organization: offered, taken up, with dates, and never without a manager."""

from datetime import date, timedelta

import pytest

from accounts.roles import Role
from kernel.workdays import local_date
from organizations import actions, queries
from organizations.models import Membership
from organizations.states import MemberRole
from tests.factories import accounts, organizations
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
TODAY = local_date(NOON)


def test_a_post_counts_once_its_holder_takes_it_up():
    body, person = organizations.organization(), accounts.user()
    post = organizations.membership(body, person=person, confirmed=False)
    assert not queries.is_member(person, body, now=NOON)
    before = last_event()

    actions.confirm_membership(membership=post, by=person, now=NOON)

    assert queries.is_member(person, body, now=NOON)
    assert names_since(before) == ["membership.confirmed"]


def test_taking_it_up_twice_leaves_one_event():
    post = organizations.membership(organizations.organization())
    before = last_event()

    actions.confirm_membership(membership=post, by=post.user, now=NOON + timedelta(days=1))

    assert names_since(before) == []
    assert Membership.objects.get(pk=post.pk).confirmed_at == NOON


def test_nobody_takes_up_a_post_for_another():
    post = organizations.membership(organizations.organization(), confirmed=False)

    with refused("not_your_organization"):
        actions.confirm_membership(membership=post, by=post.organization.registered_by, now=NOON)


@pytest.mark.parametrize("who", ["coordinator", "manager_of_another", "stranger"])
def test_only_a_manager_of_the_body_invites(who):
    body = organizations.organization()
    by = {
        "coordinator": lambda: organizations.membership(body).user,
        "manager_of_another": lambda: organizations.organization().registered_by,
        "stranger": accounts.user,
    }[who]()
    person = accounts.user()

    with refused("not_your_organization"):
        actions.add_member(
            organization=body, user=person, role=MemberRole.COORDINATOR, by=by, now=NOON
        )


def test_a_post_is_held_once():
    body = organizations.organization()
    person = organizations.membership(body).user

    with refused("already_member"):
        organizations.membership(body, person=person)
    organizations.membership(body, MemberRole.VOLUNTEER, person=person)


def test_a_role_stands_in_the_list():
    body, person = organizations.organization(), accounts.user()

    with refused("not_in_list") as caught:
        actions.add_member(
            organization=body, user=person, role="CHIEF", by=body.registered_by, now=NOON
        )

    assert caught.value.field == "role"


@pytest.mark.parametrize("who", ["holder", "manager"])
def test_a_post_ends_with_a_day(who):
    body = organizations.organization()
    post = organizations.membership(body)
    by = post.user if who == "holder" else body.registered_by

    actions.end_membership(membership=post, ends_on=TODAY, by=by, now=NOON)

    assert queries.is_member(post.user, body, now=NOON)
    assert not queries.is_member(post.user, body, now=NOON + timedelta(days=1))


def test_a_post_does_not_end_before_it_began():
    post = organizations.membership(organizations.organization())

    actions.end_membership(membership=post, ends_on=date(1, 1, 1), by=post.user, now=NOON)

    assert post.ends_on == post.starts_on


def test_a_stranger_ends_no_post():
    post, stranger = organizations.membership(organizations.organization()), accounts.user()

    with refused("not_your_organization"):
        actions.end_membership(membership=post, ends_on=TODAY, by=stranger, now=NOON)


def test_the_last_manager_stays_until_there_is_another():
    body = organizations.organization()
    manager = body.registered_by
    post = Membership.objects.get()

    with refused("last_manager"):
        actions.end_membership(membership=post, ends_on=TODAY, by=manager, now=NOON)

    organizations.membership(body, MemberRole.MANAGER)
    actions.end_membership(membership=post, ends_on=TODAY, by=manager, now=NOON)
    assert Membership.objects.get(pk=post.pk).ends_on == TODAY


def test_who_runs_a_body_is_a_coordinator_and_its_volunteer_is_not():
    body = organizations.organization()
    runner = organizations.membership(body).user
    helper = organizations.membership(body, MemberRole.VOLUNTEER).user

    assert queries.roles_of(runner, now=NOON) == {Role.COORDINATOR}
    assert queries.roles_of(helper, now=NOON) == frozenset()
    assert set(queries.runners_of(body, now=NOON).values_list("user", flat=True)) == {
        body.registered_by_id,
        runner.pk,
    }


def test_nobody_is_a_member_of_nothing():
    body = organizations.organization()

    assert not queries.is_member(None, body, now=NOON)
    assert not queries.is_member(body.registered_by, None, now=NOON)
    assert not queries.my_organizations(None, now=NOON).exists()

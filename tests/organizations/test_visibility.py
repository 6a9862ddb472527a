"""Who sees which organizations, members, projects and shifts (GUARDS §2): everyone is asked."""

from datetime import timedelta

import pytest

from accounts.states import DeskRole
from organizations import actions, queries
from organizations.states import MemberRole
from tests.factories import accounts, organizations, regions
from tests.factories.accounts import NOON
from tests.factories.organizations import SHIFT_AT

pytestmark = pytest.mark.django_db


def others():
    """Return who has no part in anything of the first district."""
    return [
        None,
        accounts.user(),
        accounts.officer(),
        accounts.officer(DeskRole.DISTRICT, regions.district("310104")),
        accounts.officer(DeskRole.AUDITOR, regions.city()),
        organizations.organization().registered_by,
    ]


def offices():
    return [
        accounts.officer(DeskRole.DISTRICT, regions.district()),
        accounts.officer(DeskRole.CITY, regions.city()),
    ]


def test_an_organization_is_public_once_verified():
    new, known = organizations.organization(verified=False), organizations.organization()

    for viewer in [new.registered_by, *offices()]:
        assert {new, known} <= set(queries.organizations_for(viewer, now=NOON))
    for viewer in others():
        seen = set(queries.organizations_for(viewer, now=NOON))
        assert new not in seen
        assert known in seen


def test_members_are_seen_by_those_who_run_the_body():
    body = organizations.organization()
    runner = organizations.membership(body)
    helper = organizations.membership(body, MemberRole.VOLUNTEER)

    for viewer in (body.registered_by, runner.user):
        assert queries.members_for(viewer, now=NOON).count() == 3
    assert set(queries.members_for(helper.user, now=NOON)) == {helper}
    for viewer in [*others(), *offices()]:
        assert not queries.members_for(viewer, now=NOON).filter(organization=body).exists()


def test_a_draft_is_its_own_people_s_and_a_sent_project_the_office_s_too():
    project = organizations.project()
    shift = organizations.shift(project)
    helper = organizations.membership(project.organization, MemberRole.VOLUNTEER).user

    def sees(viewer):
        projects = project in queries.projects_for(viewer, now=NOON)
        assert (shift in queries.shifts_for(viewer, now=NOON)) == projects
        return projects

    outside = [helper, *others()]
    assert sees(project.made_by)
    assert not any(sees(viewer) for viewer in [*outside, *offices()])

    actions.submit_project(project=project, by=project.made_by, now=NOON)
    assert all(sees(viewer) for viewer in [project.made_by, *offices()])
    assert not any(sees(viewer) for viewer in outside)

    actions.publish_project(project=project, by=offices()[0], now=NOON)
    assert all(sees(viewer) for viewer in [project.made_by, *offices(), *outside])


def test_what_a_suspended_body_publishes_vanishes_from_public_lists():
    project = organizations.published_project()
    office = offices()[0]

    actions.suspend_organization(
        organization=project.organization, reason="年检未过", by=office, now=NOON
    )

    assert not queries.public_projects(now=NOON).exists()
    assert not queries.shifts_for(None, now=NOON).exists()
    assert project in queries.projects_for(project.made_by, now=NOON)


def test_public_projects_are_found_by_district_category_and_words():
    project = organizations.published_project()

    def found(now=NOON, **given):
        return list(queries.public_projects(now=now, **given)) == [project]

    assert found()
    assert found(district=regions.district(), category="J", text="读报")
    assert found(text="视障")
    assert not found(district=regions.district("310104"))
    assert not found(category="A")
    assert not found(text="游泳")
    assert not found(now=SHIFT_AT + timedelta(minutes=1))


def test_lists_take_one_query_however_long(django_assert_num_queries):
    for _ in range(3):
        organizations.published_project()
    viewer = accounts.user()
    list(queries.projects_for(viewer, now=NOON))  # the viewer's posts are read once

    with django_assert_num_queries(1):
        for project in queries.projects_for(viewer, now=NOON):
            assert project.organization.name
            assert project.region.parent.name
    with django_assert_num_queries(1):
        for shift in queries.shifts_for(viewer, now=NOON):
            assert shift.project.organization.name
            assert shift.region.parent.name

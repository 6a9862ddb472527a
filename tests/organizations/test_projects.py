"""Projects: drafted, checked by an office that has no part in them, published, closed."""

from datetime import timedelta

import pytest

from accounts.states import DeskRole
from organizations import actions
from organizations.models import Project, Shift
from organizations.states import MemberRole
from tests.factories import accounts, organizations, regions
from tests.factories.accounts import NOON
from tests.factories.organizations import SHIFT_AT, project_values
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def district_officer():
    return accounts.officer(DeskRole.DISTRICT, regions.district())


def submitted():
    project = organizations.project()
    organizations.shift(project)
    return actions.submit_project(project=project, by=project.made_by, now=NOON)


def test_a_draft_keeps_what_was_said():
    project = organizations.project(
        skills={"READING": 2},
        credentials=["LAWYER", "LAWYER"],
        access=["LIFT", "MOON"],
        lat=31.2,
        lng=121.5,
        adults_only=True,
    )

    kept = Project.objects.get()
    assert (kept.state, kept.skills, kept.credentials) == ("DRAFT", {"READING": 2}, ["LAWYER"])
    assert (kept.access, kept.lat, kept.lng) == (["LIFT"], 31.2, 121.5)
    assert (kept.adults_only, kept.insured, kept.auto_accept) == (True, False, True)
    assert str(kept) == project.title


def test_without_a_point_the_street_stands_in():
    project = organizations.project(lat=31.3)

    assert (project.lat, project.lng) == (project.region.lat, project.region.lng)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"title": "读"}, "bad_text", "title"),
        ({"title": "x" * 61}, "bad_text", "title"),
        ({"summary": "x" * 121}, "bad_text", "summary"),
        ({"place": ""}, "bad_text", "place"),
        ({"description": "x" * 4001}, "bad_text", "description"),
        ({"description": "a\x00b"}, "bad_characters", "description"),
        ({"category": "Z"}, "not_in_list", "category"),
        ({"skills": {"FLYING": 1}}, "unknown_skill", "skills"),
        ({"skills": {"READING": 9}}, "unknown_skill", "skills"),
        ({"credentials": ["CROWN"]}, "unknown_paper", "credentials"),
        ({"lat": 0.0, "lng": 0.0}, "foreign_point", "place"),
        ({"lat": float("nan"), "lng": 121.5}, "foreign_point", "place"),
        ({"lat": 121.5, "lng": 31.2}, "foreign_point", "place"),
    ],
)
def test_what_cannot_be_a_project_is_refused_at_its_field(given, code, field):
    body = organizations.organization()
    regions.street()

    with refused(code) as caught:
        organizations.project(body, **given)

    assert caught.value.field == field
    assert not Project.objects.exists()


def test_a_project_takes_place_in_a_street():
    body = organizations.organization()

    with refused("not_a_street"):
        organizations.project(body, region=regions.district())


def test_only_who_runs_a_verified_body_drafts():
    body, new = organizations.organization(), organizations.organization(verified=False)
    helper = organizations.membership(body, MemberRole.VOLUNTEER).user

    with refused("not_your_organization"):
        actions.make_project(organization=body, by=helper, now=NOON, **project_values())
    with refused("not_verified"):
        organizations.project(new)


def test_a_change_moves_the_shifts_to_the_new_street_with_it():
    project = organizations.project()
    shift = organizations.shift(project)
    other = regions.street("310101002")

    actions.change_project(
        project=project, by=project.made_by, now=NOON, **project_values(region=other)
    )

    shift.refresh_from_db()
    assert (project.region, shift.region) == (other, other)


def test_a_stranger_changes_nothing():
    project, stranger = organizations.project(), accounts.user()

    with refused("not_your_organization"):
        actions.change_project(project=project, by=stranger, now=NOON, **project_values())


def test_a_copy_from_before_the_sending_changes_nothing():
    project = organizations.project()
    organizations.shift(project)
    stale = Project.objects.get()
    actions.submit_project(project=project, by=project.made_by, now=NOON)

    with refused("not_editable"):
        actions.change_project(
            project=stale, by=project.made_by, now=NOON, **project_values(title="新标题")
        )

    kept = Project.objects.get()
    assert (kept.state, kept.title) == ("SUBMITTED", "周三读报会")


def test_a_project_is_sent_with_a_shift_still_to_come():
    project = organizations.project()
    stranger = accounts.user()

    with refused("no_shifts"):
        actions.submit_project(project=project, by=project.made_by, now=NOON)
    organizations.shift(project)
    with refused("no_shifts"):
        actions.submit_project(
            project=project, by=project.made_by, now=SHIFT_AT + timedelta(hours=3)
        )
    with refused("not_your_organization"):
        actions.submit_project(project=project, by=stranger, now=NOON)

    actions.submit_project(project=project, by=project.made_by, now=NOON)
    assert (project.state, project.submitted_at) == ("SUBMITTED", NOON)


def test_a_suspended_body_sends_nothing():
    project = organizations.project()
    organizations.shift(project)
    actions.suspend_organization(
        organization=project.organization, reason="年检未过", by=district_officer(), now=NOON
    )

    with refused("not_verified"):
        actions.submit_project(project=project, by=project.made_by, now=NOON)


def test_the_office_publishes_a_project_with_its_shifts():
    project, office = submitted(), district_officer()
    before = last_event()

    actions.publish_project(project=project, by=office, now=NOON)

    project.refresh_from_db()
    assert (project.state, project.moderated_by, project.published_at) == (
        "PUBLISHED",
        office,
        NOON,
    )
    assert Shift.objects.get().state == "PUBLISHED"
    assert names_since(before) == ["project.published", "shift.published"]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("maker", "your_own"),
        ("own_volunteer", "your_own"),
        ("street", "not_your_area"),
        ("other_district", "not_your_area"),
        ("stranger", "not_your_area"),
    ],
)
@pytest.mark.parametrize("deed", ["publish", "return"])
def test_moderation_is_never_by_a_member_or_another_area(deed, who, code):
    project, office = submitted(), district_officer()
    if who == "own_volunteer":
        organizations.membership(project.organization, MemberRole.VOLUNTEER, person=office)
    by = {
        "maker": lambda: project.made_by,
        "own_volunteer": lambda: office,
        "street": accounts.officer,
        "other_district": lambda: accounts.officer(DeskRole.DISTRICT, regions.district("310104")),
        "stranger": accounts.user,
    }[who]()

    with refused(code):
        if deed == "publish":
            actions.publish_project(project=project, by=by, now=NOON)
        else:
            actions.return_project(project=project, reason="请补充", by=by, now=NOON)

    project.refresh_from_db()
    assert project.state == "SUBMITTED"


def test_a_project_whose_shifts_passed_while_it_waited_is_not_published():
    project, office = submitted(), district_officer()

    with refused("no_shifts"):
        actions.publish_project(project=project, by=office, now=SHIFT_AT)

    assert Project.objects.get().state == "SUBMITTED"


def test_a_returned_project_is_changed_and_sent_again():
    project, office = submitted(), district_officer()

    with refused("reason_missing"):
        actions.return_project(project=project, reason=" ", by=office, now=NOON)
    actions.return_project(project=project, reason="请写明无障碍情况", by=office, now=NOON)
    assert (project.state, project.reason) == ("RETURNED", "请写明无障碍情况")

    actions.change_project(
        project=project, by=project.made_by, now=NOON, **project_values(access=["LIFT"])
    )
    actions.submit_project(project=project, by=project.made_by, now=NOON)
    actions.publish_project(project=project, by=office, now=NOON)
    assert (project.state, project.reason) == ("PUBLISHED", "")


def test_closing_cancels_the_shifts_to_come_and_keeps_the_past():
    project = organizations.published_project()
    early = project.shifts.get()
    late = organizations.shift(
        project, starts_at=SHIFT_AT + timedelta(days=7), ends_at=SHIFT_AT + timedelta(days=7.1)
    )

    actions.close_project(project=project, by=project.made_by, now=SHIFT_AT)

    assert project.state == "CLOSED"
    assert {s.pk: s.state for s in project.shifts.all()} == {
        early.pk: "PUBLISHED",
        late.pk: "CANCELLED",
    }
    stranger = accounts.user()

    with refused("not_your_organization"):
        actions.close_project(project=project, by=stranger, now=SHIFT_AT)


def test_a_draft_given_up_and_a_closed_project_are_put_away():
    draft, open_one = organizations.project(), organizations.published_project()
    stranger = accounts.user()

    with refused("illegal_move"):
        actions.archive_project(project=open_one, by=open_one.made_by, now=NOON)
    with refused("not_your_organization"):
        actions.archive_project(project=draft, by=stranger, now=NOON)
    actions.archive_project(project=draft, by=draft.made_by, now=NOON)

    assert draft.state == "ARCHIVED"

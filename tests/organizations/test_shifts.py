"""Shifts: added, repeated weekly as previewed, changed and called off before they begin."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from accounts.states import DeskRole
from kernel.events import _within, subscribe
from kernel.refusals import Conflict
from organizations import actions, jobs, rules
from organizations.models import Project, Shift
from tests.factories import accounts, organizations, regions
from tests.factories.accounts import NOON
from tests.factories.organizations import SHIFT_AT
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_shift_of_a_draft_waits_and_one_of_a_published_project_opens():
    draft, published = organizations.project(), organizations.published_project()
    before = last_event()

    waiting = organizations.shift(draft)
    opened = organizations.shift(
        published, starts_at=SHIFT_AT + 24 * HOUR, ends_at=SHIFT_AT + 26 * HOUR
    )

    assert (waiting.state, opened.state) == ("DRAFT", "PUBLISHED")
    assert names_since(before) == ["shift.added", "shift.added", "shift.published"]
    assert str(waiting).startswith(f"{draft.pk} 2026-03-11")


def test_a_shift_added_from_a_copy_that_has_not_seen_the_publication_opens_too():
    project = organizations.project()
    stale = Project.objects.get()
    organizations.shift(project)
    actions.submit_project(project=project, by=project.made_by, now=NOON)
    office = accounts.officer(DeskRole.CITY, regions.city())
    actions.publish_project(project=project, by=office, now=NOON)

    shift = organizations.shift(stale, starts_at=SHIFT_AT + HOUR)

    assert shift.state == "PUBLISHED"


def test_a_closed_project_gets_no_shift():
    project = organizations.published_project()
    actions.close_project(project=project, by=project.made_by, now=NOON)

    with refused("not_editable"):
        organizations.shift(project)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "code", "field"),
    [
        (datetime(2026, 3, 11, 4), SHIFT_AT + HOUR, "naive_time", "starts_at"),  # noqa: DTZ001
        (SHIFT_AT, datetime(2026, 3, 11, 6), "naive_time", "ends_at"),  # noqa: DTZ001
        (SHIFT_AT, SHIFT_AT, "ends_first", "ends_at"),
        (NOON, NOON + HOUR, "in_the_past", "starts_at"),
        (datetime(1, 1, 1, tzinfo=timezone(14 * HOUR)), SHIFT_AT, "in_the_past", "starts_at"),
        (
            datetime(9999, 12, 31, 20, tzinfo=UTC),
            datetime(9999, 12, 31, 23, tzinfo=timezone(-12 * HOUR)),
            "too_far_ahead",
            "starts_at",
        ),
        (SHIFT_AT, SHIFT_AT + timedelta(minutes=14), "bad_length", "ends_at"),
        (SHIFT_AT, SHIFT_AT + timedelta(hours=16, minutes=1), "bad_length", "ends_at"),
    ],
)
def test_impossible_times_are_refused_at_their_field(starts_at, ends_at, code, field):
    project = organizations.project()

    with refused(code) as caught:
        organizations.shift(project, starts_at=starts_at, ends_at=ends_at)

    assert caught.value.field == field
    assert not Shift.objects.exists()


@pytest.mark.parametrize("places", [0, 501, -1, 10**30])
def test_a_shift_has_1_to_500_places(places):
    project = organizations.project()

    with refused("bad_places"):
        organizations.shift(project, places=places)


def test_a_stranger_adds_no_shift():
    project, stranger = organizations.project(), accounts.user()

    with refused("not_your_organization"):
        actions.add_shift(
            project=project,
            starts_at=SHIFT_AT,
            ends_at=SHIFT_AT + HOUR,
            places=1,
            by=stranger,
            now=NOON,
        )


def weekly(project, **given):
    values = {"starts_at": SHIFT_AT, "ends_at": SHIFT_AT + HOUR, "places": 2, "weeks": 3, **given}
    return actions.add_weekly_shifts(project=project, by=project.made_by, now=NOON, **values)


def test_weekly_shifts_are_those_of_the_preview():
    project = organizations.project()
    preview = rules.weekly(SHIFT_AT, SHIFT_AT + HOUR, weeks=3, now=NOON)

    weekly(project)

    assert preview == [
        (SHIFT_AT + timedelta(weeks=n), SHIFT_AT + timedelta(weeks=n) + HOUR) for n in range(3)
    ]
    assert list(project.shifts.values_list("starts_at", "ends_at")) == preview


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"weeks": 0}, "bad_weeks"),
        ({"weeks": 27}, "bad_weeks"),
        ({"weeks": 26, "starts_at": SHIFT_AT + timedelta(days=30)}, "ends_first"),
        ({"starts_at": SHIFT_AT - timedelta(days=30)}, "in_the_past"),
        (
            {
                "weeks": 26,
                "starts_at": SHIFT_AT + timedelta(days=30),
                "ends_at": SHIFT_AT + timedelta(days=30) + HOUR,
            },
            "too_far_ahead",
        ),
    ],
)
def test_weekly_shifts_are_all_added_or_none(given, code):
    project = organizations.project()

    with refused(code):
        weekly(project, **given)

    assert not Shift.objects.exists()


def change(shift, **given):
    values = {"starts_at": SHIFT_AT + HOUR, "ends_at": SHIFT_AT + 2 * HOUR, "places": 9, **given}
    by = values.pop("by", shift.organization.registered_by)
    return actions.change_shift(shift=shift, by=by, now=values.pop("now", NOON), **values)


def test_a_change_is_told_and_says_whether_it_moved():
    shift = organizations.published_project().shifts.get()
    before = last_event()

    change(shift)
    change(shift, places=8)

    shift.refresh_from_db()
    assert (shift.starts_at, shift.ends_at, shift.places) == (
        SHIFT_AT + HOUR,
        SHIFT_AT + 2 * HOUR,
        8,
    )
    assert names_since(before) == ["shift.changed", "shift.changed"]


def test_who_listens_within_may_refuse_a_change():
    shift = organizations.shift()

    def too_few(_event, _now):
        raise Conflict("places_taken", "no")

    subscribe("shift.changed", too_few, within=True)
    try:
        with refused("places_taken"):
            change(shift, places=1)
    finally:
        _within["shift.changed"].pop()

    assert Shift.objects.get().places == 4


@pytest.mark.parametrize("state", ["begun", "cancelled"])
def test_what_began_or_was_called_off_stays(state):
    shift = organizations.published_project().shifts.get()
    manager = shift.organization.registered_by
    now = NOON
    if state == "begun":
        now = SHIFT_AT
    else:
        actions.cancel_shift(shift=shift, reason="下雨", by=manager, now=NOON)

    with refused("shift_over"):
        change(shift, now=now)
    with refused("shift_over"):
        actions.cancel_shift(shift=shift, reason="下雨", by=manager, now=now)


def test_a_stale_copy_moves_no_shift_that_was_called_off():
    shift = organizations.published_project().shifts.get()
    stale = Shift.objects.get()
    manager = shift.organization.registered_by
    actions.cancel_shift(shift=shift, reason="下雨", by=manager, now=NOON)

    with refused("state_changed"):
        change(stale)
    with refused("state_changed"):
        actions.cancel_shift(shift=stale, reason="下雨", by=manager, now=NOON)

    assert Shift.objects.get().starts_at == SHIFT_AT


def test_a_shift_is_called_off_with_a_reason_by_who_runs_it():
    shift = organizations.published_project().shifts.get()
    manager = shift.organization.registered_by
    stranger = accounts.user()

    with refused("reason_missing"):
        actions.cancel_shift(shift=shift, reason="", by=manager, now=NOON)
    with refused("not_your_organization"):
        actions.cancel_shift(shift=shift, reason="下雨", by=stranger, now=NOON)
    with refused("not_your_organization"):
        change(shift, by=stranger)

    actions.cancel_shift(shift=shift, reason="下雨", by=manager, now=NOON)
    assert (shift.state, shift.reason) == ("CANCELLED", "下雨")


def test_the_clock_closes_what_is_over():
    shift = organizations.published_project().shifts.get()

    assert actions.close_past_shifts(now=shift.ends_at - timedelta(seconds=1)) == 0
    assert actions.close_past_shifts(now=shift.ends_at) == 1

    shift.refresh_from_db()
    assert shift.state == "CLOSED"
    jobs.close_past()

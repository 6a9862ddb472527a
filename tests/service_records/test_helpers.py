"""Who serves with an organization: what they did there, and their names as far as they share them."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from matching import actions as matched
from matching.models import Assignment
from organizations import actions as organized
from service_records import actions, queries
from service_records.models import ServiceRecord
from tests.factories import accounts, matching, organizations
from tests.factories import service_records as make
from tests.factories.accounts import NOON
from tests.factories.organizations import SHIFT_AT
from tests.factories.regions import district

pytestmark = pytest.mark.django_db
AFTER = SHIFT_AT + timedelta(days=1)


def approved(row):
    by = row.organization.registered_by
    actions.confirm_record(record=row, by=by, now=AFTER)
    return approved_again(row)


def approved_again(row):
    reviewer = accounts.officer(DeskRole.REVIEWER, district())
    return actions.approve_hours(record=row, by=reviewer, now=AFTER)


def listed(viewer, now=AFTER, **given):
    return [row.user for row in queries.helpers_of(viewer, now=now, **given)]


def shares(user, shared=True):
    consent = people.give_consent(
        subject=user, purpose=Purpose.SHARING, text_version="1", by=user, now=NOON
    )
    if not shared:
        people.withdraw_consent(consent=consent, by=user, now=NOON)


def test_services_and_minutes_are_those_with_the_viewers_organization_that_count():
    need, who = matching.shift_opening(), matching.ready_volunteer()
    row = approved(make.shift_record(need, who))
    start = SHIFT_AT + timedelta(hours=5)
    elsewhere = organizations.project()
    organizations.shift(elsewhere, starts_at=start, ends_at=start + timedelta(hours=2))
    approved(
        make.shift_record(matching.opening(organizations.publish(elsewhere).shifts.get()), who)
    )
    make.shift_record(need)  # not approved yet: a visitor, but no hours
    by = need.organization.registered_by

    [newest, first] = queries.helpers_of(by, now=AFTER)

    assert (first.user, first.last_on, first.services) == (who, row.service_on, 1)
    assert (first.verified, first.declared) == (120, 0)
    assert (newest.services, newest.verified, newest.last_on) == (0, 0, row.service_on)


def test_declared_minutes_are_not_added_to_verified_ones():
    row = make.shift_record()
    ServiceRecord.objects.update(evidence="DECLARED")
    row.refresh_from_db()
    held = approved(row)
    assert approved_again(held).state == "APPROVED"  # by a second reviewer
    [only] = queries.helpers_of(row.organization.registered_by, now=AFTER)
    assert (only.services, only.verified, only.declared) == (1, 0, 120)


def test_a_correction_counts_in_place_of_what_it_corrects():
    row = approved(make.shift_record())
    actions.correct_hours(
        record=row,
        minutes=90,
        words="核对了",
        approver_region=row.region,
        by=accounts.officer(DeskRole.CASE_HANDLER),
        now=AFTER + timedelta(days=1),
    )
    [only] = queries.helpers_of(row.organization.registered_by, now=AFTER)
    assert (only.services, only.verified) == (1, 90)


def test_by_when_they_were_last_seen():
    need = matching.shift_opening()
    by = need.organization.registered_by
    served = make.shift_record(need).volunteer
    waits = matching.application(need).volunteer
    day_90 = AFTER + timedelta(days=89)

    assert listed(by) == [served, waits]
    assert (listed(by, activity="RECENT"), listed(by, activity="NEW")) == ([served], [waits])
    assert listed(by, activity="AWAY") == []
    assert listed(by, day_90, activity="RECENT") == [served]
    later = day_90 + timedelta(days=1)
    assert listed(by, later, activity="RECENT") == []
    assert listed(by, later, activity="AWAY") == [served]


def test_who_gave_the_place_back_or_was_erased_is_not_listed():
    need = matching.shift_opening()
    by = need.organization.registered_by
    task = Assignment.objects.get(application=matching.application(need))
    assert listed(by) == [task.volunteer]
    matched.cancel_assignment(assignment=task, reason="家里有事", by=task.volunteer, now=NOON)
    assert listed(by) == []
    gone = make.shift_record(need).volunteer
    assert listed(by) == [gone]
    type(gone).objects.filter(pk=gone.pk).update(erased_at=AFTER)
    assert listed(by) == []


def test_somebody_who_asks_for_a_place_is_listed():
    need = matching.shift_opening(auto_accept=False)
    asks = matching.application(need)
    by = need.organization.registered_by
    assert listed(by) == [asks.volunteer]
    matched.refuse_application(application=asks, reason="满了", by=by, now=NOON)
    assert listed(by) == []


def test_names_are_shown_in_full_and_found_only_with_the_consent_to_share():
    need = matching.shift_opening()
    by = need.organization.registered_by
    one, two = (make.shift_record(need, matching.ready_volunteer()).volunteer for _n in range(2))
    shares(one)
    shares(two, shared=False)

    names = {row.user: queries.name_shown(row) for row in queries.helpers_of(by, now=AFTER)}

    assert names == {one: "王芳", two: "王*"}
    assert listed(by, text="王") == listed(by, text=one.volunteer.number) == [one]
    assert listed(by, text=two.volunteer.number) == []


def test_an_organization_that_is_suspended_lists_nobody():
    row = make.shift_record()
    body = row.organization
    coordinator = organizations.membership(body).user
    assert listed(coordinator) == [row.volunteer]
    office = accounts.officer(DeskRole.DISTRICT, district())
    organized.suspend_organization(organization=body, reason="年检未过", by=office, now=AFTER)
    for viewer in (coordinator, body.registered_by):
        assert listed(type(viewer).objects.get(pk=viewer.pk)) == []  # posts are read once a user


def test_who_runs_no_organization_lists_nobody():
    row = make.shift_record()
    for viewer in (None, row.volunteer, accounts.officer(), accounts.user()):
        assert listed(viewer) == []

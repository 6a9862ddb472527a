"""Hours: confirmed by the other side, reviewed by a third person, corrected only by a new row."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import actions as people
from accounts.states import DeskRole, ProxyKind
from kernel import guards
from matching.models import Assignment
from service_records import actions, audit, queries
from service_records.actions.hours import latest_of
from service_records.models import DayTotal, ServiceRecord
from tests.conftest import sql
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories import service_records as make
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import city, district, street
from tests.factories.service_records import DONE_AT, NEXT_DAY
from tests.guards.constraints import Rule, taken_away
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
WORDS = "核对了门口记录"


def confirm(row, by, minutes=None):
    return actions.confirm_record(record=row, by=by, now=DONE_AT, minutes=minutes)


def approve(row, by, now=NEXT_DAY):
    return actions.approve_hours(record=row, by=by, now=now)


def reviewer(row, region=None):
    return accounts.officer(DeskRole.REVIEWER, region or row.region)


def resident_of(row):
    return row.assignment.opening.visit.request.resident


@pytest.mark.parametrize("who", ["resident", "guardian", "clerk"])
def test_the_other_side_confirms_and_becomes_the_recorder(who):
    row = make.unconfirmed()
    by = {
        "resident": lambda: resident_of(row).user,
        "guardian": lambda: accounts.grant(resident_of(row), kind=ProxyKind.GUARDIAN).proxy,
        "clerk": lambda: accounts.officer(region=row.region),
    }[who]()
    before = last_event()

    confirm(row, by)

    assert (row.state, row.minutes, row.recorded_by, row.recorded_at) == (
        "PROPOSED",
        90,
        by,
        DONE_AT,
    )
    assert names_since(before) == ["record.confirmed"]
    with refused("illegal_move"):
        confirm(row, by)


def test_of_a_shift_its_coordinator_confirms():
    need = matching.shift_opening()
    task = Assignment.objects.get(application=matching.application(need))
    runs = organizations.membership(need.organization).user
    at = need.starts_at
    actions.check_in(assignment=task, method="COORDINATOR", by=runs, now=at)
    row = actions.check_out(
        assignment=task, by=runs, now=at + timedelta(hours=1), method="COORDINATOR"
    )
    assert confirm(row, runs).recorded_by == runs


def test_never_the_volunteer_nor_a_stranger():
    row, stranger = make.unconfirmed(), accounts.user()
    away = accounts.officer(region=street("310104001"))
    with refused("your_own"):
        confirm(row, row.volunteer)
    for by in (stranger, away):
        with refused("not_yours_to_confirm"):
            confirm(row, by)


@pytest.mark.parametrize(
    ("minutes", "taken"), [(0, False), (1, True), (90, True), (95, True), (96, False), (-5, False)]
)
def test_as_many_minutes_as_the_times_show_and_a_tolerance(minutes, taken):
    row = make.unconfirmed()
    by = resident_of(row).user
    if taken:
        assert confirm(row, by, minutes).minutes == minutes
    else:
        with refused("bad_minutes"):
            confirm(row, by, minutes)


def test_an_open_service_is_not_confirmed_and_a_forced_one_only_with_its_minutes():
    row = make.open_record()
    by = resident_of(row).user
    with refused("illegal_move"):
        confirm(row, by)
    actions.force_close_open(now=row.assignment.opening.ends_at + timedelta(hours=2))
    row = ServiceRecord.objects.get()
    assert row.minutes == 0
    assert confirm(row, by).minutes == 120  # what the plan allowed, named by who was there


def test_the_reviewer_of_the_place_approves():
    row = make.proposed()
    by = reviewer(row)

    approve(row, by)

    assert (row.state, row.approved_by, row.approver_region) == ("APPROVED", by, row.region)
    assert row.reviews.get().decision == "APPROVE"
    with refused("illegal_move"):
        approve(row, by)


def test_of_a_district_or_the_city_too_but_not_of_another_place():
    rows = [make.proposed() for _row in range(2)]
    for row, region in zip(rows, (district(), city()), strict=True):
        assert approve(row, reviewer(row, region)).approver_region == region
    row = make.proposed()
    for region in (street("310104001"), district("310104")):
        other = reviewer(row, region)
        with refused("not_your_area"):
            approve(row, other)
    clerk = accounts.officer(region=row.region)
    with refused("not_your_area"):
        approve(row, clerk)


def test_three_people_or_none():
    """Recorder, approver and volunteer in every pairing (I9)."""
    row = make.unconfirmed()
    clerk = accounts.officer(region=row.region)
    accounts.desk(DeskRole.REVIEWER, row.region, user=clerk)
    accounts.desk(DeskRole.REVIEWER, row.region, user=row.volunteer)
    confirm(row, clerk)
    for by in (clerk, row.volunteer):
        with refused("three_people"):
            approve(row, by)
        with refused("three_people"):
            actions.return_hours(record=row, reason="OTHER", words=WORDS, by=by, now=NEXT_DAY)
    approve(row, reviewer(row))


def test_sent_back_with_a_reason_and_handed_in_again():
    row = make.proposed()
    by = reviewer(row)
    for reason, words, code in (("", WORDS, "reason_missing"), ("MINUTES", "?", "words_missing")):
        with refused(code):
            actions.return_hours(record=row, reason=reason, words=words, by=by, now=NEXT_DAY)

    actions.return_hours(record=row, reason="MINUTES", words=WORDS, by=by, now=NEXT_DAY)
    assert (row.state, row.reason, row.words) == ("RETURNED", "MINUTES", WORDS)
    assert queries.day_minutes(row.volunteer, row.service_on) == 0

    again = resident_of(row).user
    with refused("your_own"):
        actions.propose_again(record=row, minutes=80, words=WORDS, by=row.volunteer, now=NEXT_DAY)
    actions.propose_again(record=row, minutes=80, words="改好了", by=again, now=NEXT_DAY)
    assert (row.state, row.minutes, row.recorded_by) == ("PROPOSED", 80, again)


def many(hours):
    """Return a proposed record of a day with that many hours in two services of one volunteer."""
    me, rows = matching.ready_volunteer(), []
    people.set_limits(
        volunteer=me.volunteer, minutes_per_week=6000, paused_until=None, by=me, now=DONE_AT
    )
    starts = VISIT_AT.replace(hour=0, minute=0)  # 8:00 in Shanghai
    for length in (timedelta(hours=7), timedelta(hours=hours - 7)):
        minutes = int(length.total_seconds() // 60)
        visit = help_requests.visit(starts_at=starts, minutes=minutes)
        task = matching.assignment(matching.opening(visit), me)
        row = make.open_record(task)
        row = actions.check_out(assignment=task, by=me, now=starts + length)
        rows.append(confirm(row, make.resident_of(row)))
        starts += length + timedelta(minutes=30)
    return rows[-1]


@pytest.mark.parametrize(("hours", "state"), [(12, "APPROVED"), (12.0167, "HELD")])
def test_more_than_twelve_hours_a_day_are_seen_by_two(hours, state):
    row = many(hours)
    first, second = reviewer(row), reviewer(row)

    approve(row, first)

    assert row.state == state
    if state == "HELD":
        assert list(queries.review_queue(first, now=NEXT_DAY).filter(pk=row.pk)) == []
        assert list(queries.review_queue(second, now=NEXT_DAY).filter(pk=row.pk)) == [row]
        with refused("second_person"):
            approve(row, first)
        assert approve(row, second).state == "APPROVED"
        assert [r.decision for r in row.reviews.order_by("pk")] == ["HOLD", "APPROVE"]


def test_declared_hours_are_seen_by_two():
    row = make.proposed()
    ServiceRecord.objects.filter(pk=row.pk).update(evidence="DECLARED")
    row.refresh_from_db()
    assert approve(row, reviewer(row)).state == "HELD"
    assert approve(row, reviewer(row)).state == "APPROVED"
    assert queries.totals(row.volunteer) == (0, 90)


def test_who_returned_or_held_hours_before_may_be_the_second_to_see_them():
    row = make.proposed()
    ServiceRecord.objects.filter(pk=row.pk).update(evidence="DECLARED")
    row.refresh_from_db()
    first, second = reviewer(row), reviewer(row)

    def queues():
        found = [queries.review_queue(viewer, now=NEXT_DAY) for viewer in (first, second)]
        return [list(rows) for rows in found]

    def send_back(by):
        actions.return_hours(record=row, reason="MINUTES", words=WORDS, by=by, now=NEXT_DAY)
        again = resident_of(row).user
        actions.propose_again(record=row, minutes=80, words=WORDS, by=again, now=NEXT_DAY)

    send_back(first)
    assert approve(row, second).state == "HELD"
    assert queues() == [[row], []]
    send_back(first)
    assert queues() == [[row], [row]]
    assert approve(row, first).state == "HELD"  # though the other held them before
    assert queues() == [[], [row]]
    assert approve(row, second).state == "APPROVED"


def correct(row, by, minutes=94, words=WORDS):
    return actions.correct_hours(
        record=row, minutes=minutes, words=words, approver_region=row.region, by=by, now=NEXT_DAY
    )


def test_a_correction_is_a_new_row_and_the_old_one_stays():
    row, by = make.approved(), accounts.officer(DeskRole.CASE_HANDLER)
    before = last_event()

    made = correct(row, by)

    old = ServiceRecord.objects.get(pk=row.pk)
    assert (made.corrects, made.minutes, made.state) == (old, 94, "APPROVED")
    assert (old.minutes, old.state) == (90, "APPROVED")
    assert queries.totals(row.volunteer) == (94, 0)
    assert latest_of(old) == made
    assert DayTotal.objects.get(volunteer=row.volunteer).minutes == 94
    assert names_since(before) == ["record.confirmed", "record.corrected"]
    with refused("already_corrected"):
        correct(old, by)
    assert correct(made, by, 0).minutes == 0
    assert queries.totals(row.volunteer) == (0, 0)


def test_only_approved_hours_by_a_third_person_and_within_a_day():
    row = make.proposed()
    by = accounts.officer(DeskRole.CASE_HANDLER)
    with refused("three_people"):  # whether approved or not
        correct(row, row.volunteer)
    with refused("not_approved"):
        correct(row, by)
    approve(row, reviewer(row))
    for one in (row.volunteer, row.recorded_by):
        with refused("three_people"):
            correct(row, one)
    for minutes in (-1, 1441):
        with refused("bad_minutes"):
            correct(row, by, minutes)
    with refused("words_missing"):
        correct(row, by, words="")


def test_a_ruling_brings_returned_hours_back_to_review():
    row = make.returned()
    by = accounts.officer(DeskRole.CASE_HANDLER)
    actions.propose_after_appeal(record=row, minutes=70, words=WORDS, by=by, now=NEXT_DAY)
    assert (row.state, row.minutes, row.recorded_by) == ("PROPOSED", 70, by)
    approved = make.approved()
    with refused("illegal_move"):
        actions.propose_after_appeal(record=approved, minutes=70, words=WORDS, by=by, now=NEXT_DAY)


TWELVE = [
    lambda row: row.save(),
    lambda row: ServiceRecord.objects.filter(pk=row.pk).update(minutes=1),
    lambda row: ServiceRecord.objects.bulk_update([row], ["minutes"]),
    lambda row: ServiceRecord.objects.select_for_update().filter(pk=row.pk).update(words="x"),
    lambda row: row.delete(),
    lambda row: ServiceRecord.objects.filter(pk=row.pk)._raw_delete("default"),
    lambda row: ServiceRecord.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["minutes"],
    ),
    lambda row: ServiceRecord.objects.filter(pk=row.pk).update(state="RETURNED"),
    lambda row: sql("UPDATE service_records_servicerecord SET minutes = 1 WHERE id = %s", [row.pk]),
    lambda row: sql("UPDATE service_records_servicerecord SET id = -1 WHERE id = %s", [row.pk]),
    lambda row: sql("DELETE FROM service_records_servicerecord WHERE id = %s", [row.pk]),
    lambda row: sql(
        "INSERT INTO service_records_servicerecord SELECT * FROM service_records_servicerecord "
        "WHERE id = %s ON CONFLICT (id) DO UPDATE SET minutes = 1",
        [row.pk],
    ),
]


@pytest.mark.parametrize("way", range(len(TWELVE)))
def test_twelve_ways_to_change_an_approved_row(way):
    row = make.approved()
    row.minutes = 1
    with pytest.raises(IntegrityError, match=r"guard:|protected"), transaction.atomic():
        TWELVE[way](row)
    assert ServiceRecord.objects.get(pk=row.pk).minutes == 90


def test_who_sees_a_record():
    row = make.proposed()
    resident = resident_of(row)

    def seen(viewer):
        return list(queries.records_for(viewer, now=NEXT_DAY))

    handler = accounts.officer(DeskRole.CASE_HANDLER)
    for viewer in (row.volunteer, resident.user, accounts.officer(), reviewer(row), handler):
        assert seen(viewer) == [row]
    away = street("310104001")
    for viewer in (None, accounts.user(), matching.ready_volunteer(), reviewer(row, away)):
        assert seen(viewer) == []


def test_the_queue_is_what_one_may_review():
    row = make.proposed()
    by = reviewer(row)
    accounts.desk(DeskRole.REVIEWER, row.region, user=row.volunteer)
    accounts.desk(DeskRole.REVIEWER, row.region, user=row.recorded_by)
    assert list(queries.review_queue(by, now=NEXT_DAY)) == [row]
    for viewer in (row.volunteer, row.recorded_by, accounts.officer(), accounts.user()):
        assert list(queries.review_queue(viewer, now=NEXT_DAY)) == []


def test_verify_names_what_is_broken():
    row, other = make.approved(), make.approved()
    assert list(audit.broken()) == []
    guards.drop(connection)
    table = "service_records_servicerecord"
    with taken_away(Rule("servicerecord_approver_is_a_third_person", table)):
        sql(f"UPDATE {table} SET approved_by_id = recorded_by_id WHERE id = %s", [row.pk])
    sql(f"UPDATE {table} SET minutes = 999, service_on = '2026-01-01' WHERE id = %s", [other.pk])
    found = list(audit.broken())
    assert {name for name, _row in found} == {"I9", "I10"}
    assert len([row for _name, row in found if "servicerecord" in row]) == 3
    assert any("daytotal" in row for _name, row in found)


@pytest.mark.parametrize(("hours", "warned"), [(8, False), (8.0167, True)])
def test_who_reviews_is_warned_of_more_than_eight_hours_a_day(hours, warned, clock):
    row = many(hours)
    browser = Client()
    browser.force_login(reviewer(row))
    clock.now = NEXT_DAY
    page = browser.get(f"/review/{row.ref}/").content.decode()
    assert ("超过 8 小时" in page) == warned

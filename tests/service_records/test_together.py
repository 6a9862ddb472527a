"""Many records confirmed at once: each by itself, none that asks for a look of its own."""

from collections import Counter
from datetime import timedelta

import pytest

from help_requests.rules import MOST_TRIES
from kernel.refusals import Refusal
from matching.models import Assignment
from service_records import actions, queries, rules
from service_records.models import ServiceRecord
from service_records.states import CheckMethod
from tests.conftest import on_postgresql
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories import service_records as make
from tests.factories.organizations import SHIFT_AT
from tests.factories.regions import street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
AFTER = SHIFT_AT + timedelta(hours=3)


def confirm(rows, by, now=AFTER):
    """Return the code of each refusal, "" for what was confirmed, by reference."""
    outcomes = actions.confirm_records(records=rows, by=by, now=now)
    return {o.record.ref: o.refusal.code if o.refusal else "" for o in outcomes}


def runner(row):
    return row.organization.registered_by


def home_visit(**given):
    """Return the task of a home visit that an organization is in charge of."""
    body = organizations.organization()
    request = help_requests.accepted(accounts.resident(), in_charge=body, **given)
    return matching.assignment(matching.opening(request.visits.get()))


def test_what_is_plain_is_confirmed_and_its_confirmer_is_the_recorder():
    need = matching.shift_opening()
    rows = [make.shift_record(need), make.shift_record(need, minutes=60)]
    by, before = runner(rows[0]), last_event()

    assert confirm(rows, by) == {row.ref: "" for row in rows}

    stand = ServiceRecord.objects.order_by("pk").values_list("state", "minutes", "recorded_by")
    assert list(stand) == [("PROPOSED", 120, by.pk), ("PROPOSED", 60, by.pk)]
    assert names_since(before) == ["record.confirmed"] * 2


def test_one_that_is_refused_takes_no_other_with_it():
    need = matching.shift_opening()
    rows = [make.shift_record(need) for _row in range(3)]
    by = runner(rows[0])
    confirmed = queries.organization_records(by, now=AFTER)[1]
    actions.confirm_record(record=confirmed, by=by, now=AFTER)  # faster, after the others were read

    assert confirm(rows, by) == {
        row.ref: "state_changed" if row.ref == confirmed.ref else "" for row in rows
    }
    assert set(ServiceRecord.objects.values_list("state", flat=True)) == {"PROPOSED"}
    fresh = queries.organization_records(by, now=AFTER)
    assert set(confirm(fresh, by).values()) == {"illegal_move"}


@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_clerks_with_the_same_list_confirm_each_record_once(race):
    need = matching.shift_opening()
    rows = [make.shift_record(need) for _row in range(3)]
    by, before = runner(rows[0]), last_event()

    got = race(8, lambda _n: confirm(queries.organization_records(by, now=AFTER), by))

    for row in rows:
        codes = Counter(said[row.ref] for said in got)
        assert codes.pop("") == 1
        assert set(codes) <= {"state_changed", "illegal_move"}
    assert names_since(before) == ["record.confirmed"] * 3


@pytest.mark.parametrize(
    ("minutes", "code"), [(59, "unusual_minutes"), (60, ""), (150, ""), (151, "unusual_minutes")]
)
def test_minutes_far_from_the_plan_are_looked_at(minutes, code):
    row = make.shift_record(minutes=minutes)
    assert confirm([row], runner(row)) == {row.ref: code}


def test_a_service_that_the_clock_closed_is_looked_at():
    need = matching.shift_opening()
    task = Assignment.objects.get(application=matching.application(need))
    by = need.organization.registered_by
    actions.check_in(assignment=task, method=CheckMethod.COORDINATOR, by=by, now=need.starts_at)
    row = ServiceRecord.objects.get()
    assert confirm([row], by) == {row.ref: "illegal_move"}  # still in service
    actions.force_close_open(now=need.ends_at + timedelta(hours=2))
    row.refresh_from_db()
    assert confirm([row], by) == {row.ref: "closed_by_clock"}


def test_a_visit_without_a_code_is_looked_at():
    task = home_visit()
    now, by = task.opening.starts_at, task.volunteer
    by_code = {"assignment": task, "method": CheckMethod.ARRIVAL_CODE, "by": by, "now": now}
    for _try in range(MOST_TRIES):
        with pytest.raises(Refusal, match="code_wrong"):
            actions.check_in(code="000000x", **by_code)
    task = Assignment.objects.get()  # read anew, with its five tries
    actions.check_in(assignment=task, method=CheckMethod.NO_CODE, by=by, now=now)
    row = actions.check_out(assignment=task, by=by, now=now + make.SERVED)
    assert confirm([row], runner(row)) == {row.ref: "no_code"}


def test_a_visit_with_its_code_is_confirmed_by_the_organization_in_charge():
    row = make.unconfirmed(home_visit())
    assert confirm([row], runner(row)) == {row.ref: ""}


def test_a_returned_record_needs_words_of_its_own():
    row = make.unconfirmed(home_visit())
    by = runner(row)
    confirm([row], by)
    actions.return_hours(
        record=ServiceRecord.objects.get(),
        reason="MINUTES",
        words="时间对不上",
        by=accounts.officer("REVIEWER"),
        now=AFTER,
    )
    row = ServiceRecord.objects.get()
    assert confirm([row], by) == {row.ref: "sent_back"}
    [sheet] = queries.sheets([row], by=by, now=AFTER)
    assert sheet.day_minutes == 0  # what was sent back makes up no day


def on_one_day(*bodies):
    """Return the records of one volunteer on one day, of 241 minutes and then of 240, one of each body."""
    who, rows = matching.ready_volunteer(), []
    for n, body in enumerate(bodies):
        project, start = organizations.project(body), SHIFT_AT + timedelta(hours=5 * n)
        organizations.shift(project, starts_at=start, ends_at=start + timedelta(minutes=241))
        need = matching.opening(organizations.publish(project).shifts.get())
        rows.append(make.shift_record(need, who, minutes=241 - n))
    return rows


def test_more_than_eight_hours_on_a_day_are_looked_at():
    body = organizations.organization()
    rows, by = on_one_day(body, body), body.registered_by

    assert [sheet.day_minutes for sheet in queries.sheets(rows, by=by, now=AFTER)] == [481, 481]
    assert confirm(rows, by) == {row.ref: "one_by_one" for row in rows}
    ServiceRecord.objects.filter(pk=rows[0].pk).update(minutes=240)
    assert confirm(rows, by) == {row.ref: "" for row in rows}


def test_how_long_somebody_served_elsewhere_is_judged_and_not_told():
    mine, other = organizations.organization(), organizations.organization()
    row, _elsewhere = on_one_day(mine, other)
    clerk = accounts.officer(region=row.region)

    [sheet] = queries.sheets([row], by=mine.registered_by, now=AFTER)
    [at_desk] = queries.sheets([row], by=clerk, now=AFTER)

    assert (sheet.day_minutes, at_desk.day_minutes) == (241, 0)  # a clerk runs no organization
    assert sheet.against.code == at_desk.against.code == "one_by_one"
    assert not any(figure.isdigit() for figure in sheet.against.message)


def test_a_service_without_any_evidence_is_looked_at():
    row = make.shift_record()
    found = rules.signals(record=row, check_in=None, day_minutes=120)
    assert set(found) == {"no_code", "closed_by_clock"}


def test_only_who_runs_it_or_the_street_confirms_and_nobody_their_own_hours():
    row = make.shift_record()
    body = row.organization
    elsewhere = accounts.officer(region=street("310115001"))
    own = organizations.membership(body, person=row.volunteer).user
    assert confirm([row], accounts.user()) == {row.ref: "not_yours_to_confirm"}
    assert confirm([row], elsewhere) == {row.ref: "not_yours_to_confirm"}
    assert confirm([row], own) == {row.ref: "your_own"}
    assert confirm([row], accounts.officer(region=row.region)) == {row.ref: ""}


def test_none_and_too_many_are_refused(monkeypatch):
    row = make.shift_record()
    with refused("nothing_chosen"):
        confirm([], runner(row))
    monkeypatch.setattr("service_records.rules.MOST_AT_ONCE", 1)
    with refused("too_many"):
        confirm([row, row], runner(row))


def test_as_many_queries_for_many_sheets_as_for_one(django_assert_num_queries):
    need = matching.shift_opening()
    rows = [make.shift_record(need) for _row in range(3)]
    by = runner(rows[0])
    rows = list(
        queries.records_to_confirm(by, now=AFTER)
    )  # which reads the posts of who asks, once
    for few in (rows[:1], rows):
        with django_assert_num_queries(2):
            queries.sheets(few, by=by, now=AFTER)


def test_the_list_holds_what_waits_for_the_viewers_organizations_due_first():
    need = matching.shift_opening()
    rows = [make.shift_record(need), make.shift_record(need)]
    other = make.shift_record()
    by = runner(rows[0])
    ServiceRecord.objects.filter(pk=rows[0].pk).update(
        record_due_on=rows[0].record_due_on + timedelta(days=1)
    )

    def listed(viewer=by, **given):
        return [row.ref for row in queries.records_to_confirm(viewer, now=AFTER, **given)]

    assert listed() == [rows[1].ref, rows[0].ref]
    assert listed(shift=need.shift.ref) == listed(project=need.shift.project.ref) == listed()
    assert listed(shift=other.assignment.opening.shift.ref) == []
    assert listed(project=other.assignment.opening.shift.project.ref) == []
    assert listed(state="FORCED") == []
    assert listed(rows[0].volunteer) == []
    assert queries.shifts_to_confirm(by, now=AFTER) == [need.shift]
    confirm(rows, by)
    assert listed() == []
    assert [row.ref for row in queries.organization_records(by, now=AFTER)] == [
        rows[1].ref,
        rows[0].ref,
    ]

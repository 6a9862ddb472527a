"""Coming and going: how it is shown, what it opens, what the clock does."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import Purpose
from help_requests.models import ArrivalCode
from help_requests.rules import MOST_TRIES
from matching.models import Assignment, Opening
from service_records import actions, jobs, queries
from service_records.models import CheckIn, CodeStep, ServiceRecord
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def check_in(task, method="ARRIVAL_CODE", *, code=None, by=None, now=None, point=None):
    task = Assignment.objects.get(pk=task.pk)
    if code is None and method == "ARRIVAL_CODE":
        code = str(ArrivalCode.objects.get(visit=task.opening.visit).code)
    return actions.check_in(
        assignment=task,
        method=method,
        code=code or "",
        by=by or task.volunteer,
        now=now or task.opening.starts_at,
        point=point,
    )


def check_out(task, now, **given):
    task = Assignment.objects.get(pk=task.pk)
    return actions.check_out(assignment=task, by=given.pop("by", task.volunteer), now=now, **given)


@pytest.fixture
def task():
    return matching.assignment()


@pytest.fixture
def shift_task():
    need = matching.shift_opening()
    return Assignment.objects.get(application=matching.application(need))


def on_the_screen(task, now):
    return queries.rotating_code(task.opening.shift, now=now)[0]


def test_the_residents_code_opens_the_record(task):
    before = last_event()

    row = check_in(task)

    task.refresh_from_db()
    assert (task.state, row.state, row.minutes, row.evidence) == (
        "CHECKED_IN",
        "OPEN",
        0,
        "VERIFIED",
    )
    assert row.assignment.opening.visit.state == "IN_SERVICE"
    assert (row.service_on, row.starts_at) == (VISIT_AT.date(), VISIT_AT)
    assert queries.check_in_of(task).method == "ARRIVAL_CODE"
    assert queries.open_record(task.volunteer) == row
    assert names_since(before) == [
        "assignment.checked_in",
        "record.opened",
        "visit.started",
    ]


def test_a_wrong_code_is_counted_and_after_five_only_no_code_is_left(task):
    with refused("code_first"):
        check_in(task, "NO_CODE")
    for _try in range(MOST_TRIES):
        with pytest.raises(Exception, match="code_wrong"):
            check_in(task, code="000000x")
    with pytest.raises(Exception, match="code_locked"):
        check_in(task)
    row = check_in(task, "NO_CODE")
    assert queries.check_in_of(task).method == "NO_CODE"
    assert row.state == "OPEN"


@pytest.mark.parametrize(
    ("before", "code"),
    [(timedelta(minutes=61), "too_early"), (timedelta(hours=-2), "too_late")],
)
def test_only_around_its_time(task, before, code):
    with refused(code):
        check_in(task, now=task.opening.starts_at - before)


def test_an_early_hour_does_not_count(task):
    row = check_in(task, now=task.opening.starts_at - HOUR)
    assert row.starts_at == task.opening.starts_at


@pytest.mark.parametrize(
    ("came", "left", "began", "minutes"),
    [
        (-42, -40, -42, 2),  # before the plan began: what they were there
        (-42, -42, -42, 1),  # within one minute, but it took place
        (-42, 2, -42, 44),  # a little of the plan: no less than who left before it
        (-60, 90, -30, 120),  # went half an hour early, of two hours planned
        (-60, 120, 0, 120),  # waited an hour
        (-60, 150, 0, 150),
        (5, 100, 5, 95),
    ],
)
def test_who_began_early_and_goes_early_served_all_the_same(task, came, left, began, minutes):
    starts_at = task.opening.starts_at
    check_in(task, now=starts_at + came * MINUTE)

    row = check_out(task, starts_at + left * MINUTE)

    assert (row.starts_at, row.minutes) == (starts_at + began * MINUTE, minutes)
    assert queries.records_of(task).count() == 1


def test_who_began_early_served_on_the_day_before():
    just_after = VISIT_AT.replace(hour=16, minute=10)  # ten past midnight in Shanghai
    need = matching.opening(help_requests.visit(starts_at=just_after, minutes=60))
    task = matching.assignment(need)
    check_in(task, now=just_after - 30 * MINUTE)

    check_out(task, just_after + 20 * MINUTE)

    first, second = queries.records_of(task)
    assert (first.minutes, second.minutes) == (20, 30)
    assert second.service_on == first.service_on + timedelta(days=1)


def test_only_oneself_and_only_once(task):
    stranger = accounts.user()
    with refused("not_yours"):
        check_in(task, by=stranger)
    check_in(task)
    with refused("not_live"):
        check_in(task)


@pytest.mark.parametrize("when", ["too early", "in time", "in service", "too late"])
def test_a_stranger_learns_no_state(task, when):
    stranger, begins = accounts.user(), task.opening.starts_at
    if when == "in service":
        check_in(task)
    now = {"too early": begins - 2 * HOUR, "too late": begins + 9 * HOUR}.get(when, begins)

    with refused("not_yours"):
        check_in(task, by=stranger, now=now)
    with refused("not_your_shift"):
        check_in(task, "COORDINATOR", by=stranger, now=now)
    with refused("not_yours"):
        check_out(task, now, by=stranger)


def test_nobody_is_in_two_services(task):
    visit = help_requests.visit(starts_at=VISIT_AT + timedelta(hours=3))
    other = matching.assignment(matching.opening(visit), task.volunteer)
    check_in(task)
    with refused("another_open"):
        check_in(other, now=other.opening.starts_at)


def test_a_rotating_code_of_this_step_or_the_one_before(shift_task):
    at = shift_task.opening.starts_at
    old = on_the_screen(shift_task, at - timedelta(seconds=90))
    with refused("code_wrong"):
        check_in(shift_task, "ROTATING_CODE", code=old, now=at)
    code = on_the_screen(shift_task, at - timedelta(seconds=45))
    as_read = f"{code[:3]} {code[3:]}"
    row = check_in(shift_task, "ROTATING_CODE", code=as_read, now=at)
    assert row.organization == shift_task.opening.organization
    assert CodeStep.objects.get().assignment == shift_task


def test_the_screen_says_how_long_its_code_stays(shift_task):
    shift = shift_task.opening.shift
    code, seconds = queries.rotating_code(shift, now=NOON)
    assert len(code) == 6
    assert 0 < seconds <= 45
    assert queries.rotating_code(shift, now=NOON + timedelta(seconds=seconds))[0] != code


@pytest.mark.parametrize("method", ["ROTATING_CODE", "NO_CODE", "SELF", "CLOCK"])
def test_the_code_of_the_other_kind_of_service_proves_nothing(task, shift_task, method):
    if method == "ROTATING_CODE":
        code = on_the_screen(shift_task, NOON)
        with refused("code_wrong"):
            check_in(task, method, code=code)
    else:
        with refused("code_wrong"):
            check_in(shift_task, method, code="1")
    with refused("code_wrong"):
        check_in(shift_task, "ARRIVAL_CODE", code="1")


def test_a_step_works_once_for_a_task(shift_task):
    at = shift_task.opening.starts_at
    CodeStep.objects.create(assignment=shift_task, step=queries.step_at(at), at=at)
    code = on_the_screen(shift_task, at)
    with refused("code_used"):
        check_in(shift_task, "ROTATING_CODE", code=code)


def test_who_runs_it_marks_coming_and_going(shift_task):
    runs = organizations.membership(shift_task.opening.organization).user
    stranger = accounts.user()
    with refused("not_your_shift"):
        check_in(shift_task, "COORDINATOR", by=stranger)
    row = check_in(shift_task, "COORDINATOR", by=runs)
    at = row.starts_at + HOUR
    with refused("not_your_shift"):
        check_out(shift_task, at, by=stranger, method="COORDINATOR")
    with refused("not_yours"):
        check_out(shift_task, at, by=stranger)
    row = check_out(shift_task, at, by=runs, method="COORDINATOR")
    assert (row.minutes, CheckIn.objects.get().out_method) == (60, "COORDINATOR")


def test_where_one_stood_is_kept_with_consent_only(task):
    check_in(task, point=(31.2, 121.5))
    assert queries.check_in_of(task).point is None
    willing = matching.ready_volunteer()
    people.give_consent(
        subject=willing, purpose=Purpose.LOCATION, text_version="1", by=willing, now=NOON
    )
    other = matching.assignment(matching.opening(help_requests.visit()), willing)
    check_in(other, point=(31.2, 121.5))
    assert queries.check_in_of(other).point == "31.2,121.5"


@pytest.mark.parametrize(
    ("served", "minutes"),
    [
        (timedelta(seconds=59), 1),  # it took place
        (timedelta(seconds=119), 1),
        (timedelta(minutes=1), 1),
        (timedelta(minutes=89, seconds=59), 89),
        (timedelta(minutes=90), 90),
    ],
)
def test_a_minute_counts_once_it_is_whole_the_first_at_once(task, served, minutes):
    row = check_in(task)
    row = check_out(task, row.starts_at + served)
    assert (row.state, row.minutes) == ("UNCONFIRMED", minutes)
    task.refresh_from_db()
    assert task.state == "DONE"


def test_one_goes_once(task):
    with refused("not_open"):
        check_out(task, VISIT_AT)
    check_in(task)
    check_out(task, VISIT_AT + HOUR)
    with refused("not_open"):
        check_out(task, VISIT_AT + HOUR)


def test_the_visit_is_over_when_the_last_has_gone():
    need = matching.opening(help_requests.visit(places=2))
    first, second = matching.assignment(need), matching.assignment(need)
    for task in (first, second):
        check_in(task)
    check_out(first, VISIT_AT + HOUR)
    assert Opening.objects.get(pk=need.pk).visit.state == "IN_SERVICE"
    check_out(second, VISIT_AT + HOUR)
    assert Opening.objects.get(pk=need.pk).visit.state == "COMPLETED"


@pytest.mark.parametrize(
    ("served", "parts"),
    [
        (timedelta(minutes=59), [59]),
        (timedelta(minutes=60), [60]),
        (timedelta(minutes=61), [60, 1]),
        (timedelta(hours=3), [60, 120]),
    ],
)
def test_over_midnight_two_records_that_continue(served, parts):
    late = VISIT_AT.replace(hour=15, minute=0)  # 23:00 in Shanghai
    task = matching.assignment(matching.opening(help_requests.visit(starts_at=late, minutes=240)))
    check_in(task)

    check_out(task, late + served)

    rows = list(queries.records_of(task))
    assert [row.minutes for row in rows] == parts
    if len(rows) == 2:
        assert rows[1].continues == rows[0]
        assert rows[1].service_on == rows[0].service_on + timedelta(days=1)
        assert rows[0].ends_at == rows[1].starts_at
    assert {row.state for row in rows} == {"UNCONFIRMED"}


def test_a_forgotten_check_out_earns_nothing_by_itself(task, clock):
    row = check_in(task)
    clock.now = task.opening.ends_at + timedelta(hours=2) - MINUTE
    jobs.force_close()
    assert ServiceRecord.objects.get(pk=row.pk).state == "OPEN"
    clock.now += MINUTE

    jobs.force_close()

    row = ServiceRecord.objects.get(pk=row.pk)
    assert (row.state, row.minutes, row.ends_at) == ("FORCED", 0, task.opening.ends_at)
    assert Assignment.objects.get(pk=task.pk).state == "DONE"
    assert queries.check_in_of(task).out_method == "CLOCK"


def test_a_day_that_is_over_closes_at_its_last_minute():
    late = VISIT_AT.replace(hour=14, minute=0)  # 22:00 to midnight
    task = matching.assignment(matching.opening(help_requests.visit(starts_at=late, minutes=120)))
    check_in(task)
    assert actions.force_close_open(now=late + timedelta(hours=2, minutes=1)) == 1
    row = ServiceRecord.objects.get()
    assert row.ends_at == late + timedelta(hours=1, minutes=59)


def test_of_a_shift_too(shift_task):
    at = shift_task.opening.starts_at
    check_in(shift_task, "ROTATING_CODE", code=on_the_screen(shift_task, at))
    assert actions.force_close_open(now=shift_task.opening.ends_at + timedelta(hours=2)) == 1

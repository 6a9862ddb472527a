"""Visits: planned once, moved, called off, matched, served; the code at the door; who sees what."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.states import DeskRole, ProxyKind
from help_requests import actions, audit, jobs, queries
from help_requests.actions.codes import renew_code
from help_requests.actions.visits import plan_visits
from help_requests.models import ArrivalCode, HelpRequest, Visit
from kernel import guards
from tests.conftest import sql
from tests.factories import accounts, help_requests
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


def weekly(weeks: int) -> HelpRequest:
    until = (VISIT_AT + weeks * WEEK).date()
    return help_requests.accepted(is_weekly=True, repeats_until=until)


def starts(request):
    return list(request.visits.order_by("starts_at").values_list("starts_at", flat=True))


# --- planning ---------------------------------------------------------------------------------------


def test_a_series_is_planned_four_weeks_ahead_and_then_week_by_week(clock):
    request = weekly(8)
    assert starts(request) == [VISIT_AT + n * WEEK for n in range(4)]
    clock.now = NOON + WEEK

    jobs.plan_ahead()

    assert starts(request) == [VISIT_AT + n * WEEK for n in range(5)]
    assert actions.plan_ahead(now=clock.now) == 0


def test_what_was_moved_is_not_planned_again():
    request = weekly(2)
    first = request.visits.earliest("starts_at")
    actions.move_visit(visit=first, starts_at=VISIT_AT + HOUR, by=request.asked_by, now=NOON)
    assert plan_visits(request=request, by=None, now=NOON) == []
    assert len(starts(request)) == 3


def test_weeks_that_passed_while_nobody_looked_are_passed_over():
    request = weekly(8)
    late = NOON + 6 * WEEK
    assert actions.plan_ahead(now=late) == 3
    assert starts(request)[-1] == VISIT_AT + 8 * WEEK


def test_a_series_whose_last_visit_is_over_is_closed():
    request = weekly(0)
    visit = request.visits.get()
    actions.mark_visit_unfilled(visit=visit, now=visit.ends_at)
    actions.plan_ahead(now=visit.ends_at)
    assert HelpRequest.objects.get(pk=request.pk).state == "CLOSED"


def test_nothing_is_planned_of_what_was_not_accepted():
    request = help_requests.submitted()
    assert plan_visits(request=request, by=None, now=NOON) == []


# --- moving and calling off -------------------------------------------------------------------------


def move(visit, to, by=None, now=NOON):
    return actions.move_visit(visit=visit, starts_at=to, by=by or visit.request.asked_by, now=now)


def test_the_residents_side_and_the_office_move_a_visit_with_its_length():
    visit, before = help_requests.visit(), last_event()
    move(visit, VISIT_AT + HOUR)
    assert (visit.starts_at, visit.ends_at) == (VISIT_AT + HOUR, VISIT_AT + 3 * HOUR)
    assert names_since(before) == ["visit.moved"]
    move(visit, VISIT_AT, by=accounts.officer(region=visit.region))
    assert Visit.objects.get().starts_at == VISIT_AT


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (datetime(2026, 3, 6, 12), "naive_time"),  # noqa: DTZ001 (that is what is refused)
        (NOON - HOUR, "in_the_past"),
        (NOON + timedelta(days=400), "too_far_ahead"),
    ],
)
def test_not_to_a_time_that_cannot_be(to, code):
    visit = help_requests.visit()
    with refused(code):
        move(visit, to)


def test_not_by_others_not_onto_another_and_not_once_it_began():
    request = weekly(2)
    first, second, _third = request.visits.order_by("starts_at")
    stranger, away = accounts.user(), accounts.officer(region=street("310104001"))
    for by in (stranger, away):
        with refused("not_your_request"):
            move(first, VISIT_AT + HOUR, by=by)
    with refused("visit_there"):
        move(first, second.starts_at)
    stale = Visit.objects.get(pk=first.pk)
    actions.mark_visit_matched(visit=first, by=None, now=NOON)
    with refused("state_changed"):
        move(stale, VISIT_AT + HOUR)
    actions.mark_visit_in_service(visit=first, by=None, now=NOON)
    with refused("visit_over"):
        move(first, VISIT_AT + HOUR)


def test_one_of_a_series_is_called_off_and_the_rest_stays():
    request = weekly(2)
    first = request.visits.earliest("starts_at")
    with refused("reason_missing"):
        actions.cancel_visit(visit=first, reason="?", by=request.asked_by, now=NOON)
    actions.cancel_visit(visit=first, reason="NOT_NEEDED", by=request.asked_by, now=NOON)
    assert first.state == "CANCELLED"
    assert HelpRequest.objects.get().state == "ACCEPTED"


# --- its way ----------------------------------------------------------------------------------------


def test_from_planned_to_completed_and_the_request_closes():
    visit, before = help_requests.visit(), last_event()
    actions.mark_visit_matched(visit=visit, by=None, now=NOON)
    actions.mark_visit_open_again(visit=visit, by=None, now=NOON)
    actions.mark_visit_matched(visit=visit, by=None, now=NOON)
    actions.mark_visit_in_service(visit=visit, by=None, now=VISIT_AT)
    actions.mark_visit_in_service(visit=visit, by=None, now=VISIT_AT)  # a second volunteer
    actions.mark_visit_completed(visit=visit, by=None, now=VISIT_AT + HOUR)
    assert names_since(before) == [
        "visit.matched",
        "visit.opened_again",
        "visit.matched",
        "visit.started",
        "visit.completed",
        "request.closed",
    ]
    assert visit.ended_at == VISIT_AT + HOUR


# --- the code at the door ---------------------------------------------------------------------------


def test_whoever_was_to_come_before_does_not_know_the_new_code(monkeypatch):
    visit = help_requests.matched_visit()
    codes = iter([111111, 222222])
    monkeypatch.setattr("help_requests.actions.codes.secrets.randbelow", lambda _most: next(codes))
    renew_code(visit=visit)
    ArrivalCode.objects.update(tries=3)
    renew_code(visit=visit)
    row = ArrivalCode.objects.select_related("key").get()
    assert (row.code, row.tries) == ("222222", 0)


def use(visit, code, by=None):
    actions.use_arrival_code(visit=visit, code=code, by=by or accounts.user(), now=VISIT_AT)


def test_a_code_typed_as_people_type_and_wrong_ones_are_counted():
    visit = help_requests.matched_visit()
    code = str(ArrivalCode.objects.select_related("key").get().code)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for typed in (code, f" {code[:3]} {code[3:]} ", wide):
        use(visit, typed)
    for wrong in ("", "x", "\ud800", "999 9999"):
        with pytest.raises(Exception, match="code_wrong"):
            use(visit, wrong)
    assert queries.wrong_tries(Visit.objects.get()) == 4
    with pytest.raises(Exception, match="code_wrong"):
        use(visit, "0")
    with pytest.raises(Exception, match="code_locked"):
        use(visit, code)


def test_a_visit_that_nobody_filled_has_no_code():
    visit, by = help_requests.visit(), accounts.user()
    with refused("no_code"):
        use(visit, "123456", by)
    assert queries.wrong_tries(visit) == 5
    assert queries.arrival_code_for(visit.request.asked_by, visit, now=VISIT_AT) is None


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (VISIT_AT - 2 * HOUR - timedelta(seconds=1), False),
        (VISIT_AT - 2 * HOUR, True),
        (VISIT_AT + 2 * HOUR, True),
        (VISIT_AT + 2 * HOUR + timedelta(seconds=1), False),
    ],
)
def test_the_residents_side_reads_it_in_its_time(now, shown):
    visit = help_requests.matched_visit()
    resident = visit.request.resident
    proxy = accounts.grant(resident, kind=ProxyKind.FAMILY).proxy
    for viewer in (resident.user, proxy):
        assert (queries.arrival_code_for(viewer, visit, now=now) is not None) == shown
    for viewer in (None, accounts.user(), accounts.officer(region=visit.region)):
        assert queries.arrival_code_for(viewer, visit, now=now) is None


# --- who sees what ----------------------------------------------------------------------------------


def test_visits_are_for_the_residents_side_and_the_office():
    visit = help_requests.visit()
    resident = visit.request.resident
    proxy = accounts.grant(resident).proxy
    for viewer in (resident.user, proxy, accounts.officer(region=visit.region)):
        assert list(queries.visits_for(viewer, now=NOON)) == [visit]
    for viewer in (None, accounts.user(), accounts.officer(region=street("310104001"))):
        assert list(queries.visits_for(viewer, now=NOON)) == []


def test_requests_are_for_who_asked_and_who_answers():
    mine, other = help_requests.submitted(), help_requests.submitted()
    assert list(queries.my_requests(mine.asked_by, now=NOON)) == [mine]
    assert list(queries.requests_for(None, now=NOON)) == []
    office = accounts.officer(region=other.region)
    assert set(queries.requests_for(office, now=NOON)) == {mine, other}
    assert list(queries.my_requests(office, now=NOON)) == []


def test_the_hotline_finds_by_number_or_caller_and_nothing_without_either():
    sent = help_requests.submitted()
    help_requests.draft(sent.resident)  # of the resident's own: not theirs to see
    operator = accounts.officer(DeskRole.OPERATOR)
    number = f"{sent.number[:5]} {sent.number[5:]}"
    assert list(queries.find_requests(operator, now=NOON, number=number)) == [sent]
    assert list(queries.find_requests(operator, now=NOON, resident=sent.resident)) == [sent]
    assert list(queries.find_requests(operator, now=NOON)) == []
    away = accounts.officer(DeskRole.OPERATOR, street("310104001"))
    assert list(queries.find_requests(away, now=NOON, number=number)) == []


def test_the_queue_is_of_the_area_by_what_is_due_state_and_words():
    closed, accepted = help_requests.submitted(), help_requests.accepted()
    sent = help_requests.submitted()
    help_requests.draft()
    office = accounts.officer()
    actions.cancel_request(request=closed, reason="ILL", by=office, now=NOON)

    def queue(**given):
        return list(queries.request_queue(office, now=NOON, **given))

    assert queue() == [sent, accepted, closed]
    assert queue(state="ACCEPTED") == [accepted]
    assert queue(text="就医") == [sent, accepted, closed]
    assert queue(text="doctor") == [sent, accepted, closed]
    assert queue(text=f"{sent.number[:5]} {sent.number[5:]}") == [sent]
    assert queue(text="--") == []
    away = accounts.officer(region=street("310104001"))
    assert list(queries.request_queue(away, now=NOON)) == []


def test_what_the_resident_sees_is_the_next_visits_state():
    draft = help_requests.draft()
    assert queries.shown_state(draft)[1] == "DRAFT"
    request = weekly(1)
    first, second = request.visits.order_by("starts_at")
    assert queries.shown_state(request) == ("help_requests_visit", "PLANNED")
    actions.mark_visit_matched(visit=first, by=None, now=NOON)
    assert queries.shown_state(HelpRequest.objects.get(pk=request.pk))[1] == "MATCHED"
    for visit in (first, second):
        actions.cancel_visit(visit=visit, reason="NOT_NEEDED", by=request.asked_by, now=NOON)
    # The last word, should the request still stand.
    HelpRequest.objects.filter(pk=request.pk)
    assert queries.shown_state(request)[1] in {"CANCELLED", "CLOSED"}


def test_verify_names_what_is_broken():
    open_ = help_requests.visit()
    other = help_requests.visit()
    assert list(audit.broken()) == []
    guards.drop(connection)
    sql("UPDATE help_requests_visit SET region_id = region_id - 1 WHERE id = %s", [other.pk])
    sql(
        "UPDATE help_requests_helprequest SET state = 'SUBMITTED' WHERE id = %s",
        [open_.request_id],
    )
    assert [name for name, _row in audit.broken()] == ["I12", "visits", "visits"]

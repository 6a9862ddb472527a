"""Complaints: taken in, followed, answered by somebody who had no part in it, in time."""

from datetime import timedelta

import pytest

from kernel.models import Event
from kernel.workdays import local_date
from organizations.states import MemberRole
from rights import actions, queries
from rights.models import Complaint, Ruling
from tests.factories import accounts, organizations, regions, rights, service_records
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
TODAY = local_date(NOON)
LATER = NOON + timedelta(days=3)


def test_a_complaint_has_its_clocks_and_leaves_an_event():
    by, before = accounts.user(), last_event()

    complaint, code = rights.complaint_with_code(by=by, wish="道歉", contact="不用联系")

    assert code == ""
    assert (complaint.state, complaint.by, complaint.track_index) == ("SUBMITTED", by, "")
    assert complaint.acknowledge_by == TODAY + timedelta(days=15)
    assert complaint.conclude_by == TODAY + timedelta(days=60)
    kept = Complaint.objects.get()
    assert (kept.words, kept.wish, kept.contact) == ("说话很不客气", "道歉", "不用联系")
    assert names_since(before)[-1] == "complaint.submitted"


def test_the_clocks_are_settings(settings):
    settings.HUB_CASE_DAYS = {**settings.HUB_CASE_DAYS, "acknowledge": 5, "conclude": 20}

    complaint = rights.complaint()

    assert complaint.acknowledge_by == TODAY + timedelta(days=5)
    assert complaint.conclude_by == TODAY + timedelta(days=20)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"kind": "WEATHER"}, "kind_missing", "kind"),
        ({"words": " "}, "words_missing", "words"),
        ({"words": "x" * 2001}, "words_missing", "words"),
        ({"wish": "x" * 2001}, "words_missing", "wish"),
        ({"contact": "x" * 101}, "words_missing", "contact"),
        ({"words": "a\u202eb"}, "bad_characters", "words"),
    ],
)
def test_what_cannot_be_a_complaint_is_refused(given, code, field):
    values = {"by": accounts.user(), "region": regions.street(), **given}

    with refused(code) as caught:
        rights.complaint(**values)

    assert caught.value.field == field
    assert not Complaint.objects.exists()


def test_without_an_account_number_and_code_follow_it():
    complaint, code = rights.complaint_with_code(by=None)
    spoken = f"{complaint.number[:5]} {complaint.number[5:]}".lower()

    found = queries.track(spoken, f" {code[:4]}-{code[4:]}")

    assert (found, found.words) == (complaint, "说话很不客气")
    assert code not in (complaint.track_index, complaint.number)


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer():
    complaint, code = rights.complaint_with_code(by=None)
    with_account = rights.complaint()

    answers = [
        queries.track("T0000000000", code),
        queries.track(complaint.number, "00000000" if code != "00000000" else "00000001"),
        queries.track(complaint.number, ""),
        queries.track(with_account.number, ""),
        queries.track(with_account.number, code),
    ]

    assert answers == [None] * 5


def test_a_case_goes_all_the_way_to_a_ruling():
    complaint, handler = rights.complaint(), rights.handler()
    before = last_event()

    actions.acknowledge(case=complaint, by=handler, now=LATER)
    actions.take_in_hand(case=complaint, by=handler, now=LATER)
    ruling = actions.conclude(
        case=complaint, outcome="UPHELD", words="您说得对", by=handler, now=LATER
    )
    actions.close_case(case=complaint, by=complaint.by, now=LATER)

    complaint.refresh_from_db()
    assert (complaint.state, complaint.handler) == ("CLOSED", handler)
    assert (ruling.outcome, ruling.is_review, ruling.by) == ("UPHELD", False, handler)
    assert Ruling.objects.select_related("key").get().words == "您说得对"
    assert names_since(before) == [
        "complaint.acknowledged",
        "complaint.taken",
        "complaint.concluded",
        "complaint.closed",
    ]


def test_who_the_complaint_is_about_never_deals_with_it():
    handler = rights.handler()
    complaint = rights.complaint(about_user=handler)

    with refused("involved"):
        actions.acknowledge(case=complaint, by=handler, now=LATER)

    assert complaint not in queries.complaints_for(handler, now=NOON)
    assert queries.case_queue(handler, now=NOON) == []


def test_who_complains_does_not_decide_it():
    handler = rights.handler()
    complaint = rights.complaint(by=handler)

    with refused("involved"):
        actions.acknowledge(case=complaint, by=handler, now=LATER)

    assert complaint in queries.complaints_for(handler, now=NOON)
    assert queries.case_queue(handler, now=NOON) == []


def test_nobody_of_the_body_complained_about_deals_with_it():
    handler, body = rights.handler(), organizations.organization()
    organizations.membership(body, MemberRole.VOLUNTEER, person=handler)
    complaint = rights.complaint(about_organization=body)

    with refused("involved"):
        actions.acknowledge(case=complaint, by=handler, now=LATER)

    assert queries.case_queue(handler, now=NOON) == []


@pytest.mark.parametrize("part", ["volunteer", "recorded_by", "approved_by"])
def test_nobody_with_a_part_in_the_service_deals_with_it(part):
    record = service_records.approved()
    person = getattr(record, part)
    accounts.desk("CASE_HANDLER", record.region, user=person)
    complaint = rights.complaint(assignment=record.assignment, kind="HOURS")

    with refused("involved"):
        actions.acknowledge(case=complaint, by=person, now=LATER)

    assert person.pk in queries.involved_in(complaint)
    assert queries.case_queue(person, now=NOON) == []


def test_a_case_goes_one_level_up_when_the_nearest_handler_is_part_of_it():
    near = rights.handler()
    above = rights.handler(region=regions.district())
    rights.handler(region=regions.street("310104001"))

    other, about = rights.complaint(), rights.complaint(about_user=near)

    assert queries.handlers_of(other, now=NOON) == [near]
    assert queries.handlers_of(about, now=NOON) == [above]
    assert queries.case_queue(above, now=NOON) == [other, about]


def test_a_handler_of_another_street_sees_and_does_nothing():
    complaint, stranger = rights.complaint(), rights.handler(region=regions.street("310104001"))

    with refused("not_your_area"):
        actions.acknowledge(case=complaint, by=stranger, now=LATER)

    assert not queries.complaints_for(stranger, now=NOON).exists()
    assert not queries.complaints_for(accounts.user(), now=NOON).exists()
    assert not queries.complaints_for(None, now=NOON).exists()


def test_the_clock_is_extended_once():
    complaint, handler = rights.complaint(), rights.handler()
    actions.acknowledge(case=complaint, by=handler, now=LATER)

    actions.extend_case(case=complaint, by=handler, now=LATER)

    complaint.refresh_from_db()
    assert complaint.conclude_by == TODAY + timedelta(days=90)
    with refused("extended_already"):
        actions.extend_case(case=complaint, by=handler, now=LATER)


def test_only_a_running_case_is_extended_and_only_as_it_was_read():
    complaint, handler = rights.complaint(), rights.handler()
    with refused("illegal_move"):
        actions.extend_case(case=complaint, by=handler, now=LATER)
    actions.acknowledge(case=complaint, by=handler, now=LATER)
    stale = Complaint.objects.get()
    actions.take_in_hand(case=complaint, by=handler, now=LATER)

    with refused("state_changed"):
        actions.extend_case(case=stale, by=handler, now=LATER)


def test_a_case_is_taken_back_by_who_brought_it_until_it_is_decided():
    complaint, stranger = rights.complaint(), accounts.user()
    with refused("not_yours"):
        actions.withdraw_case(case=complaint, by=stranger, now=LATER)

    actions.withdraw_case(case=complaint, by=complaint.by, now=LATER)

    complaint.refresh_from_db()
    assert complaint.state == "WITHDRAWN"
    with refused("illegal_move"):
        actions.withdraw_case(case=complaint, by=complaint.by, now=LATER)


def test_the_code_does_what_an_account_does():
    complaint, code = rights.complaint_with_code(by=None)
    for wrong in ("", "12345678x"):
        with refused("not_yours"):
            actions.withdraw_case(case=complaint, by=None, code=wrong, now=LATER)

    actions.withdraw_case(case=complaint, by=None, code=code, now=LATER)

    assert complaint.state == "WITHDRAWN"
    assert Event.objects.last().by_id is None


def concluded(**given):
    complaint, handler = rights.complaint(**given), rights.handler()
    actions.acknowledge(case=complaint, by=handler, now=LATER)
    actions.conclude(case=complaint, outcome="DISMISSED", words="不成立", by=handler, now=LATER)
    return complaint, handler


def test_a_review_is_another_persons_look_and_the_last_one():
    complaint, first = concluded()
    second = rights.handler()

    actions.ask_review(case=complaint, by=complaint.by, now=LATER)

    assert (complaint.state, complaint.handler) == ("UNDER_REVIEW", None)
    assert complaint.conclude_by == local_date(LATER) + timedelta(days=30)
    with refused("second_person"):
        actions.conclude(case=complaint, outcome="UPHELD", words="成立", by=first, now=LATER)
    ruling = actions.conclude(case=complaint, outcome="PARTLY", words="部分", by=second, now=LATER)
    assert (complaint.state, ruling.is_review) == ("CLOSED", True)


def test_a_review_is_asked_for_within_thirty_days_by_who_brought_the_case():
    complaint, _handler = concluded()
    stranger, last_day = accounts.user(), LATER + timedelta(days=30)

    with refused("not_yours"):
        actions.ask_review(case=complaint, by=stranger, now=LATER)
    with refused("too_late"):
        actions.ask_review(case=complaint, by=complaint.by, now=last_day + timedelta(days=1))
    actions.ask_review(case=complaint, by=complaint.by, now=last_day)

    assert complaint.state == "UNDER_REVIEW"


def test_a_review_of_what_is_not_decided_is_refused():
    complaint = rights.complaint()

    with refused("too_late"):
        actions.ask_review(case=complaint, by=complaint.by, now=LATER)


def test_a_handler_cannot_close_a_case_while_a_review_can_be_asked_for():
    complaint, handler = concluded()
    stranger, over = accounts.user(), LATER + timedelta(days=31)

    with refused("review_possible"):
        actions.close_case(case=complaint, by=handler, now=LATER)
    with refused("not_your_area"):
        actions.close_case(case=complaint, by=stranger, now=over)
    actions.close_case(case=complaint, by=handler, now=over)

    assert complaint.state == "CLOSED"


def test_the_clock_closes_what_nobody_asked_about():
    complaint, _handler = concluded()
    last_day = LATER + timedelta(days=30)

    assert actions.close_settled(now=last_day) == 0
    assert actions.close_settled(now=last_day + timedelta(days=1)) == 1
    assert actions.close_settled(now=last_day + timedelta(days=1)) == 0

    complaint.refresh_from_db()
    assert complaint.state == "CLOSED"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"outcome": "MAYBE"}, "outcome_missing", "outcome"),
        ({"words": ""}, "words_missing", "words"),
    ],
)
def test_a_conclusion_says_what_and_why(given, code, field):
    complaint, handler = rights.complaint(), rights.handler()
    actions.acknowledge(case=complaint, by=handler, now=LATER)
    values = {"outcome": "UPHELD", "words": "您说得对", **given}

    with refused(code) as caught:
        actions.conclude(case=complaint, by=handler, now=LATER, **values)

    assert caught.value.field == field
    assert not Ruling.objects.exists()
    assert Complaint.objects.get().state == "ACKNOWLEDGED"


def test_an_overdue_case_is_announced_once_for_each_clock():
    complaint, handler = rights.complaint(), rights.handler()
    first = NOON + timedelta(days=16)
    second = NOON + timedelta(days=61)

    assert actions.note_overdue_cases(now=NOON + timedelta(days=15)) == 0
    assert actions.note_overdue_cases(now=first) == 1
    assert actions.note_overdue_cases(now=first + timedelta(days=2)) == 0
    actions.acknowledge(case=complaint, by=handler, now=first)
    assert actions.note_overdue_cases(now=NOON + timedelta(days=60)) == 0
    assert actions.note_overdue_cases(now=second) == 1
    assert actions.note_overdue_cases(now=second) == 0

    told = Event.objects.filter(name="complaint.overdue").values_list("data__due", flat=True)
    assert list(told) == [str(TODAY + timedelta(days=15)), str(TODAY + timedelta(days=60))]


def test_two_who_look_at_once_announce_an_overdue_case_once():
    case, late = rights.complaint(), NOON + timedelta(days=16)

    told = [actions.note_overdue(case=case, now=late) for _look in range(2)]

    assert told == [True, False]
    assert Event.objects.filter(name="complaint.overdue").count() == 1


def test_no_clock_runs_for_what_was_taken_back():
    case = rights.complaint()
    assert case.due_on == case.acknowledge_by

    actions.withdraw_case(case=case, by=case.by, now=NOON)

    assert case.due_on is None

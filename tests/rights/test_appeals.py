"""Appeals: against a decision on hours, decided by another person, put right at once."""

from datetime import timedelta

import pytest

from kernel.refusals import Refusal
from rights import actions, queries
from rights.models import Appeal
from service_records.queries import totals
from service_records.states import RecordState
from tests.factories import accounts, regions, rights, service_records
from tests.factories.service_records import NEXT_DAY
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def acknowledged(record=None):
    appeal, handler = rights.appeal(record), rights.handler()
    actions.acknowledge(case=appeal, by=handler, now=NEXT_DAY)
    return appeal, handler


def test_an_upheld_appeal_corrects_approved_hours_with_a_new_row():
    appeal, handler = acknowledged()
    before = last_event()

    actions.conclude(
        case=appeal, outcome="UPHELD", words="确实两小时", minutes=120, by=handler, now=NEXT_DAY
    )

    old = appeal.record
    new = old.correction
    assert (appeal.state, new.minutes, new.state) == ("CONCLUDED", 120, RecordState.APPROVED)
    assert (new.approved_by, new.approver_region) == (handler, regions.street())
    assert totals(appeal.by).verified == 120
    assert names_since(before) == ["appeal.concluded", "record.confirmed", "record.corrected"]


def test_a_partly_right_appeal_brings_returned_hours_back_to_review():
    appeal, handler = acknowledged(service_records.returned())

    actions.conclude(
        case=appeal, outcome="PARTLY", words="算一小时", minutes=60, by=handler, now=NEXT_DAY
    )

    record = appeal.record
    record.refresh_from_db()
    assert (record.state, record.minutes, record.recorded_by) == ("PROPOSED", 60, handler)


def test_a_dismissed_appeal_changes_no_hours():
    appeal, handler = acknowledged()

    ruling = actions.conclude(
        case=appeal, outcome="DISMISSED", words="证据不足", by=handler, now=NEXT_DAY
    )

    assert (ruling.minutes, totals(appeal.by).verified) == (None, 90)


def test_who_is_right_about_hours_is_told_how_many():
    appeal, handler = acknowledged()

    with refused("minutes_missing") as caught:
        actions.conclude(case=appeal, outcome="UPHELD", words="您说得对", by=handler, now=NEXT_DAY)

    assert caught.value.field == "minutes"
    appeal.refresh_from_db()
    assert appeal.state == "ACKNOWLEDGED"


def test_minutes_that_cannot_be_undo_the_whole_conclusion():
    appeal, handler = acknowledged()

    with pytest.raises(Refusal) as caught:
        actions.conclude(
            case=appeal, outcome="UPHELD", words="您说得对", minutes=1441, by=handler, now=NEXT_DAY
        )

    assert caught.value.code == "bad_minutes"
    fresh = Appeal.objects.get()
    assert (fresh.state, fresh.rulings.count()) == ("ACKNOWLEDGED", 0)


def test_a_second_appeal_after_a_correction_corrects_the_correction():
    appeal, handler = acknowledged()
    second = rights.handler()
    actions.conclude(
        case=appeal, outcome="PARTLY", words="一半", minutes=100, by=handler, now=NEXT_DAY
    )

    actions.ask_review(case=appeal, by=appeal.by, now=NEXT_DAY)
    actions.conclude(
        case=appeal, outcome="UPHELD", words="全部", minutes=120, by=second, now=NEXT_DAY
    )

    assert totals(appeal.by).verified == 120
    assert appeal.record.correction.correction.minutes == 120


@pytest.mark.parametrize("part", ["volunteer", "recorded_by", "approved_by"])
def test_who_decided_before_does_not_decide_the_appeal(part):
    record = service_records.approved()
    person = getattr(record, part)
    accounts.desk("CASE_HANDLER", record.region, user=person)
    appeal = rights.appeal(record)

    with refused("involved"):
        actions.acknowledge(case=appeal, by=person, now=NEXT_DAY)

    assert queries.case_queue(person, now=NEXT_DAY) == []


def test_who_returned_the_hours_does_not_decide_the_appeal():
    reviewer = accounts.officer("REVIEWER")
    accounts.desk("CASE_HANDLER", regions.street(), user=reviewer)
    appeal = rights.appeal(service_records.returned(by=reviewer))

    with refused("involved"):
        actions.acknowledge(case=appeal, by=reviewer, now=NEXT_DAY)

    assert appeal not in queries.appeals_for(reviewer, now=NEXT_DAY)


def test_the_region_of_the_correction_is_the_handlers_own():
    record = service_records.approved()
    above = rights.handler(region=regions.district())
    appeal = rights.appeal(record)
    actions.acknowledge(case=appeal, by=above, now=NEXT_DAY)

    actions.conclude(
        case=appeal, outcome="UPHELD", words="您说得对", minutes=100, by=above, now=NEXT_DAY
    )

    assert appeal.record.correction.approver_region == regions.district()


def test_an_appeal_is_the_volunteers_own():
    record, stranger = service_records.approved(), accounts.user()

    with refused("not_yours"):
        rights.appeal(record, by=stranger)


def test_an_appeal_waits_for_the_decision():
    record = service_records.proposed()

    with refused("not_decided"):
        rights.appeal(record)


def test_an_appeal_is_made_within_thirty_days():
    record = service_records.approved()
    last = record.approved_at + timedelta(days=30)

    with refused("too_late"):
        rights.appeal(record, now=last + timedelta(seconds=1))
    appeal = rights.appeal(record, now=last)

    assert appeal.state == "SUBMITTED"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"reason": "MOOD"}, "reason_missing", "reason"),
        ({"words": ""}, "words_missing", "words"),
        ({"claimed_minutes": 0}, "bad_minutes", "claimed_minutes"),
        ({"claimed_minutes": 1441}, "bad_minutes", "claimed_minutes"),
    ],
)
def test_what_cannot_be_an_appeal_is_refused(given, code, field):
    record = service_records.approved()

    with refused(code) as caught:
        rights.appeal(record, **given)

    assert caught.value.field == field
    assert not Appeal.objects.exists()


def test_one_appeal_runs_at_a_time_and_none_after_a_correction():
    appeal, handler = acknowledged()
    with refused("appeal_running"):
        rights.appeal(appeal.record)
    actions.conclude(
        case=appeal, outcome="UPHELD", words="您说得对", minutes=100, by=handler, now=NEXT_DAY
    )

    with refused("corrected"):
        rights.appeal(appeal.record, claimed_minutes=None)


def test_an_appeal_is_taken_back():
    appeal = rights.appeal()

    actions.withdraw_case(case=appeal, by=appeal.by, now=NEXT_DAY)

    assert appeal.state == "WITHDRAWN"


def test_an_appeal_is_asked_for_review_and_closed_by_its_own():
    appeal, handler = acknowledged()
    actions.take_in_hand(case=appeal, by=handler, now=NEXT_DAY)
    actions.conclude(case=appeal, outcome="DISMISSED", words="不成立", by=handler, now=NEXT_DAY)

    with refused("not_yours"):
        actions.ask_review(case=appeal, by=None, code="", now=NEXT_DAY)
    actions.close_case(case=appeal, by=appeal.by, now=NEXT_DAY)

    assert appeal.state == "CLOSED"


def test_everybody_is_asked_who_sees_an_appeal():
    appeal = rights.appeal()
    seen = {
        "own": queries.appeals_for(appeal.by, now=NEXT_DAY),
        "handler": queries.appeals_for(rights.handler(), now=NEXT_DAY),
        "other street": queries.appeals_for(
            rights.handler(region=regions.street("310104001")), now=NEXT_DAY
        ),
        "stranger": queries.appeals_for(accounts.user(), now=NEXT_DAY),
        "reviewer": queries.appeals_for(appeal.record.approved_by, now=NEXT_DAY),
        "anonymous": queries.appeals_for(None, now=NEXT_DAY),
    }

    assert {who: appeal in rows for who, rows in seen.items()} == {
        "own": True,
        "handler": True,
        "other street": False,
        "stranger": False,
        "reviewer": False,
        "anonymous": False,
    }


def test_an_overdue_appeal_is_announced():
    rights.appeal()
    before = last_event()

    actions.note_overdue_cases(now=NEXT_DAY + timedelta(days=16))

    assert names_since(before) == ["appeal.overdue"]

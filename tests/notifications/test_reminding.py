"""Reminders: a day and two hours before, once each; papers that run out."""

from datetime import date, timedelta

import pytest

from accounts import actions as people
from accounts.states import DeskRole
from help_requests import actions as requests
from help_requests.models import ArrivalCode
from matching import actions as matching
from notifications import actions, jobs
from notifications.models import Dispatch, Notice
from tests.factories import accounts, help_requests
from tests.factories import matching as make
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_link_opens")]
DAY_BEFORE, TWO_HOURS_BEFORE = VISIT_AT - timedelta(hours=24), VISIT_AT - timedelta(hours=2)


def test_both_sides_are_reminded_a_day_and_two_hours_before_once_each(kinds):
    task = make.assignment()
    resident = task.opening.visit.request.resident
    proxy = accounts.grant(resident).proxy
    early = actions.remind(now=DAY_BEFORE - timedelta(seconds=1))

    made = [actions.remind(now=at) for at in (DAY_BEFORE, DAY_BEFORE + timedelta(hours=3))]
    made += [actions.remind(now=TWO_HOURS_BEFORE) for _time in range(2)]

    assert (early, made) == (0, [1, 0, 1, 0])
    assert kinds(task.volunteer) == ["task_tomorrow", "task_soon"]
    assert kinds(resident.user) == ["visit_tomorrow", "visit_soon"]
    assert kinds(proxy) == ["visit_tomorrow", "visit_soon"]


def test_the_text_of_two_hours_before_has_the_arrival_code_and_nothing_else_has():
    task = make.assignment()
    code = ArrivalCode.objects.get().code
    actions.remind(now=DAY_BEFORE)
    actions.remind(now=TWO_HOURS_BEFORE)

    words = {
        (message.kind, message.user == task.volunteer): code in message.words
        for message in Dispatch.objects.filter(channel="SMS").select_related("key", "user")
    }

    assert words == {
        ("task_tomorrow", True): False,
        ("task_soon", True): False,
        ("visit_tomorrow", False): False,
        ("visit_soon", False): True,
    }
    assert not Notice.objects.filter(facts__icontains=code).exists()


def test_a_resident_without_account_is_reminded_by_text_with_the_code():
    operator = accounts.officer(DeskRole.OPERATOR)
    caller = accounts.resident(user=None, phone="13911112222", by=operator)
    visit = help_requests.visit(
        caller,
        by=operator,
        channel="HOTLINE",
        call_number="H1",
        wish="复诊",
        wish_source="OWN_WORDS",
    )
    make.assignment(make.opening(visit))

    actions.remind(now=DAY_BEFORE)
    actions.remind(now=TWO_HOURS_BEFORE)

    texts = Dispatch.objects.filter(user__isnull=True).select_related("key").order_by("pk")
    assert [text.kind for text in texts] == ["visit_tomorrow", "visit_soon"]
    assert str(ArrivalCode.objects.get().code) in texts[1].words


def test_who_agreed_an_hour_ago_is_not_reminded_at_once():
    opening = make.opening()
    offer = make.offer(opening)
    agreed = VISIT_AT - timedelta(hours=20)
    matching.extend_offer(offer=offer, by=offer.volunteer, now=NOON)
    offer.expires_at = agreed + timedelta(hours=1)
    offer.save(update_fields=["expires_at"])
    matching.accept_offer(offer=offer, by=offer.volunteer, now=agreed)

    assert actions.remind(now=agreed) == 0
    assert actions.remind(now=TWO_HOURS_BEFORE) == 1


def test_a_moved_visit_is_reminded_of_again(kinds):
    task = make.assignment()
    visit = task.opening.visit
    actions.remind(now=DAY_BEFORE)
    later = VISIT_AT + timedelta(days=1)
    requests.move_visit(visit=visit, starts_at=later, by=accounts.officer(), now=DAY_BEFORE)

    actions.remind(now=later - timedelta(hours=24))

    assert kinds(task.volunteer) == ["task_tomorrow", "task_tomorrow"]


def test_a_visit_with_a_place_still_open_is_not_announced_to_the_resident(kinds):
    task = make.assignment(make.opening(help_requests.visit(places=2)))

    actions.remind(now=DAY_BEFORE)

    assert kinds(task.volunteer) == ["task_tomorrow"]
    assert kinds(task.opening.visit.request.resident.user) == []


def test_a_shift_reminds_its_volunteers(kinds):
    application = make.application()

    actions.remind(now=application.opening.starts_at - timedelta(hours=24))

    assert kinds(application.volunteer) == ["task_tomorrow"]


def test_a_task_called_off_reminds_nobody():
    task = make.assignment()
    matching.cancel_assignment(assignment=task, reason="病了", by=task.volunteer, now=NOON)

    assert actions.remind(now=DAY_BEFORE) == 0


def test_a_paper_is_mentioned_once_in_its_last_thirty_days(kinds, clock):
    credential = accounts.credential(accounts.volunteer(), valid_until=date(2026, 4, 3))
    people.decide_credential(
        credential=credential, accept=True, reason="", by=accounts.officer(), now=NOON
    )

    before = actions.mention_expiring(now=NOON - timedelta(days=1))
    jobs.remind()
    again = actions.mention_expiring(now=NOON)

    assert (before, again) == (0, 0)
    assert kinds(credential.volunteer.user) == ["credential_expiring"]

"""What speaks against a candidate: said, and no bar."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as people
from accounts.models import VolunteerProfile
from accounts.states import Purpose
from matching import actions, queries
from matching.actions.willing import pause_kind
from matching.models import Assignment, Offer
from matching.queries import board
from matching.queries.board import verdict
from tests.factories import help_requests, matching
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db
NEW = "还没有服务过"


def said(need):
    return [row.against for row in queries.candidates(need, now=NOON)]


def test_who_is_new_is_said_and_nothing_else_of_who_fits():
    need = matching.opening()
    matching.ready_volunteer()
    assert said(need) == [[NEW]]


def test_who_did_not_choose_this_kind_or_no_automatic_offers_is_marked():
    need, me = matching.opening(), matching.ready_volunteer()
    people.set_categories(volunteer=me.volunteer, categories=[], by=me, now=NOON)
    consent = me.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=me, now=NOON)

    against = ["没有选这类服务：自动邀约和统筹安排都会跳过", "不想被自动询问", NEW]
    assert said(need) == [against]
    answer = verdict(need, me.volunteer, now=NOON)
    assert (answer.can_go, answer.place, answer.against) == (True, 1, against)


def test_a_pause_from_this_kind_is_said():
    need, me = matching.opening(), matching.ready_volunteer()
    pause_kind(user=me, category=need.category, days=7, now=NOON)
    assert said(need) == [["近期不想收到这类服务的邀约", NEW]]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (1, "最近 7 天已自动问过 1 次"),
        (9, "一天内已自动问过 9 次，7 天内已自动问过 9 次：自动邀约已到上限"),
    ],
)
def test_how_often_they_were_asked_is_said(times, words):
    need, me = matching.opening(), matching.ready_volunteer()
    for n in range(times):
        at = help_requests.VISIT_AT + timedelta(days=1 + n)
        matching.offer(matching.opening(help_requests.visit(starts_at=at)), me)
    Offer.objects.update(sent_by=None)

    assert said(need) == [[words, NEW]]


def test_who_lives_far_and_often_does_not_come_is_said():
    need, me = matching.opening(), matching.ready_volunteer()
    VolunteerProfile.objects.filter(user=me).update(lat=need.lat + 0.0539, radius_m=10_000)
    for n in range(4):
        at = help_requests.VISIT_AT + timedelta(days=20 + n)
        matching.assignment(matching.opening(help_requests.visit(starts_at=at)), me)
    done = Assignment.objects.latest("pk")
    actions.mark_checked_in(assignment=done, by=me, now=done.opening.starts_at)
    actions.mark_done(assignment=done, by=me, now=done.opening.ends_at)
    Assignment.objects.exclude(pk=done.pk).update(state="NO_SHOW")
    Offer.objects.update(sent_at=NOON - timedelta(days=30))

    [found] = said(need)

    far, unreliable = found  # and no longer new
    assert far == "住得较远，6.0 公里"
    assert unreliable.startswith("约定的服务估计只有")


def test_reads_do_not_grow_with_the_candidates():
    need = matching.opening()

    def reads():
        for _n in range(4):
            matching.ready_volunteer()
        with CaptureQueriesContext(connection) as made:
            said(need)
        return len(made)

    few = reads()

    assert reads() == few


def test_who_is_far_down_the_list_has_no_place_in_it(monkeypatch):
    monkeypatch.setattr(board, "DEEPEST", 1)
    need = matching.opening()
    for _n in range(2):
        matching.ready_volunteer()

    found = [verdict(need, one, now=NOON) for one in VolunteerProfile.objects.all()]

    assert sorted((one.can_go, one.place, list(one.against)) for one in found if not one.place) == [
        (True, None, [])
    ]
    assert [(one.place, one.against) for one in found if one.place] == [(1, [NEW])]

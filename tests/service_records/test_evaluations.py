"""How it was: each side once, in time, in its own way."""

from datetime import timedelta

import pytest

from accounts.states import ProxyKind
from matching.models import Assignment
from service_records import actions, queries
from tests.factories import accounts, matching, organizations
from tests.factories import service_records as make
from tests.factories.regions import street
from tests.factories.service_records import NEXT_DAY
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
SCORES = {"punctuality": 5, "attitude": 4, "skill": 3}


def evaluate(task, by, side="RESIDENT", now=NEXT_DAY, **given):
    return actions.evaluate(assignment=task, side=side, by=by, now=now, **given)


@pytest.fixture
def done():
    return make.unconfirmed().assignment


@pytest.fixture
def shift_done():
    need = matching.shift_opening()
    task = Assignment.objects.get(application=matching.application(need))
    runs = organizations.membership(need.organization).user
    for act in (actions.check_in, actions.check_out):
        act(assignment=task, method="COORDINATOR", by=runs, now=need.starts_at)
    return task, runs


def resident_of(task):
    return task.opening.visit.request.resident


def test_the_resident_chooses_a_face_and_may_say_more(done):
    before = last_event()
    made = evaluate(done, resident_of(done).user, face="GOOD", words=" 很好 ", punctuality=5)
    assert (made.face, made.words, made.punctuality) == ("GOOD", "很好", 5)
    assert names_since(before) == ["evaluation.given"]


def test_or_the_guardian_does(done):
    proxy = accounts.grant(resident_of(done), kind=ProxyKind.GUARDIAN).proxy
    assert evaluate(done, proxy, face="FAIR").by == proxy


def test_the_volunteer_evaluates_too_and_each_side_once(done):
    evaluate(done, done.volunteer, "VOLUNTEER", face="GOOD")
    evaluate(done, resident_of(done).user, face="BAD")
    with refused("already_given"):
        evaluate(done, done.volunteer, "VOLUNTEER", face="GOOD")


def test_a_coordinator_gives_three_scores(shift_done):
    task, runs = shift_done
    with refused("score_missing"):
        evaluate(task, runs, "COORDINATOR", punctuality=5)
    assert evaluate(task, runs, "COORDINATOR", **SCORES).skill == 3
    with refused("not_your_side"):  # nobody was helped at home
        evaluate(task, runs, "RESIDENT", face="GOOD")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "face_missing"),
        ({"face": "?"}, "face_missing"),
        ({"face": "GOOD", "attitude": 0}, "bad_score"),
        ({"face": "GOOD", "skill": 6}, "bad_score"),
    ],
)
def test_what_is_missing_is_said(done, given, code):
    by = resident_of(done).user
    with refused(code):
        evaluate(done, by, **given)


def test_not_by_others_not_before_and_not_after_a_month(done):
    stranger, by = accounts.user(), resident_of(done).user
    for side in ("RESIDENT", "VOLUNTEER", "COORDINATOR"):
        with refused("not_your_side"):
            evaluate(done, stranger, side, face="GOOD")
    last = done.opening.ends_at + timedelta(days=30)
    with refused("too_late"):
        evaluate(done, by, face="GOOD", now=last + timedelta(seconds=1))
    evaluate(done, by, face="GOOD", now=last)
    running = make.open_record().assignment
    by = resident_of(running).user
    with refused("not_done"):
        evaluate(running, by, face="GOOD")


def test_who_reads_them(done):
    made = evaluate(done, resident_of(done).user, face="GOOD")

    def seen(viewer):
        return list(queries.evaluations_for(viewer, now=NEXT_DAY))

    assert seen(made.by) == seen(accounts.officer()) == [made]
    for viewer in (None, done.volunteer, accounts.officer(region=street("310104001"))):
        assert seen(viewer) == []

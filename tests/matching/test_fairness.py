"""How evenly people are asked and serve: what is counted, what is hidden, and why people are never asked."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from accounts import actions as people
from accounts.rules.figures import rounded
from accounts.states import Purpose
from matching import actions
from matching.models import Offer
from matching.queries.fairness import Fairness, fairness
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.regions import district, street

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def found(region: Any = None, days: int = 30) -> Fairness:
    return fairness(region or district(), since=NOON - timedelta(days=days), now=NOON)


@pytest.fixture
def all_told(monkeypatch):
    """Have every cell told that is not empty."""
    monkeypatch.setattr("accounts.rules.figures.FEWEST_IN_A_CELL", 1)
    monkeypatch.setattr("matching.queries.fairness.FEWEST_IN_A_CELL", 1)


def test_what_is_asked_and_done_is_counted_by_person():
    volunteers = [matching.ready_volunteer() for _n in range(20)]
    need = matching.opening(help_requests.visit(places=10))
    for who in volunteers[:10]:
        matching.offer(need, who)

    seen = found()

    assert (seen.people, seen.counted) == (20, 20)
    assert seen.notices.bands == [10, 10, 0, 0, 0]
    assert (seen.notices.total, seen.notices.gini, seen.notices.tenth) == (10, 0.5, None)
    assert seen.notices.curve == [0.0, 0.0, 1.0]
    assert seen.services.bands == [20, 0, 0, 0, 0]
    assert (seen.services.total, seen.services.gini) == (0, 0.0)
    assert {reason: n for reason, n in seen.never if n} == {"not_needed": 10}


def test_of_enough_people_the_busiest_tenth_is_told(all_told):
    volunteers = [matching.ready_volunteer() for _n in range(10)]
    matching.offer(None, volunteers[0])

    assert found().notices.tenth == 1.0
    assert len(found().notices.curve) == 11


def test_nothing_is_told_of_few():
    matching.offer(None, matching.ready_volunteer())

    seen = found()

    assert (seen.people, seen.counted, seen.notices.total) == (None, None, None)
    assert (seen.notices.gini, seen.notices.curve) == (None, [])
    assert {n for _reason, n in seen.never} == {0}


def test_only_the_area_and_the_time_count(all_told):
    asked = matching.ready_volunteer()
    offer = matching.offer(None, asked)
    matching.ready_volunteer(home=street("310115001"))

    assert found().people == 1
    assert found().notices.total == 1
    assert found(district("310115")).notices.total == 0
    Offer.objects.filter(pk=offer.pk).update(sent_at=NOON - MONTH - timedelta(days=1))
    assert found().notices.total == 0
    assert found(days=90).notices.total == 1


def test_a_service_counts_once_it_is_done(all_told):
    task = matching.assignment()
    over = task.opening.ends_at
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=task.opening.starts_at)
    actions.mark_done(assignment=task, by=task.volunteer, now=over)

    seen = fairness(district(), since=over - MONTH, now=over)

    assert (seen.services.total, seen.services.bands[1]) == (1, 1)
    assert found().services.total == 0  # at noon it had not been yet


def _not_allowing(user: Any) -> None:
    consent = user.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=user, now=NOON)


CHANGES: dict[str, Any] = {
    "suspended": lambda user: people.suspend_volunteer(
        volunteer=user.volunteer, reason="试", by=accounts.officer(), now=NOON
    ),
    "not_asked": _not_allowing,
    "paused": lambda user: people.set_limits(
        volunteer=user.volunteer,
        minutes_per_week=600,
        paused_until=date(2026, 3, 10),
        by=user,
        now=NOON,
    ),
    "no_windows": lambda user: people.set_windows(
        volunteer=user.volunteer, windows=[], by=user, now=NOON
    ),
    "no_categories": lambda user: people.set_categories(
        volunteer=user.volunteer, categories=[], by=user, now=NOON
    ),
    "small_radius": lambda user: people.set_area(
        volunteer=user.volunteer, region=street(), radius_m=500, by=user, now=NOON
    ),
    "not_needed": lambda _user: None,
}


@pytest.mark.parametrize("reason", CHANGES)
def test_why_somebody_is_never_asked(reason, all_told):
    CHANGES[reason](matching.ready_volunteer())

    assert {code for code, n in found().never if n} == {reason}


def test_what_is_missing_comes_before_what_was_chosen(all_told):
    accounts.volunteer(verified=False)
    accounts.volunteer()
    child = accounts.volunteer(birth="20100307")
    people.pass_lesson(volunteer=child, answers=matching.LESSON, by=child.user, now=NOON)

    seen = found()

    assert dict(seen.never) | {
        "not_verified": 1,
        "lesson_missing": 1,
        "guardian_missing": 1,
    } == dict(seen.never)
    assert seen.counted == 0  # none of them could be asked


@pytest.mark.parametrize(
    ("count", "told"), [(0, 0), (1, None), (9, None), (10, 10), (14, 10), (16, 20), (1234, 1230)]
)
def test_people_are_told_by_tens(count, told):
    assert rounded(count) == told


@pytest.mark.parametrize("cells", [2, 3])
def test_no_hidden_cell_can_be_worked_out_from_the_others_and_their_sum(cells):
    alike: dict[Any, list[tuple[int, ...]]] = {}
    for counts in product(range(26), repeat=cells):
        told = (*map(rounded, counts), rounded(sum(counts)))
        alike.setdefault(told, []).append(counts)

    for told, tables in alike.items():
        for one, values in zip(told, zip(*tables, strict=True), strict=False):
            assert one is not None or len(set(values)) > 1, told


def test_who_is_left_beside_the_counted_is_not_told_by_all_people():
    for _n in range(10):
        matching.ready_volunteer()
    accounts.volunteer()  # could not be asked: one, by subtraction

    seen = found()

    assert (seen.people, seen.counted) == (10, 10)
    assert dict(seen.never)["lesson_missing"] is None
    assert dict(seen.never)["not_needed"] == 10


@pytest.mark.parametrize(("asked", "total"), [(9, None), (10, 10)])
def test_what_few_people_had_is_told_by_no_figure(asked, total):
    volunteers = [matching.ready_volunteer() for _n in range(21)]
    need = matching.opening(help_requests.visit(places=10))
    for who in volunteers[:asked]:
        matching.offer(need, who)

    seen = found()

    assert (seen.counted, seen.notices.total) == (20, total)
    assert [seen.notices.gini, bool(seen.notices.curve)] == (
        [0.5, True] if total else [None, False]
    )
    assert seen.services.total == 0


def test_it_asks_once_however_many_there_are(django_assert_num_queries):
    for _n in range(3):
        matching.ready_volunteer()
    region = district()

    with django_assert_num_queries(1):
        found(region)

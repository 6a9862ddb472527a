"""The search from the need outwards finds the same people, in the same order, as looking at everybody."""

from dataclasses import replace
from random import Random

import pytest

from accounts.models import VolunteerProfile
from matching.engine import rank
from matching.queries import need_of, parameters_now, people_of, search
from tests.factories import matching
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db

PEOPLE = 16


@pytest.fixture
def crowd(clock, monkeypatch):
    """Let people live up to 20 km around a need, and be read three at a time; return the need."""
    monkeypatch.setattr(search, "BATCH", 3)
    opening = matching.opening()
    random = Random(7)
    for number in range(PEOPLE):
        user = matching.ready_volunteer()
        if number % 5 == 4:
            user.volunteer.windows.filter(weekday=opening.starts_at.weekday()).delete()
        if number < 3:
            matching.offer(to=user)  # asked of late, elsewhere: the nearest are not the first
        away = (0.18 * number / PEOPLE, 0.1 * random.random())
        VolunteerProfile.objects.filter(user=user).update(
            lat=opening.lat + away[0],
            lng=opening.lng + away[1],
            radius_m=random.choice((500, 30_000)),
        )
    return need_of(opening)


@pytest.mark.parametrize("top", [0, 1, 3, PEOPLE])
def test_the_best_are_those_of_everybody(crowd, top):
    everybody = VolunteerProfile.objects.all()
    for need in (crowd, replace(crowd, point=None)):
        found = search.best_of(need, search.able(need), top=top, now=NOON)
        assert found == rank(need, people_of(need, everybody, now=NOON), parameters_now())[:top]


def test_it_ends_when_nobody_farther_away_can_be_better(crowd, django_assert_max_num_queries):
    VolunteerProfile.objects.update(radius_m=30_000)
    line = search._outwards(crowd, search.able(crowd))
    assert len(line) > 3 * search.BATCH

    with django_assert_max_num_queries(1 + 2 * 9):  # two batches of nine reads each at most
        assert search.best_of(crowd, search.able(crowd), top=1, now=NOON)

"""The search from the need outwards finds the same people, in the same order, as looking at everybody."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from accounts import actions as people
from accounts.models import VolunteerProfile
from accounts.states import Purpose, SkillCode
from kernel.workdays import local_date
from matching import actions
from matching.engine import rank
from matching.models import Posting
from matching.queries import need_of, parameters_now, people_of, posting_sql, postings, search
from matching.queries.posting_sql import Asked
from tests.factories import matching
from tests.factories.accounts import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

PEOPLE = 24
LAW, SIGN = SkillCode.LAW, SkillCode.SIGN_NATIONAL


def everybody(need, top=PEOPLE + 1):
    """Return the best by looking at all of them."""
    return rank(need, people_of(need, VolunteerProfile.objects.all(), now=NOON), parameters_now())[
        :top
    ]


@pytest.fixture(params=[0, postings.ENOUGH], ids=["ring_by_ring", "all_that_is_left_at_once"])
def crowd(request, clock, monkeypatch):
    """Let people of many kinds live up to 25 km around a need, and be read three at a time; return it."""
    monkeypatch.setattr(postings, "ENOUGH", request.param)
    monkeypatch.setattr(postings, "FEW", 3)
    monkeypatch.setattr(search, "SPARE", 0)
    opening = matching.opening()
    random = Random(7)
    for number in range(PEOPLE):
        user = matching.ready_volunteer()
        profile = user.volunteer
        if number % 5 == 4:
            people.set_exceptions(
                volunteer=profile, days_off=[local_date(opening.starts_at)], by=user, now=NOON
            )
        people.set_area(
            volunteer=profile,
            region=opening.region,
            radius_m=random.choice((1_500, 15_000, 30_000, 60_000)),
            lat=opening.lat + 0.2 * number / PEOPLE,
            lng=opening.lng + 0.1 * random.random(),
            by=user,
            now=NOON,
        )
        held = random.choice(({}, {LAW: 1}, {LAW: 2, SIGN: 1}, {LAW: 3, SIGN: 3}))
        people.set_skills(volunteer=profile, skills=held, by=user, now=NOON)
        people.set_limits(
            volunteer=profile,
            minutes_per_week=random.choice((60, 300, 600, 600)),
            paused_until=None,
            by=user,
            now=NOON,
        )
    return need_of(opening)


@pytest.mark.parametrize("top", [0, 1, 3, PEOPLE])
def test_the_best_are_those_of_everybody(crowd, top):
    assert len(everybody(crowd)) > 3
    for need in (
        crowd,
        replace(crowd, point=None),
        replace(crowd, skills={LAW: 1}),
        replace(crowd, skills={LAW: 2, SIGN: 1}),
        replace(crowd, skills={LAW: 1, SIGN: 1}, point=None),
        replace(crowd, gender="F", adults_only=True),
        replace(crowd, gender="M"),
    ):
        asked = Asked(need, parameters_now())
        assert search.best_of(asked, top=top, now=NOON) == everybody(need, top)


def test_the_bound_of_the_database_is_never_too_low(crowd):
    for need in (crowd, replace(crowd, point=None), replace(crowd, skills={LAW: 1})):
        asked = Asked(need, parameters_now())
        skill = next(iter(need.skills), "")
        rows = posting_sql.rows(asked, skill, None, 1000, 0)
        bounds = {row[0]: float(row[-1]) for row in rows}
        exact = {one.volunteer: one.score for one in postings.line(asked)}
        assert len(exact) > 3
        for volunteer, score in exact.items():
            assert 0 <= bounds[volunteer] - score < 0.02


def test_it_ends_when_nobody_farther_away_can_be_better(crowd, django_assert_max_num_queries):
    asked = Asked(crowd, parameters_now())
    with django_assert_max_num_queries(3 * 13):
        assert len(search.best_of(asked, top=1, now=NOON)) == 1


def test_who_was_here_before_is_found_whatever_the_table_says(crowd):
    helper = VolunteerProfile.objects.get(user=everybody(crowd)[-1].id)  # the last of all
    task = matching.assignment(matching.opening(), helper.user)
    resident = task.opening.visit.request.resident_id
    actions.mark_checked_in(assignment=task, by=helper.user, now=NOON)
    actions.mark_done(assignment=task, by=helper.user, now=NOON)
    need = replace(crowd, resident=resident, has_known=True)

    for willing in (False, True):
        asked = Asked(need, parameters_now(), only_willing=willing)
        found = search.best_of(asked, top=3, now=NOON)
        assert found == everybody(need, 3)


def test_only_who_is_willing_is_asked_automatically(crowd):
    free = {one.id for one in everybody(crowd)}
    refuses, other = VolunteerProfile.objects.filter(user__in=free)[:2]
    consent = refuses.user.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=refuses.user, now=NOON)
    people.set_categories(volunteer=other, categories=[], by=other.user, now=NOON)

    asked = Asked(crowd, parameters_now(), only_willing=True)
    found = {one.id for one in search.best_of(asked, top=PEOPLE, now=NOON)}

    assert found == free - {refuses.user_id, other.user_id}


def test_rows_of_another_day_are_searched_by_the_weekday(crowd):
    day = local_date(crowd.when.start)
    free = VolunteerProfile.objects.get(user=everybody(crowd)[0].id)
    people.set_windows(volunteer=free, windows=[], by=free.user, now=NOON)
    people.set_exceptions(
        volunteer=free, days_off=[], free=[(day, 0, 1440)], by=free.user, now=NOON
    )
    paused = VolunteerProfile.objects.get(user=everybody(crowd)[1].id)
    people.set_limits(
        volunteer=paused, minutes_per_week=600, paused_until=day, by=paused.user, now=NOON
    )
    Posting.objects.update(posted_on=day - timedelta(days=30), left0=0, left1=0, left2=0)
    for n in range(14):
        Posting.objects.update(**{f"d{n:02}": 0})

    asked = Asked(crowd, parameters_now())
    found = search.best_of(asked, top=PEOPLE, now=NOON)

    assert found == everybody(crowd)
    assert free.user_id in {one.id for one in found}
    assert paused.user_id not in {one.id for one in found}


def test_a_service_over_midnight_needs_both_days(crowd):
    length = timedelta(hours=3)
    start = crowd.when.start.replace(hour=14, minute=30)  # 22:30 in Shanghai
    need = replace(crowd, when=crowd.when._replace(start=start, end=start + length))
    early = VolunteerProfile.objects.get(user=everybody(need)[0].id)
    weekday = local_date(start).weekday()
    people.set_windows(volunteer=early, windows=[(weekday, 0, 1440)], by=early.user, now=NOON)

    found = search.best_of(Asked(need, parameters_now()), top=PEOPLE, now=NOON)

    assert found == everybody(need)
    assert early.user_id not in {one.id for one in found}


def test_a_flat_map_lets_nobody_through_whom_the_earth_does_not():
    opening = matching.opening()
    user = matching.ready_volunteer()
    people.set_area(
        volunteer=user.volunteer,
        region=opening.region,
        radius_m=5530,  # 5,560 m away
        lat=opening.lat + 0.05,
        lng=opening.lng,
        by=user,
        now=NOON,
    )
    assert list(postings.line(Asked(need_of(opening), parameters_now()))) == []


def test_who_has_no_home_area_is_found_for_what_is_remote():
    user = matching.ready_volunteer()
    VolunteerProfile.objects.filter(user=user).update(lat=None, lng=None)
    actions.post(volunteers=[user.volunteer.pk], now=NOON)
    need = replace(need_of(matching.opening()), point=None)
    found = search.best_of(Asked(need, parameters_now()), top=3, now=NOON)
    assert [one.id for one in found] == [user.pk]

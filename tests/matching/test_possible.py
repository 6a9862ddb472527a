"""What a volunteer could do, and what else if one thing were otherwise."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import Category, CredentialKind, Purpose, SkillCode
from matching import queries
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT

pytestmark = pytest.mark.django_db


def need(code="B1", *, hours=0, language="", **kind):
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    service = help_requests.service_type(code, **kind)
    return matching.opening(
        help_requests.visit(
            resident,
            service_type=service,
            starts_at=VISIT_AT + timedelta(hours=hours),
            language=language,
        )
    )


@pytest.fixture
def me():
    return matching.ready_volunteer().volunteer


def test_each_need_counts_for_the_one_thing_that_stands_in_its_way(me):
    fits = need()
    need("H1", skills={SkillCode.LAW: 2})
    need("H2", skills={SkillCode.LAW: 2})
    need("H3", skills={SkillCode.LAW: 1}, credentials=[CredentialKind.LAWYER])  # two things
    need("H4", credentials=[CredentialKind.LAWYER])
    need("C1")
    people.set_categories(
        volunteer=me, categories=set(Category.values) - {"C"}, by=me.user, now=NOON
    )
    need(hours=6)
    windows = [(day, 0, 15 * 60) for day in range(7)]
    people.set_windows(volunteer=me, windows=windows, by=me.user, now=NOON)

    found = queries.possible(me, now=NOON)

    assert found.fits == [fits]
    assert found.skills == {(SkillCode.LAW, 2): 2}
    assert found.papers == {CredentialKind.LAWYER: 1}
    assert found.categories == {"C": 1}
    assert found.hours == {(4, 18): 1}  # Friday at 18:00
    assert (found.kilometres, found.more_minutes) == ({}, 0)


def test_a_language_is_one_more_skill(me):
    need("B2", language="SHANGHAINESE")
    need("H1", skills={SkillCode.LAW: 2}, language="SHANGHAINESE")  # two things

    assert queries.possible(me, now=NOON).skills == {(SkillCode.SHANGHAINESE, 1): 1}


def test_how_much_farther_and_how_much_longer(me):
    near = need()
    type(near).objects.filter(pk=near.pk).update(lat=near.lat + 0.03)  # 3.3 km

    people.set_area(volunteer=me, region=me.region, radius_m=1000, by=me.user, now=NOON)
    assert queries.possible(me, now=NOON).kilometres == {5: 1, 10: 1}

    people.set_area(volunteer=me, region=me.region, radius_m=9000, by=me.user, now=NOON)
    people.set_limits(volunteer=me, minutes_per_week=60, paused_until=None, by=me.user, now=NOON)
    assert queries.possible(me, now=NOON).more_minutes == 1


def test_nothing_is_said_of_pairs_nor_of_who_has_no_area(me):
    opening = need()
    resident = opening.visit.request.resident
    people.add_block(resident=resident, volunteer=me, side="RESIDENT", by=resident.user, now=NOON)
    found = queries.possible(me, now=NOON)
    assert found == queries.Possible()

    type(me).objects.filter(pk=me.pk).update(lat=None, lng=None)
    me.refresh_from_db()
    assert queries.possible(me, now=NOON) == queries.Possible()


def test_a_need_of_more_places_than_a_file_has_counts_once(me):
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    opening = matching.opening(help_requests.visit(resident, places=7))
    assert queries.possible(me, now=NOON).fits == [opening]


def test_what_nobody_can_change_is_counted_nowhere(me):
    first = need()
    need("K1", adults_only=True)
    type(me).objects.filter(pk=me.pk).update(is_adult=False, guardian_consent_at=NOON)
    me.refresh_from_db()
    assert queries.possible(me, now=NOON) == queries.Possible(fits=[first])
    matching.assignment(matching.opening(), me.user)  # at the same time as the first

    assert queries.possible(me, now=NOON) == queries.Possible()


def test_on_a_pause_the_pause_is_what_stands_in_the_way_and_not_the_hours(me):
    need()
    need("H1", skills={SkillCode.LAW: 2})  # the pause and a skill: two things
    after = need("B3", hours=24)
    until = VISIT_AT.date()
    people.set_limits(volunteer=me, minutes_per_week=600, paused_until=until, by=me.user, now=NOON)

    found = queries.possible(me, now=NOON)

    assert found == queries.Possible(fits=[after], paused_until=until, without_pause=1)
    assert me.paused_until == until


def test_a_pause_that_is_over_is_none(me):
    type(me).objects.filter(pk=me.pk).update(paused_until=NOON.date() - timedelta(days=1))
    me.refresh_from_db()
    fits = need()

    assert queries.possible(me, now=NOON) == queries.Possible(fits=[fits])

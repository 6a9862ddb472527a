"""What volunteers say of themselves, and what a minor needs."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import actions, queries
from accounts.models import VolunteerProfile
from accounts.states import DeskRole
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import district, street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
GUARDIAN = {"name": "王大", "phone": "13911112222"}


@pytest.fixture
def volunteer():
    return make.volunteer(verified=False)


def say(deed, volunteer, *, by=None, **given):
    return deed(volunteer=volunteer, by=by or volunteer.user, now=NOON, **given)


def test_profile_is_made_once():
    person, other = make.user(), make.user()
    before = last_event()

    one = actions.register_volunteer(user=person, name="王芳", by=person, now=NOON)
    again = actions.register_volunteer(user=person, name="别名", by=person, now=NOON)

    assert (one, again.name) == (again, "王芳")
    assert str(one) == one.number
    assert names_since(before) == ["volunteer.registered"]
    with refused("not_yours"):
        actions.register_volunteer(user=person, name="王芳", by=other, now=NOON)


def test_point_of_the_home_is_snapped_before_it_is_stored(volunteer):
    say(actions.set_area, volunteer, region=street(), radius_m=8000, lat=31.2263, lng=121.4888)

    volunteer.refresh_from_db()
    assert (volunteer.lat, volunteer.lng, volunteer.radius_m) == (31.225, 121.49, 8000)


def test_the_point_stays_while_the_street_does(volunteer):
    here, elsewhere = street(), street("310104001")
    say(actions.set_area, volunteer, region=here, radius_m=8000, lat=31.2263, lng=121.4888)

    say(actions.set_area, volunteer, region=here, radius_m=3000)
    assert (volunteer.lat, volunteer.lng, volunteer.radius_m) == (31.225, 121.49, 3000)

    say(actions.set_area, volunteer, region=elsewhere, radius_m=3000)
    assert abs(volunteer.lat - elsewhere.lat) + abs(volunteer.lng - elsewhere.lng) < 0.02


@pytest.mark.parametrize(
    ("deed", "given", "code"),
    [
        ("set_area", {"region": district, "radius_m": 5000}, "not_a_street"),
        ("set_area", {"region": street, "radius_m": 499}, "bad_radius"),
        ("set_area", {"region": street, "radius_m": 60_001}, "bad_radius"),
        ("set_area", {"region": street, "radius_m": 5000, "lat": 0.0, "lng": 0.0}, "foreign_point"),
        ("set_skills", {"skills": {"FLYING": 1}}, "unknown_skill"),
        ("set_skills", {"skills": {"LAW": 4}}, "unknown_skill"),
        ("set_categories", {"categories": ["Z"]}, "unknown_category"),
        ("set_windows", {"windows": [(7, 0, 60)]}, "bad_window"),
        ("set_windows", {"windows": [(0, 60, 60)]}, "bad_window"),
        ("set_windows", {"windows": [(0, 0, 1441)]}, "bad_window"),
        ("set_windows", {"windows": [(0, 0, 60), (0, 59, 90)]}, "bad_window"),
        ("set_limits", {"minutes_per_week": 6001, "paused_until": None}, "bad_limit"),
        ("set_limits", {"minutes_per_week": -1, "paused_until": None}, "bad_limit"),
        ("pass_lesson", {"answers": {"ask_first": "yes", "share_photos": "yes"}}, "wrong_answer"),
        ("record_guardian", {"name": "王", "phone": "1"}, "bad_phone"),
    ],
)
def test_what_cannot_be_is_refused(volunteer, deed, given, code):
    values = {key: value() if callable(value) else value for key, value in given.items()}

    with refused(code):
        say(getattr(actions, deed), volunteer, **values)


def test_skills_categories_and_windows_are_replaced(volunteer):
    say(actions.set_skills, volunteer, skills={"LAW": 1, "REPAIR": 2})
    say(actions.set_categories, volunteer, categories=["A", "B"])
    say(actions.set_windows, volunteer, windows=[(0, 540, 720)])
    before = last_event()

    say(actions.set_skills, volunteer, skills={"LAW": 3})
    say(actions.set_categories, volunteer, categories=["B", "C"])
    say(actions.set_windows, volunteer, windows=[(6, 0, 1440), (0, 540, 600), (0, 600, 720)])

    assert [str(skill) for skill in volunteer.skills.all()] == ["LAW 3"]
    assert sorted(str(c) for c in volunteer.categories.all()) == ["B", "C"]
    assert [str(w) for w in volunteer.windows.all()] == ["0 540–600", "0 600–720", "6 0–1440"]
    assert names_since(before) == ["volunteer.changed"] * 3


def test_days_differ_from_the_week_off_or_at_other_times(volunteer):
    say(actions.set_exceptions, volunteer, days_off=[date(2026, 5, 1)])
    say(
        actions.set_exceptions,
        volunteer,
        days_off=[date(2026, 5, 2), date(2026, 5, 2)],
        free=[(date(2026, 5, 3), 540, 600)],
    )

    assert [str(e) for e in volunteer.exceptions.all()] == ["2026-05-02 False", "2026-05-03 True"]
    for free in ([(date(2026, 5, 2), 540, 600)], [(date(2026, 5, 3), 600, 540)]):
        with refused("bad_window"):
            say(actions.set_exceptions, volunteer, days_off=[date(2026, 5, 2)], free=free)


def test_limits_and_lesson(volunteer):
    say(actions.set_limits, volunteer, minutes_per_week=120, paused_until=date(2026, 4, 1))
    say(
        actions.pass_lesson,
        volunteer,
        answers={"ask_first": "yes", "share_photos": "no", "arrival_code": "resident"},
    )

    volunteer.refresh_from_db()
    assert (volunteer.minutes_per_week, volunteer.paused_until) == (120, date(2026, 4, 1))
    assert volunteer.lesson_passed_at == NOON


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (date(2020, 1, 1), "day_is_past"),
        (date(2026, 3, 3), "day_is_past"),
        (date(2027, 3, 6), "too_long"),
        (date.max, "too_long"),
    ],
)
def test_a_pause_is_not_past_and_not_for_ever(volunteer, until, code):
    with refused(code):
        say(actions.set_limits, volunteer, minutes_per_week=120, paused_until=until)

    for allowed in (date(2026, 3, 4), date(2027, 3, 5)):
        say(actions.set_limits, volunteer, minutes_per_week=120, paused_until=allowed)


def test_a_day_off_is_not_past_unless_it_stood_already(volunteer):
    today, past = date(2026, 3, 4), date(2026, 3, 3)
    with refused("day_is_past"):
        say(actions.set_exceptions, volunteer, days_off=[past])
    with refused("too_far_ahead"):
        say(actions.set_exceptions, volunteer, days_off=[date.max])

    volunteer.exceptions.create(day=past)
    say(actions.set_exceptions, volunteer, days_off=[past, today])
    assert volunteer.exceptions.count() == 2


def test_nobody_else_says_it_for_her(volunteer):
    stranger, home = make.user(), street()
    for deed, given in {
        "set_area": {"region": home, "radius_m": 5000},
        "set_skills": {"skills": {}},
        "set_categories": {"categories": []},
        "set_windows": {"windows": []},
        "set_exceptions": {"days_off": []},
        "set_limits": {"minutes_per_week": 1, "paused_until": None},
        "pass_lesson": {"answers": {}},
        "record_guardian": GUARDIAN,
    }.items():
        with refused("not_yours"):
            say(getattr(actions, deed), volunteer, by=stranger, **given)


def test_guardian_allows_it_signed_in_by_the_phone_that_was_named(volunteer):
    guardian, other = (
        actions.make_user(channel="PHONE", address=phone, by=None, now=NOON)
        for phone in (GUARDIAN["phone"], "13911113333")
    )
    by_mail = actions.make_user(channel="EMAIL", address="li@example.org", by=None, now=NOON)
    with refused("no_guardian"):
        say(actions.confirm_guardian, volunteer, by=guardian)
    say(actions.record_guardian, volunteer, **GUARDIAN)

    for by in (other, by_mail, volunteer.user):
        with refused("not_the_guardian"):
            say(actions.confirm_guardian, volunteer, by=by)
    say(actions.confirm_guardian, volunteer, by=guardian)

    assert volunteer.guardian_consent_at == NOON
    assert not queries.is_guardian_of(None, volunteer)


def test_street_with_the_signature_allows_it_and_another_guardian_has_to_be_asked_anew(volunteer):
    officer, elsewhere = (
        make.officer(DeskRole.STREET, street(code)) for code in ("310101001", "310104001")
    )
    say(actions.record_guardian, volunteer, **GUARDIAN)

    with refused("not_the_guardian"):
        say(actions.confirm_guardian, volunteer, by=elsewhere)
    say(actions.confirm_guardian, volunteer, by=officer)
    assert volunteer.guardian_consent_at == NOON

    say(actions.record_guardian, volunteer, **GUARDIAN)
    assert volunteer.guardian_consent_at is None


def test_who_allows_it_allows_the_guardian_they_were_shown(volunteer):
    officer = make.officer(DeskRole.STREET)
    copy = VolunteerProfile.objects.get(pk=volunteer.pk)
    say(actions.record_guardian, copy, **GUARDIAN)
    old = actions.make_user(channel="PHONE", address=GUARDIAN["phone"], by=None, now=NOON)
    shown = queries.guardian_mark(copy)
    stale = VolunteerProfile.objects.get(pk=volunteer.pk)
    say(actions.record_guardian, volunteer, name="李四", phone="13911113333")

    with refused("state_changed"):
        say(actions.confirm_guardian, stale, by=officer, shown=shown)
    with refused("state_changed"):
        say(actions.confirm_guardian, stale, by=officer, shown="")
    with refused("not_the_guardian"):
        say(actions.confirm_guardian, copy, by=old)
    volunteer.refresh_from_db()
    assert volunteer.guardian_consent_at is None

    say(actions.confirm_guardian, volunteer, by=officer, shown=queries.guardian_mark(volunteer))
    assert volunteer.guardian_consent_at == NOON


def test_what_is_allowed_already_is_not_allowed_again(volunteer):
    officer = make.officer(DeskRole.STREET)
    say(actions.record_guardian, volunteer, **GUARDIAN)
    stale = VolunteerProfile.objects.get(pk=volunteer.pk)
    before = last_event()

    say(actions.confirm_guardian, volunteer, by=officer)
    later = NOON + timedelta(hours=1)
    again = actions.confirm_guardian(volunteer=stale, by=officer, now=later)

    assert again.guardian_consent_at == NOON
    assert names_since(before) == ["volunteer.changed"]


def test_street_suspends_and_restores_with_a_reason(volunteer):
    officer = make.officer(DeskRole.STREET)
    elsewhere = make.officer(DeskRole.STREET, street("310104001"))
    nowhere = actions.register_volunteer(user=make.user(), name="王", by=None, now=NOON)
    before = last_event()

    say(actions.suspend_volunteer, volunteer, by=officer, reason="Took money.")
    assert (volunteer.suspended_at, volunteer.suspended_reason) == (NOON, "Took money.")
    say(actions.restore_volunteer, volunteer, by=officer)

    assert (volunteer.suspended_at, volunteer.suspended_reason) == (None, "")
    assert names_since(before) == ["volunteer.suspended", "volunteer.restored"]
    with refused("reason_missing"):
        say(actions.suspend_volunteer, volunteer, by=officer, reason=" ")
    for target, by, code in [
        (volunteer, elsewhere, "not_your_area"),
        (nowhere, officer, "not_your_area"),
        (volunteer, volunteer.user, "your_own"),
    ]:
        with refused(code):
            say(actions.suspend_volunteer, target, by=by, reason="x")
    actions.record_guardian(volunteer=nowhere, by=None, now=NOON, **GUARDIAN)
    with refused("not_the_guardian"):
        say(actions.confirm_guardian, nowhere, by=officer)


def test_volunteers_are_seen_by_themselves_and_where_they_are_dispatched(volunteer):
    for viewer, seen in [
        (volunteer.user, [volunteer]),
        (make.officer(DeskRole.STREET), [volunteer]),
        (make.officer(DeskRole.STREET, street("310104001")), []),
        (make.officer(DeskRole.AUDITOR), []),
        (None, []),
    ]:
        assert list(queries.volunteers_for(viewer, now=NOON)) == seen


def test_database_refuses_half_a_point_and_limits_beyond_sense(volunteer):
    for wrong in ({"lng": None}, {"radius_m": 1}, {"minutes_per_week": 6001}):
        with pytest.raises(IntegrityError), transaction.atomic():
            VolunteerProfile.objects.filter(pk=volunteer.pk).update(**wrong)


def test_guardian_or_street_takes_the_consent_back_and_nobody_else(volunteer):
    officer, stranger = make.officer(), make.user()
    say(actions.record_guardian, volunteer, **GUARDIAN)
    say(actions.confirm_guardian, volunteer, by=officer)
    for by in (stranger, volunteer.user):
        with refused("not_the_guardian"):
            actions.withdraw_guardian(volunteer=volunteer, by=by, now=NOON)
    before = last_event()

    actions.withdraw_guardian(volunteer=volunteer, by=officer, now=NOON)

    assert volunteer.guardian_consent_at is None
    assert names_since(before) == ["guardian.withdrew", "volunteer.changed"]
    before = last_event()
    actions.withdraw_guardian(volunteer=volunteer, by=None, now=NOON)
    assert names_since(before) == []


def test_messages_to_guardians_are_limited(volunteer):
    for _n in range(5):
        say(actions.record_guardian, volunteer, **GUARDIAN)

    with refused("too_often"):
        say(actions.record_guardian, volunteer, **GUARDIAN)

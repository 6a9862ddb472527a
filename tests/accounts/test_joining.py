"""Becoming a volunteer in one go, and changing all of it at once."""

from datetime import date

import pytest

from accounts import actions, queries
from accounts.states import Purpose
from tests.factories import accounts as make
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.refused import refused

pytestmark = pytest.mark.django_db


def write(volunteer, **given):
    values = {
        "region": street(),
        "radius_m": 3000,
        "skills": {"LAW": 2},
        "categories": ["B"],
        "windows": [(0, 540, 720)],
        "matching": None,
        "sharing": None,
        "by": volunteer.user,
        "now": NOON,
        **given,
    }
    return actions.set_volunteer_profile(volunteer=volunteer, **values)


def test_area_skills_wishes_week_and_consent_at_once():
    volunteer = make.volunteer()
    write(volunteer, matching="1", sharing="1")
    write(volunteer, matching="1", sharing="1")
    assert volunteer.radius_m == 3000
    assert volunteer.skills.get().level == 2
    assert volunteer.windows.count() == 1
    assert queries.has_consent(volunteer.user, Purpose.MATCHING)
    assert queries.has_consent(volunteer.user, Purpose.SHARING)

    write(volunteer)
    write(volunteer)
    assert not queries.has_consent(volunteer.user, Purpose.MATCHING)
    assert not queries.has_consent(volunteer.user, Purpose.SHARING)


def test_one_wrong_value_writes_nothing():
    volunteer = make.volunteer()
    with refused("bad_window"):
        write(volunteer, windows=[(0, 720, 540)])
    assert not volunteer.skills.exists()


def limit(volunteer, **given):
    values = {"minutes_per_week": 120, "paused_until": None, "days_off": [], "by": volunteer.user}
    return actions.set_volunteer_times(volunteer=volunteer, now=NOON, **{**values, **given})


def test_limits_pause_and_days_off_at_once_and_days_with_own_times_stay():
    volunteer = make.volunteer()
    noon, friday, saturday = (date(2026, 3, day) for day in (5, 6, 7))
    actions.set_exceptions(
        volunteer=volunteer, days_off=[friday], free=[(noon, 540, 600)], by=None, now=NOON
    )

    limit(volunteer, paused_until=saturday, days_off=[saturday])

    assert (volunteer.minutes_per_week, volunteer.paused_until) == (120, saturday)
    kept = volunteer.exceptions.order_by("day").values_list("day", "is_free", "starts")
    assert list(kept) == [(noon, True, 540), (saturday, False, 0)]
    with refused("bad_window"):
        limit(volunteer, days_off=[noon])
    with refused("bad_limit"):
        limit(volunteer, minutes_per_week=6001)


def test_a_ward_is_seen_by_the_guardian_and_the_office_that_checks_papers():
    row = make.volunteer(birth="20100307")
    guardian = actions.make_user(channel="PHONE", address="13911112222", by=None, now=NOON)
    clerk, elsewhere = make.officer(), make.officer(region=street("310104001"))
    nobody = actions.register_volunteer(user=make.user(), name="王", by=None, now=NOON)

    def seen(viewer, ref=row.ref):
        return queries.ward(viewer, ref, now=NOON)

    assert seen(guardian) is None
    assert list(queries.wards_for(clerk, now=NOON)) == []
    actions.record_guardian(
        volunteer=row, name="王大力", phone="13911112222", by=row.user, now=NOON
    )

    assert (seen(guardian), seen(clerk)) == (row, row)
    assert [seen(viewer) for viewer in (elsewhere, row.user, None)] == [None] * 3
    assert seen(clerk, nobody.ref) is None
    assert seen(clerk, "nothing") is None
    assert seen(clerk, f"{row.ref}\0") is None
    assert list(queries.wards_for(clerk, now=NOON)) == [row]
    assert list(queries.wards_for(elsewhere, now=NOON)) == []
    row.refresh_from_db()
    actions.confirm_guardian(volunteer=row, by=guardian, now=NOON)
    assert list(queries.wards_for(clerk, now=NOON)) == []

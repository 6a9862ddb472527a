"""Becoming a volunteer in one go, and changing all of it at once."""

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
        "by": volunteer.user,
        "now": NOON,
        **given,
    }
    return actions.set_volunteer_profile(volunteer=volunteer, **values)


def test_area_skills_wishes_week_and_consent_at_once():
    volunteer = make.volunteer()
    write(volunteer, matching="1")
    write(volunteer, matching="1")
    assert volunteer.radius_m == 3000
    assert volunteer.skills.get().level == 2
    assert volunteer.windows.count() == 1
    assert queries.has_consent(volunteer.user, Purpose.MATCHING)

    write(volunteer)
    write(volunteer)
    assert not queries.has_consent(volunteer.user, Purpose.MATCHING)


def test_one_wrong_value_writes_nothing():
    volunteer = make.volunteer()
    with refused("bad_window"):
        write(volunteer, windows=[(0, 720, 540)])
    assert not volunteer.skills.exists()

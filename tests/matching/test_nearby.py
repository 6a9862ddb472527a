"""Why nobody can go: the people about, counted by the hard rules."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as people
from accounts.models import VolunteerProfile
from accounts.states import BlockSide
from matching import actions
from matching.queries.nearby import Counted, Nearby, nearby
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON

pytestmark = pytest.mark.django_db
SIGNS = {"SIGN_NATIONAL": 2}


def signing(**given):
    """Return a volunteer who signs well."""
    user = matching.ready_volunteer(**given)
    people.set_skills(volunteer=user.volunteer, skills=SIGNS, by=user, now=NOON)
    return user


def interpreting(**given):
    """Return a need of sign language, and the certificate."""
    kind = help_requests.service_type("G1", skills=SIGNS, credentials=["SIGN_INTERPRETER"])
    return matching.opening(help_requests.visit(service_type=kind, **given))


def never_free(user):
    people.set_windows(volunteer=user.volunteer, windows=[], by=user, now=NOON)


def test_of_who_has_the_skill_each_is_counted_by_the_first_rule_in_the_way():
    need = interpreting()
    matching.ready_volunteer()  # does not sign
    signing()
    never_free(signing())
    never_free(holder := signing())
    paper = accounts.credential(holder.volunteer, kind="SIGN_INTERPRETER")
    people.decide_credential(
        credential=paper, accept=True, reason="", by=accounts.officer(), now=NOON
    )

    found = nearby(need, now=NOON)

    lacking = "缺少有效证件：手语翻译证书"
    assert found == Nearby(
        near=4,
        able=3,
        met=0,
        against=[Counted(lacking, 2), Counted("那时没有空", 1)],
        only_paper=[Counted(lacking, 1)],
    )


def test_who_was_asked_is_told_from_who_cannot():
    need = matching.opening()
    matching.offer(need, matching.ready_volunteer())
    declined = matching.offer(need, matching.ready_volunteer())
    actions.decline_offer(offer=declined, reason="NO_TIME", by=declined.volunteer, now=NOON)

    assert nearby(need, now=NOON) == Nearby(2, 2, 2, [], [])


def test_who_lives_too_far_or_is_not_to_meet_is_not_counted():
    need = matching.opening()
    far, parted = matching.ready_volunteer(), matching.ready_volunteer()
    VolunteerProfile.objects.filter(user=far).update(lat=need.lat + 0.0452)  # 5.03 km of 5
    people.add_block(
        resident=(resident := need.visit.request.resident),
        volunteer=parted.volunteer,
        side=BlockSide.RESIDENT,
        by=resident.user,
        now=NOON,
    )

    assert nearby(need, now=NOON) == Nearby(0, 0, 0, [], [])


def test_reads_do_not_grow_with_the_people():
    need = interpreting()
    signing()

    def reads():
        with CaptureQueriesContext(connection) as made:
            nearby(need, now=NOON)
        return len(made)

    few = reads()
    for _n in range(4):
        signing()

    assert reads() == few

"""Who sees which offers, openings, applications and tasks; who is asked and who is not."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts import actions as people
from accounts.models import Block, VolunteerProfile
from accounts.states import BlockSide, DeskRole, Purpose
from kernel import guards
from matching import actions, audit, queries
from matching.engine import Reason
from matching.models import Assignment, Offer, Opening
from matching.queries.asking import asked_for, taken
from matching.queries.search import found_of
from matching.rules import reason_words
from tests.conftest import sql
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.guards.constraints import Rule, taken_away

pytestmark = pytest.mark.django_db


def assignments(viewer):
    return list(queries.assignments_for(viewer, now=NOON))


def openings(viewer):
    return list(queries.openings_for(viewer, now=NOON))


def applications(viewer):
    return list(queries.applications_for(viewer, now=NOON))


def test_offers_are_for_whom_they_were_made():
    offer = matching.offer()
    assert list(queries.offers_for(offer.volunteer)) == [offer]
    assert list(queries.offers_for(offer.sent_by)) == []
    assert list(queries.offers_for(None)) == []


def test_tasks_are_seen_by_both_sides_and_the_office():
    task = matching.assignment()
    resident = task.opening.visit.request.resident
    proxy = accounts.grant(resident).proxy
    office = accounts.officer(region=task.opening.region)
    for viewer in (task.volunteer, resident.user, proxy, office):
        assert assignments(viewer) == [task]
    for viewer in (
        None,
        accounts.user(),
        matching.ready_volunteer(),
        accounts.officer(region=street("310104001")),
        accounts.officer(DeskRole.REVIEWER, task.opening.region),
    ):
        assert assignments(viewer) == []


def test_openings_of_visits_are_for_the_office_those_of_shifts_for_everybody():
    visit, shift = matching.opening(), matching.shift_opening()
    office = accounts.officer(region=visit.region)
    assert openings(None) == openings(accounts.user()) == [shift]
    assert set(openings(office)) == {visit, shift}
    assert openings(accounts.officer(region=street("310104001"))) == [shift]
    body = organizations.organization()
    theirs = matching.opening(help_requests.visit(in_charge=body))
    assert theirs in openings(organizations.membership(body).user)


def test_applications_are_for_who_made_and_who_runs():
    made = matching.application()
    runs = organizations.membership(made.opening.organization).user
    elsewhere = organizations.membership(organizations.organization()).user
    assert applications(made.volunteer) == applications(runs) == [made]
    assert applications(elsewhere) == applications(None) == []


def test_the_roster_is_who_comes_by_name():
    need = matching.shift_opening()
    for name in ("王五", "丁一", "张三"):
        matching.application(need, matching.ready_volunteer(name=name))
    gone = Assignment.objects.get(volunteer__volunteer__name="张三")
    actions.cancel_assignment(assignment=gone, reason="", by=gone.volunteer, now=NOON)
    assert [task.volunteer.volunteer.name for task in queries.roster(need.shift)] == [
        "丁一",
        "王五",
    ]


def test_a_dispatcher_sees_the_best_first_with_reasons_and_none_twice():
    need = matching.opening()
    near, far = matching.ready_volunteer(name="近"), matching.ready_volunteer(name="远")
    VolunteerProfile.objects.filter(user=far).update(lat=need.lat + 0.03)
    accounts.volunteer(verified=False)

    shown = queries.candidates(need, now=NOON)

    assert [row.profile.name for row in shown] == ["近", "远"]
    assert shown[0].reasons
    matching.offer(need, near)
    assert [row.profile.name for row in queries.candidates(need, now=NOON)] == ["远"]
    assert queries.candidates(need, now=NOON, top=0) == []


def automatic():
    """Return a need whose resident agreed, and whom the engine would ask."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    return matching.opening(help_requests.visit(resident))


def asked(need):
    found = found_of(asked_for(need, now=NOON), top=20, now=NOON, without=taken(need))
    ids = [one.candidate.id for one in found]
    return set(VolunteerProfile.objects.filter(user__in=ids))


def test_only_who_wants_to_be_asked_automatically():
    need = automatic()
    willing, unwilling = matching.ready_volunteer(), matching.ready_volunteer()
    consent = unwilling.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=unwilling, now=NOON)
    assert asked(need) == {willing.volunteer}


def test_a_blocked_pair_is_never_brought_together_whichever_side_said_so():
    need = automatic()
    resident = need.visit.request.resident
    for side in (BlockSide.RESIDENT, BlockSide.VOLUNTEER):
        volunteer = matching.ready_volunteer()
        people.add_block(
            resident=resident,
            volunteer=volunteer.volunteer,
            side=side,
            by=resident.user if side == BlockSide.RESIDENT else volunteer,
            now=NOON,
        )
        assert [r.code for r in queries.why_not(need, volunteer, now=NOON)] == ["pair"]
    assert found_of(asked_for(need, now=NOON), top=20, now=NOON, without=taken(need)) == []


def test_who_declined_is_not_asked_again_but_who_was_only_thanked_may_be():
    need = automatic()
    said_no, thanked = matching.offer(need), matching.offer(need)
    actions.decline_offer(offer=said_no, reason="NO_TIME", by=said_no.volunteer, now=NOON)
    Offer.objects.filter(pk=thanked.pk).update(state="WITHDRAWN")
    assert asked(need) == {thanked.volunteer.volunteer}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda v: people.set_limits(
                volunteer=v, minutes_per_week=60, paused_until=None, by=v.user, now=NOON
            ),
            "week_full",
        ),
        (
            lambda v: people.set_exceptions(
                volunteer=v,
                days_off=[help_requests.VISIT_AT.date()],
                by=v.user,
                now=NOON,
            ),
            "not_free",
        ),
        (lambda v: people.set_windows(volunteer=v, windows=[], by=v.user, now=NOON), "not_free"),
    ],
)
def test_her_own_limits_hold(change, code):
    need, volunteer = matching.opening(), matching.ready_volunteer()
    change(volunteer.volunteer)
    assert [r.code for r in queries.why_not(need, volunteer, now=NOON)] == [code]


def test_hours_and_travel_between_services_count():
    me = matching.ready_volunteer()
    matching.assignment(who=me)
    soon = help_requests.visit(starts_at=help_requests.VISIT_AT + timedelta(hours=2, minutes=29))
    later = help_requests.visit(starts_at=help_requests.VISIT_AT + timedelta(hours=2, minutes=30))
    assert [r.code for r in queries.why_not(matching.opening(soon), me, now=NOON)] == ["busy"]
    assert queries.why_not(matching.opening(later), me, now=NOON) == []


def test_who_is_asked_has_the_skill_and_from_afar_lives_anywhere():
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    law = help_requests.service_type("A2", skills={"LAW": 1}, remote=True)
    need = matching.opening(help_requests.visit(resident, service_type=law, place="REMOTE"))
    lawyer, away = matching.ready_volunteer(), matching.ready_volunteer()
    for user in (lawyer, away):
        people.set_skills(volunteer=user.volunteer, skills={"LAW": 2}, by=user, now=NOON)
    VolunteerProfile.objects.filter(user=away).update(lat=30.0, lng=120.0)
    matching.ready_volunteer()  # knows no law
    assert asked(need) == {lawyer.volunteer, away.volunteer}


def test_windows_that_touch_are_one_and_an_exception_bends_the_day():
    need, me = matching.opening(), matching.ready_volunteer()
    profile, day = me.volunteer, help_requests.VISIT_AT.date()
    halves = [(day.weekday(), 0, 13 * 60), (day.weekday(), 13 * 60, 1440)]
    people.set_windows(volunteer=profile, windows=halves, by=me, now=NOON)
    assert queries.why_not(need, me, now=NOON) == []
    morning = [(day, 8 * 60, 11 * 60)]
    people.set_exceptions(volunteer=profile, days_off=[], free=morning, by=me, now=NOON)
    assert [r.code for r in queries.why_not(need, me, now=NOON)] == ["not_free"]
    noon = [(day, 11 * 60, 15 * 60)]
    people.set_exceptions(volunteer=profile, days_off=[], free=noon, by=me, now=NOON)
    assert queries.why_not(need, me, now=NOON) == []


def test_services_done_of_late_count_as_load():
    me = matching.ready_volunteer()
    task = matching.assignment(who=me)
    actions.mark_checked_in(assignment=task, by=me, now=task.opening.starts_at)
    actions.mark_done(assignment=task, by=me, now=task.opening.ends_at)
    need = matching.opening(
        help_requests.visit(starts_at=help_requests.VISIT_AT + timedelta(days=9))
    )
    (shown,) = queries.candidates(need, now=task.opening.ends_at)
    rested = next(r for r in shown.candidate.reasons if r.code == "rested")
    assert rested.facts == {"asked": 1, "served": 1}


def test_every_reason_has_words():
    codes = [
        ("near", {"distance_m": 500}),
        ("remote", {}),
        ("wants_this", {}),
        ("skilled", {}),
        ("rested", {}),
    ]
    assert all(isinstance(reason_words(Reason(code, 1.0, facts)), str) for code, facts in codes)


def test_verify_names_pairs_that_are_brought_together_again():
    """As a look at the blocks that came too early would leave it, or a hand in the database."""
    before, offer, after = matching.assignment(), matching.offer(), matching.assignment()
    for row in (before, offer, after):
        resident = row.opening.visit.request.resident
        people.add_block(
            resident=resident,
            volunteer=row.volunteer.volunteer,
            side=BlockSide.RESIDENT,
            by=resident.user,
            now=NOON,
        )
    assert list(audit.broken()) == []

    guards.drop(connection)
    sql("UPDATE matching_offer SET state = 'SENT' WHERE id = %s", [offer.pk])
    later = NOON + timedelta(minutes=1)
    Assignment.objects.filter(pk=after.pk).update(made_at=later)

    assert list(audit.broken()) == [
        ("I20", f"matching_offer#{offer.pk}: of a pair that is not to meet again"),
        ("I20", f"matching_assignment#{after.pk}: of a pair that is not to meet again"),
    ]
    Block.objects.update(lifted_at=later)
    assert list(audit.broken()) == []


def test_verify_names_what_is_broken():
    """Rows as no guard would let them be: the guards are taken down, as the database's owner could."""
    task = matching.assignment()
    late = matching.offer(matching.opening(help_requests.visit()))
    assert list(audit.broken()) == []
    guards.drop(connection)
    other = matching.opening(help_requests.visit())
    sql("UPDATE matching_opening SET filled = 1 WHERE id = %s", [late.opening_id])
    sql("UPDATE matching_opening SET region_id = region_id - 1 WHERE id = %s", [other.pk])
    copy = Assignment.objects.get(pk=task.pk)
    copy.pk, copy.ref, copy.offer, copy.opening = None, "x", None, other
    copy.save()
    Opening.objects.filter(pk=other.pk).update(filled=1)
    with taken_away(Rule("offer_accepted_in_time", "matching_offer")):
        Offer.objects.filter(pk=late.pk).update(state="ACCEPTED", answered_at=late.expires_at)
    found = {name for name, _row in audit.broken()}
    assert {"I4", "I5", "I12", "I15"} <= found

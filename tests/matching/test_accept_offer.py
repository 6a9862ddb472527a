"""A volunteer accepts: what follows, and everything that stands in the way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import actions as people
from accounts.models import Block, VolunteerProfile
from help_requests.models import ArrivalCode
from kernel.workdays import local_date
from matching import actions, queries
from matching.actions.places import take_place
from matching.models import Assignment, Offer, Opening
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


def accept(offer, *, by=None, now=NOON):
    return actions.accept_offer(offer=offer, by=by or offer.volunteer, now=now)


def test_a_place_is_taken_the_visit_matched_and_the_others_thanked():
    need = matching.opening()
    mine, other = matching.offer(need), matching.offer(need)
    before = last_event()

    task = accept(mine)

    need.refresh_from_db()
    assert (task.state, task.offer, task.volunteer) == ("LIVE", mine, mine.volunteer)
    assert (need.state, need.filled) == ("FULL", 1)
    assert need.visit.state == "MATCHED"
    assert Offer.objects.get(pk=other.pk).state == "WITHDRAWN"
    assert ArrivalCode.objects.filter(visit=need.visit).exists()
    assert names_since(before) == [
        "offer.accepted",
        "assignment.made",
        "opening.filled",
        "offer.withdrawn",
        "visit.matched",
    ]


def test_one_of_two_places_leaves_the_other_offers_standing():
    need = matching.opening(help_requests.visit(places=2))
    mine, other = matching.offer(need), matching.offer(need)

    accept(mine)

    need.refresh_from_db()
    assert (need.state, need.visit.state) == ("OPEN", "PLANNED")
    assert Offer.objects.get(pk=other.pk).state == "SENT"


def test_only_whom_it_was_made_to():
    offer = matching.offer()
    stranger = matching.ready_volunteer()
    with refused("not_your_offer"):
        accept(offer, by=stranger)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
def test_expired_on_the_second(late):
    offer = matching.offer()
    with refused("offer_expired"):
        accept(offer, now=offer.expires_at + late)


def test_in_the_last_moment():
    offer = matching.offer()
    assert accept(offer, now=offer.expires_at - timedelta(microseconds=1)).state == "LIVE"


def test_answered_already():
    offer = matching.offer()
    actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.volunteer, now=NOON)
    with refused("offer_answered"):
        accept(offer)


def test_withdrawn_when_another_was_faster():
    need = matching.opening()
    first, second = matching.offer(need), matching.offer(need)
    accept(first)
    with refused("offer_answered"):
        accept(second)


def test_the_last_place_went_to_an_applicant():
    need = matching.shift_opening(auto_accept=True)
    offer = matching.offer(need)
    for _place in range(4):
        matching.application(need)
    assert Offer.objects.get(pk=offer.pk).state == "WITHDRAWN"
    with refused("offer_answered"):
        accept(offer)


def test_no_longer_open_or_begun():
    offer = matching.offer()
    opening = offer.opening
    Offer.objects.filter(pk=offer.pk).update(expires_at=opening.ends_at)
    with refused("opening_begun"):
        accept(offer, now=opening.starts_at)
    actions.cancel_opening(opening=opening, now=NOON)
    with refused("opening_closed"):
        accept(offer)


def one_after_another(starts_at, minutes):
    """Let somebody accept a visit of two hours and return the offer of another, so many minutes later, that
    they had meanwhile."""
    first = matching.offer(matching.opening(help_requests.visit(starts_at=starts_at)))
    there = help_requests.visit(starts_at=starts_at + timedelta(minutes=minutes))
    second = matching.offer(matching.opening(there), first.volunteer)
    accept(first)
    return second


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (-150, ""),
        (-149, "does_not_fit"),
        (-120, "does_not_fit"),
        (-119, "overlap"),
        (0, "overlap"),
        (119, "overlap"),
        (120, "does_not_fit"),
        (149, "does_not_fit"),
        (150, ""),
    ],
)
def test_not_in_two_places_at_once_and_with_time_to_travel(minutes, code):
    """Two visits of two hours, the second so many minutes after the first."""
    second = one_after_another(help_requests.VISIT_AT, minutes)
    if code:
        with refused(code):
            accept(second)
    else:
        assert accept(second).state == "LIVE"
    assert Assignment.objects.filter(volunteer=second.volunteer).count() == 1 + (not code)


@pytest.mark.parametrize(("minutes", "taken"), [(119, False), (120, True)])
def test_the_database_knows_better_than_a_stale_look(minutes, taken):
    """Had the action seen nothing, the guard would still refuse what overlaps, in the same words."""
    second = one_after_another(help_requests.VISIT_AT, minutes)
    who = second.volunteer
    if taken:
        assert take_place(opening=second.opening, volunteer=who, by=who, now=NOON).state == "LIVE"
    else:
        with refused("overlap"):
            take_place(opening=second.opening, volunteer=who, by=who, now=NOON)


def test_nor_can_a_place_too_many_be_taken():
    need = matching.opening()
    accept(matching.offer(need))
    late = matching.ready_volunteer()
    need.refresh_from_db()
    with refused("filled"):
        take_place(opening=need, volunteer=late, by=late, now=NOON)


def test_who_has_served_there_takes_no_second_place():
    task = matching.assignment()
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=NOON)
    actions.mark_done(assignment=task, by=task.volunteer, now=NOON)
    with refused("already_applied"):
        take_place(opening=task.opening, volunteer=task.volunteer, by=None, now=NOON)


def test_what_nobody_foresaw_is_a_fault_and_no_refusal():
    """An offer leads to one place: a second one is a mistake of ours, not somebody who was faster."""
    task = matching.assignment()
    elsewhere, somebody = matching.opening(help_requests.visit()), matching.ready_volunteer()
    with pytest.raises(IntegrityError, match="offer"), transaction.atomic():
        take_place(opening=elsewhere, volunteer=somebody, offer=task.offer, by=None, now=NOON)


def test_an_organizations_own_volunteer_only():
    body = organizations.organization()
    visit = help_requests.visit(in_charge=body, only_own_volunteers=True)
    need = matching.opening(visit)
    office = accounts.officer(region=need.region)
    stranger = matching.ready_volunteer()
    with refused("does_not_fit"):
        actions.send_offer(opening=need, volunteer=stranger, by=office, now=NOON)
    own = matching.ready_volunteer()
    organizations.membership(body, "VOLUNTEER", person=own)
    assert actions.send_offer(opening=need, volunteer=own, by=office, now=NOON).state == "SENT"


REST = 660  # minutes


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (119, "overlap"),
        (120, "does_not_fit"),
        (120 + REST - 1, "does_not_fit"),
        (120 + REST, ""),
    ],
)
def test_after_midnight_a_nights_rest_comes_first(minutes, code):
    """The first visit is from 22:00 to midnight in Shanghai."""
    second = one_after_another(help_requests.VISIT_AT.replace(hour=14, minute=0), minutes)
    if code:
        with refused(code):
            accept(second)
    else:
        assert accept(second).state == "LIVE"


def blocked(offer):
    """Write the row alone: the action would take the offer back as well."""
    resident, helper = offer.opening.visit.request.resident, offer.volunteer.volunteer
    Block.objects.create(
        resident=resident, volunteer=helper, side="RESIDENT", made_by=resident.user, made_at=NOON
    )


def lost_the_paper(offer):
    Opening.objects.filter(pk=offer.opening_id).update(credentials=["LAWYER"])


def suspended(offer):
    VolunteerProfile.objects.filter(user=offer.volunteer).update(suspended_at=NOON)


@pytest.mark.parametrize("happens", [blocked, lost_the_paper, suspended])
def test_what_changed_since_it_was_sent_counts_as_it_is_now(happens):
    offer = matching.offer()
    happens(offer)
    with refused("does_not_fit") as caught:
        accept(offer)
    assert "resident" not in caught.value.message
    assert Offer.objects.get(pk=offer.pk).state == "SENT"


def paused(user):
    limit(user, paused_until=local_date(help_requests.VISIT_AT))


def week_full(user):
    limit(user, minutes_per_week=0)


def not_free(user):
    people.set_windows(volunteer=user.volunteer, windows=[], by=user, now=NOON)


def too_far(user):
    VolunteerProfile.objects.filter(user=user).update(lat=31.0, lng=121.2, radius_m=1000)


def limit(user, *, minutes_per_week=6000, paused_until=None):
    people.set_limits(
        volunteer=user.volunteer,
        minutes_per_week=minutes_per_week,
        paused_until=paused_until,
        by=user,
        now=NOON,
    )


@pytest.mark.parametrize("limits", [paused, week_full, not_free, too_far])
def test_their_own_limits_do_not_stand_against_their_own_yes(limits):
    offer, elsewhere = matching.offer(), matching.opening(help_requests.visit())
    at_a_shift = matching.shift_opening(auto_accept=False)
    who, runs = offer.volunteer, organizations.membership(at_a_shift.organization).user
    office = accounts.officer(region=elsewhere.region)
    limits(who)
    asked = queries.why_not(elsewhere, who, now=NOON)
    assert [reason.code for reason in asked] == [limits.__name__]

    task = accept(offer)
    application = actions.apply(opening=at_a_shift, by=who, now=NOON)
    actions.accept_application(application=application, by=runs, now=NOON)

    assert task.state == "LIVE"
    assert Assignment.objects.filter(volunteer=who, state="LIVE").count() == 2
    with refused("does_not_fit"):  # but nobody else sets them aside
        actions.send_offer(opening=elsewhere, volunteer=who, by=office, now=NOON)

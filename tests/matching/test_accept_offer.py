"""A volunteer accepts: what follows, and everything that stands in the way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from help_requests.models import ArrivalCode
from matching import actions
from matching.actions.places import take_place
from matching.models import Assignment, Offer
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


@pytest.mark.parametrize(
    ("minutes", "taken"), [(-120, True), (-119, False), (0, False), (119, False), (120, True)]
)
def test_not_in_two_places_at_once_but_back_to_back(minutes, taken):
    """Two visits of two hours, the second so many minutes after the first (offers leave 30 to travel)."""
    first = matching.offer()
    there = help_requests.visit(starts_at=help_requests.VISIT_AT + timedelta(minutes=minutes))
    second = matching.offer(matching.opening(there), first.volunteer)
    accept(first)
    if taken:
        assert accept(second).state == "LIVE"
    else:
        with refused("overlap"):
            accept(second)
    assert Assignment.objects.filter(volunteer=first.volunteer).count() == 1 + taken


def test_the_database_knows_better_than_a_stale_look(monkeypatch):
    """Had the action not seen the other task, the guard would still refuse, in the same words."""
    first = matching.offer()
    second = matching.offer(matching.opening(help_requests.visit()), first.volunteer)
    accept(first)
    monkeypatch.setattr("matching.queries.overlapping", lambda **_given: None)
    with refused("overlap"):
        accept(second)


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


@pytest.mark.parametrize(("minutes", "taken"), [(119, False), (120, True)])
def test_midnight_is_a_time_like_any_other(minutes, taken):
    """Two visits of two hours around 00:00 in Shanghai, the second so many minutes after the first."""
    late = help_requests.VISIT_AT.replace(hour=14, minute=0)  # 22:00 to midnight
    first = matching.offer(matching.opening(help_requests.visit(starts_at=late)))
    there = help_requests.visit(starts_at=late + timedelta(minutes=minutes))
    second = matching.offer(matching.opening(there), first.volunteer)
    accept(first)
    if taken:
        assert accept(second).state == "LIVE"
    else:
        with refused("overlap"):
            accept(second)

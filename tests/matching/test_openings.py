"""Openings: born from a visit or a shift, true to it, closed by the clock."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from help_requests import actions as requests
from help_requests.models import Visit
from matching import actions, jobs, queries
from matching.models import Assignment, Offer, Opening
from organizations import actions as organizing
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_a_planned_visit_opens_once_with_all_it_asks_for():
    kind = help_requests.service_type("A2", skills={"LAW": 1}, adults_only=True)
    visit = help_requests.visit(service_type=kind, places=2, gender_wish="F")
    before = last_event()

    made = matching.opening(visit)
    again = matching.opening(visit)

    assert again == made
    assert names_since(before) == ["opening.opened"]
    assert (made.visit, made.shift, made.places, made.filled) == (visit, None, 2, 0)
    assert (made.category, made.skills, made.adults_only) == ("A", {"LAW": 1}, True)
    assert (made.gender_wish, made.automatic, made.region) == ("F", False, visit.region)
    assert made.lat is not None


@pytest.mark.parametrize(("usual", "asked"), [({"LAW": 2}, 1), ({"LAW": 2, "ENGLISH": 2}, 2)])
def test_the_language_that_is_asked_for_is_a_skill_and_never_lowers_one(usual, asked):
    kind = help_requests.service_type("A2", skills=usual)
    visit = help_requests.visit(service_type=kind, language="ENGLISH")

    made = matching.opening(visit)

    assert made.skills == {"LAW": 2, "ENGLISH": asked}
    need = queries.need_of(fresh(made))
    assert (need.skills, need.languages) == (made.skills, {"ENGLISH"})
    assert kind.skills == usual


def test_of_what_is_done_from_afar_there_is_no_point():
    kind = help_requests.service_type("C2", remote=True)
    visit = help_requests.visit(service_type=kind, place="REMOTE")
    assert matching.opening(visit).lat is None


def test_a_visit_that_is_no_longer_planned_opens_nothing():
    visit = help_requests.visit()
    requests.cancel_visit(visit=visit, reason="NOT_NEEDED", by=visit.request.asked_by, now=NOON)
    assert actions.open_for_visit(visit=fresh(visit), now=NOON) is None
    actions.follow_visit(visit=fresh(visit), now=NOON)  # no opening yet: nothing to follow
    assert not Opening.objects.exists()


def test_a_published_shift_opens_once():
    shift = organizations.published_project().shifts.get()
    made = matching.opening(shift)
    assert matching.opening(shift) == made
    assert (made.places, made.organization, made.automatic) == (4, shift.organization, False)


def moved(visit, **changes):
    """Move a visit past its own action, as a handler finds it."""
    Visit.objects.filter(pk=visit.pk).update(**changes)
    return fresh(visit)


def test_a_moved_visit_moves_its_opening():
    need = matching.opening()
    starts = need.starts_at + DAY
    visit = moved(need.visit, starts_at=starts, ends_at=starts + timedelta(hours=1), places=2)

    actions.follow_visit(visit=visit, now=NOON)

    need = fresh(need)
    assert (need.starts_at, need.ends_at, need.places) == (starts, visit.ends_at, 2)


def test_more_places_reopen_and_fewer_fill_but_never_below_what_is_taken():
    need = matching.shift_opening()
    for _place in range(2):
        matching.application(need)
    shift = need.shift

    shift.places = 2
    actions.follow_shift(shift=shift, now=NOON)
    assert fresh(need).state == "FULL"
    shift.places = 3
    actions.follow_shift(shift=shift, now=NOON)
    assert fresh(need).state == "OPEN"
    shift.places = 1
    with refused("places_below_filled"):
        actions.follow_shift(shift=shift, now=NOON)


def test_moving_cannot_make_two_services_overlap():
    first = matching.assignment()
    later = help_requests.visit(starts_at=VISIT_AT + DAY)
    second = matching.assignment(matching.opening(later), first.volunteer)
    visit = moved(second.opening.visit, starts_at=VISIT_AT, ends_at=VISIT_AT + timedelta(hours=1))
    with refused("overlap"):
        actions.follow_visit(visit=visit, now=NOON)
    beside = moved(
        visit, starts_at=first.opening.ends_at, ends_at=first.opening.ends_at + timedelta(hours=1)
    )
    actions.follow_visit(visit=beside, now=NOON)
    assert fresh(second.opening).starts_at == first.opening.ends_at


def test_a_time_that_nobody_foresaw_is_a_fault_and_no_overlap():
    shift = matching.shift_opening().shift
    shift.ends_at = shift.starts_at - DAY
    with pytest.raises(IntegrityError, match="ends_after_it_starts"):
        actions.follow_shift(shift=shift, now=NOON)


def test_a_shift_without_an_opening_is_followed_by_nothing():
    shift = organizations.shift()
    actions.follow_shift(shift=shift, now=NOON)
    assert not Opening.objects.exists()


def test_called_off_ends_offers_applications_and_tasks(clock):
    need = matching.shift_opening()
    tasks = [matching.application(need) for _place in range(4)]
    waiting = matching.application(need)
    clock.to(NOON)

    organizing.cancel_shift(
        shift=need.shift, reason="下雨", by=need.organization.registered_by, now=NOON
    )
    clock.to(NOON + timedelta(minutes=1))

    assert fresh(need).state == "CANCELLED"
    assert fresh(waiting).state == "LAPSED"
    assert {a.state for a in Assignment.objects.filter(opening=need)} == {"CANCELLED"}
    assert len(tasks) == 4
    actions.cancel_opening(opening=fresh(need), now=NOON)  # asked again: nothing


def test_a_cancelled_visit_withdraws_its_offers(clock):
    offer = matching.offer()
    visit = offer.opening.visit
    requests.cancel_visit(visit=visit, reason="NOT_NEEDED", by=visit.request.asked_by, now=NOON)
    clock.to(NOON + timedelta(minutes=1))
    assert fresh(offer.opening).state == "CANCELLED"
    assert fresh(offer).state == "WITHDRAWN"


def test_over_and_nobody_came_to_be_found():
    offer = matching.offer()
    ends = offer.opening.ends_at

    assert actions.close_past_openings(now=ends - timedelta(seconds=1)) == 0
    assert actions.close_past_openings(now=ends) == 1

    opening = fresh(offer.opening)
    assert (opening.state, opening.visit.state) == ("CLOSED", "UNFILLED")
    assert fresh(offer).state == "WITHDRAWN"


def test_over_with_somebody_who_was_never_seen(clock):
    task = matching.assignment()
    ends = task.opening.ends_at
    assert actions.close_past_openings(now=ends) == 0
    clock.now = ends + DAY

    jobs.close_past()

    assert fresh(task).state == "NO_SHOW"
    assert fresh(task.opening).state == "CLOSED"
    assert fresh(task.opening).visit.state == "UNFILLED"


def test_over_while_the_service_still_runs():
    task = matching.assignment()
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=task.opening.starts_at)
    assert actions.close_past_openings(now=task.opening.ends_at) == 0
    actions.mark_done(assignment=task, by=task.volunteer, now=task.opening.ends_at)
    assert actions.close_past_openings(now=task.opening.ends_at) == 1


def test_over_with_a_line_that_waited():
    need = matching.shift_opening()
    matching.application(need)
    waiting = [matching.application(need) for _place in range(4)][-1]
    assert waiting.state == "WAITING"
    actions.close_past_openings(now=need.ends_at + DAY)
    assert fresh(waiting).state == "LAPSED"


def test_a_visit_called_off_before_anybody_looked_opens_nothing(clock):
    request = help_requests.submitted()
    requests.accept_request(
        request=request, by=accounts.officer(region=request.region), now=clock.now
    )
    visit = request.visits.get()
    requests.cancel_visit(visit=visit, reason="NOT_NEEDED", by=request.asked_by, now=clock.now)
    clock.to(NOON + timedelta(minutes=1))
    assert not Opening.objects.exists()


def test_the_whole_way_by_events(clock):
    """Accepted by the street → opened → nobody to ask → the dispatcher is told; declined → the next."""
    request = help_requests.submitted()
    requests.accept_request(
        request=request, by=accounts.officer(region=request.region), now=clock.now
    )
    before = last_event()
    clock.to(NOON + timedelta(minutes=1))
    assert {"opening.opened", "opening.escalated"} <= set(names_since(before))
    need = Opening.objects.get()
    task = matching.assignment(need)
    actions.cancel_assignment(assignment=task, reason="", by=task.volunteer, now=clock.now)
    offer = matching.offer(fresh(need))
    actions.decline_offer(offer=offer, reason="OTHER", by=offer.volunteer, now=clock.now)
    clock.to(NOON + timedelta(minutes=2))
    assert fresh(need).escalated_at == NOON + timedelta(minutes=2)
    assert Offer.objects.filter(opening=need, state="SENT").count() == 0

"""Rivals at once, which PostgreSQL alone can prove (GUARDS I3, I4, I5, I15)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import actions as people
from accounts.states import Purpose
from kernel.refusals import Conflict
from matching import actions, audit
from matching.models import Assignment, Offer, Opening
from tests.conftest import on_postgresql
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import outcomes

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
MINUTE = timedelta(minutes=1)


def holds(opening: Opening, filled: int, *, raw: bool = False) -> None:
    """Expect the counter, the live rows and the audit to agree; ``raw`` rows are not known to the search."""
    opening.refresh_from_db()
    live = opening.assignments.filter(state__in=("LIVE", "CHECKED_IN")).count()
    assert (opening.filled, live) == (filled, filled)
    assert [row for row in audit.broken() if not (raw and row[0] == "I19")] == []


def test_sixty_rivals_for_three_places(race):
    need = matching.opening(help_requests.visit(places=3))
    offers = [matching.offer(need) for _rival in range(60)]

    results = race(
        60,
        lambda n: actions.accept_offer(
            offer=Offer.objects.get(pk=offers[n].pk), by=offers[n].volunteer, now=NOON
        ),
    )

    got = outcomes(results)
    assert got.pop("done") == 3
    assert sum(got.values()) == 57
    assert set(got) <= {"filled", "offer_answered"}
    holds(need, 3)


def test_sixty_rivals_by_the_api_are_answered_2xx_or_409(race, clock):
    need = matching.opening(help_requests.visit(places=3))
    offers = [matching.offer(need) for _rival in range(60)]
    secrets = [
        people.make_token(
            user=o.volunteer, name="t", scopes=["read", "write"], days=9, by=o.volunteer, now=NOON
        )[1]
        for o in offers
    ]

    def act(n: int) -> int:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secrets[n]}")
        return client.post(f"/api/v1/offers/{offers[n].ref}/accept/", format="json").status_code

    assert Counter(race(60, act)) == {200: 3, 409: 57}
    holds(need, 3)


def test_sixty_applicants_for_four_places_leave_a_line_of_fifty_six(race):
    need = matching.shift_opening(auto_accept=True)
    rivals = [matching.ready_volunteer() for _rival in range(60)]

    results = race(60, lambda n: actions.apply(opening=need, by=rivals[n], now=NOON).state)

    assert Counter(results) == {"ACCEPTED": 4, "WAITING": 56}
    holds(need, 4)


def test_thirty_overlapping_offers_of_one_volunteer_leave_one(race):
    me = matching.ready_volunteer()
    starts = [VISIT_AT + timedelta(minutes=4 * n) for n in range(30)]
    offers = [
        matching.offer(matching.opening(help_requests.visit(starts_at=at)), me) for at in starts
    ]

    results = race(
        30,
        lambda n: actions.accept_offer(offer=Offer.objects.get(pk=offers[n].pk), by=me, now=NOON),
    )

    assert outcomes(results) == {"done": 1, "overlap": 29}
    assert Assignment.objects.filter(volunteer=me).count() == 1
    assert list(audit.broken()) == []


def test_raw_rows_of_rivals_do_not_overlap_either(race):
    """Without any action: the trigger locks the opening, then the volunteer, and only then looks."""
    me = matching.ready_volunteer()
    needs = [matching.opening(help_requests.visit()) for _rival in range(30)]

    def act(n: int) -> str:
        Assignment.objects.create(opening=needs[n], volunteer=me, made_at=NOON)
        return "done"

    results = race(30, act)

    assert results.count("done") == 1
    assert all("matching_assignment_no_overlap" in str(r) for r in results if r != "done")


def test_raw_rows_of_sixty_rivals_leave_three(race):
    """Without any action: the counting trigger locks the opening and counts anew."""
    need = matching.opening(help_requests.visit(places=3))
    rivals = [matching.ready_volunteer() for _rival in range(60)]

    def act(n: int) -> str:
        Assignment.objects.create(opening=need, volunteer=rivals[n], made_at=NOON)
        return "done"

    results = race(60, act)

    assert results.count("done") == 3
    assert all("opening_never_over_filled" in str(r) for r in results if r != "done")
    holds(need, 3, raw=True)


def test_raw_moves_of_two_services_into_one_hour_leave_one(race):
    """The guard of a moving opening locks the volunteers who come before it looks."""
    for _round in range(5):
        me = matching.ready_volunteer()
        needs = []
        for day in (1, 2):
            visit = help_requests.visit(starts_at=VISIT_AT + timedelta(days=day))
            needs.append(matching.opening(visit))
            matching.assignment(needs[-1], me)

        def act(n: int, needs: Any = needs) -> str:
            Opening.objects.filter(pk=needs[n].pk).update(
                starts_at=VISIT_AT, ends_at=VISIT_AT + timedelta(hours=1)
            )
            return "done"

        results = race(2, act)
        assert results.count("done") == 1
        assert any("matching_opening_no_overlap" in str(r) for r in results)


def test_moving_one_service_while_another_is_accepted(race):
    """Either the move wins or the acceptance: never both, when together they would overlap."""
    for _round in range(5):
        me = matching.ready_volunteer()
        far = help_requests.visit(starts_at=VISIT_AT + timedelta(days=1))
        matching.assignment(matching.opening(far), me)
        offer = matching.offer(matching.opening(help_requests.visit()), me)

        def act(n: int, far: Any = far, offer: Any = offer, me: Any = me) -> Any:
            if n % 2:
                return actions.accept_offer(offer=Offer.objects.get(pk=offer.pk), by=me, now=NOON)
            there = Opening.objects.get(visit=far).visit
            there.starts_at, there.ends_at = VISIT_AT, VISIT_AT + timedelta(hours=1)
            return actions.follow_visit(visit=there, now=NOON)

        got = outcomes(race(6, act))
        assert set(got) <= {"done", "overlap", "offer_answered"}
        assert got["overlap"] >= 1
        assert list(audit.broken()) == []


def test_sixty_answers_around_the_expiry(race):
    """Each rival has an offer of its own; those whose clock says "over" are refused, to the microsecond."""
    offers = [matching.offer(matching.opening(help_requests.visit())) for _rival in range(60)]
    ends = offers[0].expires_at
    micro = timedelta(microseconds=1)

    def act(n: int) -> Any:
        offer = Offer.objects.get(pk=offers[n].pk)
        return actions.accept_offer(offer=offer, by=offer.volunteer, now=ends + (n - 30) * micro)

    assert outcomes(race(60, act)) == {"done": 30, "offer_expired": 30}
    assert list(audit.broken()) == []


def test_one_offer_accepted_while_it_expires(race):
    """Sixty calls, half of them the clock's: the offer ends in one state, with a task or without."""
    offer = matching.offer()
    ends = offer.expires_at

    def act(n: int) -> Any:
        if n % 2:
            return actions.expire_offers(now=ends)
        mine = Offer.objects.get(pk=offer.pk)
        return actions.accept_offer(offer=mine, by=mine.volunteer, now=ends - MINUTE)

    results = race(60, act)

    offer.refresh_from_db()
    accepted = outcomes(results[::2])
    expired = sum(results[1::2])
    assert (offer.state, accepted["done"], expired) in {("ACCEPTED", 1, 0), ("EXPIRED", 0, 1)}
    assert Assignment.objects.count() == accepted["done"]


def test_a_storm_of_cancelling_and_accepting(race):
    """Places are taken and given back at once: never more live than places, and the counter agrees."""
    need = matching.opening(help_requests.visit(places=3))
    offers = [matching.offer(need) for _rival in range(30)]
    first = [
        actions.accept_offer(offer=offers[n], by=offers[n].volunteer, now=NOON) for n in range(3)
    ]
    more = [matching.ready_volunteer() for _rival in range(27)]

    def act(n: int) -> Any:
        if n < 3:
            task = Assignment.objects.get(pk=first[n].pk)
            return actions.cancel_assignment(
                assignment=task, reason="", by=task.volunteer, now=NOON
            )
        return actions.apply(opening=need, by=more[n - 3], now=NOON + n * MINUTE)

    outcomes(race(30, act))
    actions.promote(opening=need, now=NOON)

    holds(need, 3)
    assert need.state == "FULL"


def automatic(**given: Any) -> Opening:
    """Return a need whose resident agreed to automatic matching."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    return matching.opening(help_requests.visit(resident, **given))


def test_waves_of_many_needs_at_once_leave_everybody_their_peace(race):
    """Twenty needs ask the same four people at once: two notices a day for each, not one more."""
    for _volunteer in range(4):
        matching.ready_volunteer()
    needs = [automatic() for _need in range(20)]

    results = race(20, lambda n: actions.send_wave(opening=needs[n], now=NOON))
    outcomes(results)
    actions.ask_again(now=NOON)

    told = Counter(Offer.objects.values_list("volunteer", flat=True))
    assert sorted(told.values()) == [2, 2, 2, 2]


def test_waves_of_one_need_at_once_are_one_wave(race):
    """Twenty answers at once ask for the next: as many are asked as one would have asked."""
    need = automatic()
    for _volunteer in range(8):
        matching.ready_volunteer()

    results = race(20, lambda _n: actions.send_wave(opening=need, now=NOON))
    outcomes(results)

    assert sum(bool(offers) for offers in results) == 1
    assert Offer.objects.count() == 4


def test_fewer_places_while_they_are_taken(race):
    """A shift is cut from four places to two while six apply: never below what is taken."""
    need = matching.shift_opening(auto_accept=True)
    rivals = [matching.ready_volunteer() for _rival in range(6)]

    def act(n: int) -> Any:
        if n == 6:
            shift = Opening.objects.get(pk=need.pk).shift
            shift.places = 2
            return actions.follow_shift(shift=shift, now=NOON)
        return actions.apply(opening=need, by=rivals[n], now=NOON)

    results = race(7, act)

    need.refresh_from_db()
    cut = not isinstance(results[6], Conflict)
    assert (need.places, need.filled) == ((2, 2) if cut else (4, 4))
    if not cut:
        assert results[6].code == "places_below_filled"
    holds(need, need.filled)


def test_one_call_twice_takes_one_place(race):
    offer = matching.offer()
    results = race(
        20,
        lambda _n: actions.accept_offer(
            offer=Offer.objects.get(pk=offer.pk), by=offer.volunteer, now=NOON
        ),
    )
    assert outcomes(results) == {"done": 1, "offer_answered": 19}
    assert Assignment.objects.count() == 1


def test_agreed_and_changed_at_once_the_search_knows_both(race):
    """A volunteer accepts while she changes her windows: what is posted knows the task and the windows."""
    for _round in range(10):
        offer = matching.offer()
        me = offer.volunteer
        windows = [(day, 0, 1380) for day in range(7)]

        def accept(offer: Offer = offer, me: Any = me) -> None:
            actions.accept_offer(offer=Offer.objects.get(pk=offer.pk), by=me, now=NOON)

        def change(me: Any = me, windows: Any = windows) -> None:
            people.set_windows(volunteer=me.volunteer, windows=windows, by=me, now=NOON)

        results = race(2, lambda n, deeds=(accept, change): deeds[n]())

        assert outcomes(results) == {"done": 2}
        assert list(audit.broken()) == []


def test_a_block_while_it_is_accepted(race):
    """Either the yes came before, or nothing stands offered any more; nobody waits for each other."""
    for _round in range(10):
        offer = matching.offer()
        me, resident = offer.volunteer, offer.opening.visit.request.resident

        def accept(offer: Offer = offer, me: Any = me) -> None:
            actions.accept_offer(offer=Offer.objects.get(pk=offer.pk), by=me, now=NOON)

        def part(me: Any = me, resident: Any = resident) -> None:
            people.add_block(
                resident=resident,
                volunteer=me.volunteer,
                side="RESIDENT",
                by=resident.user,
                now=NOON,
            )

        accepted, parted = race(2, lambda n, deeds=(accept, part): deeds[n]())

        offer.refresh_from_db()
        came_first = not isinstance(accepted, Exception)
        assert set(outcomes([accepted, parted])) <= {"done", "offer_answered", "does_not_fit"}
        assert not isinstance(parted, Exception)
        assert offer.state == ("ACCEPTED" if came_first else "WITHDRAWN")
        assert list(audit.broken()) == []

"""The platform asks: waves, hands, answers, silence."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from kernel.workdays import SHANGHAI
from matching import actions, jobs, rules
from matching.models import Offer
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def willing():
    """Return a need whose resident agreed to automatic matching."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    return matching.opening(help_requests.visit(resident))


def wave(opening, now=NOON):
    return actions.send_wave(opening=opening, now=now)


def test_a_wave_asks_three_for_a_place_and_waits(willing):
    for _person in range(5):
        matching.ready_volunteer()

    offers = wave(willing)

    willing.refresh_from_db()
    assert len(offers) == 3
    assert {offer.wave for offer in offers} == {1}
    assert willing.next_wave_at == offers[0].expires_at
    assert [reason[0] for reason in offers[0].reasons] == [
        *("near", "reliable", "rested", "roomy", "first")
    ]
    assert wave(willing) == []  # the first still waits


def test_the_next_wave_asks_others_and_then_the_dispatcher_is_told_once(willing):
    for _person in range(4):
        matching.ready_volunteer()
    asked = wave(willing)
    for offer in asked:
        actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.volunteer, now=NOON)

    (fourth,) = wave(willing)
    assert fourth.volunteer not in {offer.volunteer for offer in asked}
    actions.decline_offer(offer=fourth, reason="TOO_FAR", by=fourth.volunteer, now=NOON)

    before = last_event()
    assert wave(willing) == []
    assert wave(willing) == []
    assert names_since(before) == ["opening.escalated"]


def test_nobody_is_asked_without_the_residents_consent_nor_for_shifts():
    matching.ready_volunteer()
    need, shift = matching.opening(), matching.shift_opening()
    before = last_event()

    assert wave(need) == wave(shift) == []

    assert names_since(before) == ["opening.escalated"]  # the visit's; a shift is applied for


def test_nobody_is_asked_too_late_or_for_what_is_full(willing):
    matching.ready_volunteer()
    assert wave(willing, now=willing.starts_at) == []
    matching.assignment(willing)
    assert wave(willing) == []


def test_a_wave_asks_for_as_many_as_are_missing():
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    need = matching.opening(help_requests.visit(resident, places=2))
    for _person in range(7):
        matching.ready_volunteer()
    assert len(wave(need)) == 6


def test_picked_by_hand_by_the_office_of_the_place():
    need, volunteer = matching.opening(), matching.ready_volunteer()
    office = accounts.officer(region=need.region)
    before = last_event()

    made = actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)
    again = actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)

    assert (made.sent_by, again) == (office, made)
    assert names_since(before) == ["offer.sent"]


def test_not_by_hand_by_others_nor_for_who_does_not_fit():
    need = matching.opening()
    volunteer, unverified = matching.ready_volunteer(), accounts.volunteer(verified=False).user
    away = accounts.officer(region=street("310104001"))
    office = accounts.officer(region=need.region)
    nobody = accounts.user()
    with refused("not_your_area"):
        actions.send_offer(opening=need, volunteer=volunteer, by=away, now=NOON)
    with refused("does_not_fit") as caught:
        actions.send_offer(opening=need, volunteer=unverified, by=office, now=NOON)
    assert "not_verified" in caught.value.context["reasons"]
    with refused("does_not_fit"):
        actions.send_offer(opening=need, volunteer=nobody, by=office, now=NOON)
    matching.assignment(need)
    with refused("filled"):
        actions.send_offer(opening=need, volunteer=volunteer, by=office, now=NOON)
    with refused("opening_begun"):
        actions.send_offer(opening=need, volunteer=volunteer, by=office, now=need.starts_at)


def test_no_costs_nothing_but_a_reason():
    offer = matching.offer()
    with refused("reason_missing"):
        actions.decline_offer(offer=offer, reason="", by=offer.volunteer, now=NOON)
    with refused("not_your_offer"):
        actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.sent_by, now=NOON)

    actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.volunteer, now=NOON)

    assert (offer.state, offer.decline_reason, offer.answered_at) == ("DECLINED", "NO_TIME", NOON)
    with refused("illegal_move"):
        actions.decline_offer(offer=offer, reason="NO_TIME", by=offer.volunteer, now=NOON)


def test_more_time_once_as_long_as_the_start_allows():
    offer = matching.offer()
    ends = offer.expires_at
    with refused("not_your_offer"):
        actions.extend_offer(offer=offer, by=offer.sent_by, now=NOON)

    actions.extend_offer(offer=offer, by=offer.volunteer, now=NOON)

    assert offer.expires_at == ends + timedelta(hours=2)
    with refused("no_more_time"):
        actions.extend_offer(offer=offer, by=offer.volunteer, now=NOON)
    with refused("offer_expired"):
        actions.extend_offer(offer=offer, by=offer.volunteer, now=offer.expires_at)


def test_more_time_holds_the_next_wave_back(willing):
    matching.ready_volunteer()
    (offer,) = wave(willing)

    actions.extend_offer(offer=offer, by=offer.volunteer, now=NOON)

    willing.refresh_from_db()
    assert willing.next_wave_at == offer.expires_at


def test_silence_expires_and_costs_nothing(clock):
    offer = matching.offer()
    standing = matching.offer(matching.opening(help_requests.visit()))
    Offer.objects.filter(pk=standing.pk).update(expires_at=offer.expires_at + timedelta(hours=1))
    clock.now = offer.expires_at

    jobs.expire_offers()

    assert Offer.objects.get(pk=offer.pk).state == "EXPIRED"
    assert Offer.objects.get(pk=standing.pk).state == "SENT"
    assert actions.expire_offers(now=clock.now) == 0


def test_an_answer_that_came_first_is_not_overtaken(monkeypatch):
    """The clock's list may be older than an answer: each row is looked at again under the lock."""
    offer = matching.offer()
    lock = actions.offers.lock_opening

    def answered_meanwhile(pk, *beside):
        Offer.objects.filter(pk=offer.pk).update(expires_at=offer.expires_at + timedelta(hours=2))
        return lock(pk, *beside)

    monkeypatch.setattr("matching.actions.offers.lock_opening", answered_meanwhile)
    assert actions.expire_offers(now=offer.expires_at) == 0


def local(hour, minute=0, day=4):
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (local(12), local(12, day=6), local(14)),
        (local(18, 59), local(12, day=6), local(20, 59)),
        (local(19), local(12, day=6), local(9, day=5)),
        (local(23), local(12, day=6), local(9, day=5)),
        (local(3), local(12, day=6), local(9)),
        (local(12), local(14), local(13)),
        (local(12), local(12, 50), local(12, 20)),
        (local(12), local(12, 10), local(12, 10)),
    ],
)
def test_by_when_to_answer(now, starts, ends):
    assert rules.expiry(now=now, starts_at=starts) == ends


@given(minute=st.integers(0, 60 * 24 * 7), ahead=st.integers(1, 60 * 24 * 14))
def test_nobody_is_hurried_or_woken(minute, ahead):
    now = local(0) + timedelta(minutes=minute)
    starts = now + timedelta(minutes=ahead)
    ends = rules.expiry(now=now, starts_at=starts)
    assert now < ends <= starts
    assert ends >= min(now + rules.SOONEST, starts)
    end = ends.astimezone(SHANGHAI)
    at_night = end.hour * 60 + end.minute
    if starts - now > timedelta(hours=36):
        assert rules.DAY_BEGINS <= at_night < rules.DAY_ENDS


def test_a_posts_role_decides_who_dispatches():
    need = matching.opening()
    for role, may in ((DeskRole.STREET, True), (DeskRole.REVIEWER, False)):
        officer, volunteer = accounts.officer(role, need.region), matching.ready_volunteer()
        if may:
            actions.send_offer(opening=need, volunteer=volunteer, by=officer, now=NOON)
        else:
            with refused("not_your_area"):
                actions.send_offer(opening=need, volunteer=volunteer, by=officer, now=NOON)

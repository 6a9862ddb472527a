"""Who can go now, and who does not want to be asked for a kind of service for a while."""

from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import Purpose
from kernel import deliveries
from kernel.workdays import local_date
from matching import actions, queries
from matching.models import Duty, KindPause, Posting
from matching.queries.posted import BITS
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def urgent(clock):
    """Return an urgent need that begins in an hour, whose resident allows automatic matching."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    visit = help_requests.visit(resident, starts_at=NOON + HOUR, urgency="URGENT")
    opening = matching.opening(visit)
    type(opening).objects.filter(pk=opening.pk).update(urgency="URGENT")
    opening.refresh_from_db()
    return opening


def not_free(user):
    """Let the week say that somebody is never free, and live too far away."""
    people.set_windows(volunteer=user.volunteer, windows=[], by=user, now=NOON)
    people.set_area(
        volunteer=user.volunteer,
        region=user.volunteer.region,
        radius_m=1000,
        lat=31.0,
        lng=121.2,
        by=user,
        now=NOON,
    )
    return user


def test_who_can_go_now_goes_first_where_they_are_whatever_the_week_says(urgent):
    me = not_free(matching.ready_volunteer())
    others = [matching.ready_volunteer() for _n in range(4)]
    asked = queries.why_not(urgent, me, now=NOON)
    assert {reason.code for reason in asked} == {"not_free", "too_far"}
    before = last_event()

    duty = actions.go_on_duty(lat=urgent.lat + 0.001, lng=urgent.lng, by=me, now=NOON)

    assert (duty.until - duty.since, duty.lat, duty.lng) == (2 * HOUR, urgent.lat, urgent.lng)
    assert queries.duty_of(me, now=NOON) == duty
    assert queries.why_not(urgent, me, now=NOON) == []
    offers = actions.send_wave(opening=urgent, now=NOON)
    assert offers[0].volunteer == me
    assert {offer.volunteer for offer in offers} <= {me, *others}
    assert names_since(before)[:1] == ["duty.begun"]


def test_it_runs_out_and_can_be_switched_off(urgent):
    me = not_free(matching.ready_volunteer())
    actions.go_on_duty(lat=urgent.lat, lng=urgent.lng, by=me, now=NOON)
    assert queries.duty_of(me, now=NOON + 2 * HOUR) is None

    before = last_event()
    actions.leave_duty(by=me, now=NOON)
    actions.leave_duty(by=me, now=NOON)
    assert names_since(before) == ["duty.ended"]
    assert queries.duty_of(me, now=NOON) is None
    assert queries.why_not(urgent, me, now=NOON)

    actions.go_on_duty(by=me, now=NOON)
    later = actions.go_on_duty(by=me, now=NOON + 3 * HOUR)
    assert Duty.objects.get(ended_at=None) == later
    assert (later.lat, later.lng) == (None, None)


def test_what_begins_after_it_is_nothing_to_it(urgent):
    me = not_free(matching.ready_volunteer())
    actions.go_on_duty(lat=urgent.lat, lng=urgent.lng, by=me, now=NOON - 90 * timedelta(minutes=1))
    assert queries.why_not(urgent, me, now=NOON)  # it ends before the need begins


def test_only_who_may_be_asked_goes_on_duty():
    not_verified = accounts.volunteer(verified=False).user
    refuses = matching.ready_volunteer()
    consent = refuses.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=refuses, now=NOON)
    for user in (not_verified, refuses, accounts.user()):
        with refused("not_ready"):
            actions.go_on_duty(by=user, now=NOON)
    me = matching.ready_volunteer()
    with refused("foreign_point"):
        actions.go_on_duty(lat=0.0, lng=0.0, by=me, now=NOON)


def test_not_on_a_pause_until_it_is_over_or_ended():
    me, today = matching.ready_volunteer(), local_date(NOON)

    def pause(until):
        people.set_limits(
            volunteer=me.volunteer, minutes_per_week=600, paused_until=until, by=me, now=NOON
        )

    pause(today)
    with refused("paused") as caught:
        actions.go_on_duty(by=me, now=NOON)
    assert "2026-03-04" in caught.value.message
    tomorrow = NOON + 24 * HOUR
    assert actions.go_on_duty(by=me, now=tomorrow).until == tomorrow + 2 * HOUR
    pause(None)
    assert actions.go_on_duty(by=me, now=NOON).until == NOON + 2 * HOUR


def deliver():
    while deliveries.run_due(clock=lambda: NOON):
        pass


def test_going_on_duty_looks_at_urgent_needs_again(urgent):
    deliver()
    assert not urgent.offers.exists()
    me = not_free(matching.ready_volunteer())
    gone = not_free(matching.ready_volunteer())

    actions.go_on_duty(lat=urgent.lat, lng=urgent.lng, by=gone, now=NOON)
    actions.leave_duty(by=gone, now=NOON)
    deliver()
    assert not urgent.offers.exists()

    actions.go_on_duty(lat=urgent.lat, lng=urgent.lng, by=me, now=NOON)
    deliver()
    assert [offer.volunteer for offer in urgent.offers.all()] == [me]


def test_a_no_can_stop_a_kind_for_a_while():
    offer = matching.offer()
    me, kind = offer.volunteer, offer.opening.category
    for days in (-1, 366):
        with refused("bad_days"):
            actions.decline_offer(
                offer=offer, reason="NOT_MY_KIND", pause_days=days, by=me, now=NOON
            )

    actions.decline_offer(offer=offer, reason="NOT_MY_KIND", pause_days=30, by=me, now=NOON)

    (pause,) = queries.pauses_of(me, today=local_date(NOON))
    assert (pause.category, pause.until) == (kind, local_date(NOON) + timedelta(days=30))
    row = Posting.objects.get(volunteer=me.volunteer, skill="")
    assert row.wants & BITS[kind] == 0
    assert row.wants & BITS["C"]

    later = NOON + timedelta(days=31)
    actions.post_day(now=later)
    row.refresh_from_db()
    assert row.wants & BITS[kind]
    assert not queries.pauses_of(me, today=local_date(later)).exists()
    assert KindPause.objects.count() == 1

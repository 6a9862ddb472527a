"""The platform asks by itself: how many, whom, when; who is left in peace; when the office is told."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from accounts import actions as people
from accounts.states import Purpose, SkillCode
from help_requests.states import Urgency
from kernel.models import Event
from kernel.workdays import SHANGHAI
from matching import actions, jobs, queries, rules
from matching.engine.daytime import time_left
from matching.engine.waves import chance_filled, target
from matching.models import Assignment, Offer, Opening
from matching.queries import asking
from tests.factories import accounts, help_requests, matching, organizations
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.refused import last_event, names_since

pytestmark = pytest.mark.django_db

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def local(hour, minute=0, day=4):
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def willing(**given):
    """Return a need whose resident agreed to automatic matching."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    return matching.opening(help_requests.visit(resident, **given))


def crowd(count):
    return [matching.ready_volunteer() for _n in range(count)]


def wave(opening, now=NOON):
    return actions.send_wave(opening=opening, now=now)


def fresh(opening):
    return Opening.objects.get(pk=opening.pk)


def decline(offer, now=NOON, reason="NO_TIME"):
    return actions.decline_offer(offer=offer, reason=reason, by=offer.volunteer, now=now)


def goal(opening, now=NOON):
    return target(time_left(now, starts_at=opening.starts_at, urgency=1))


@pytest.mark.parametrize("places", [1, 2])
def test_as_many_are_asked_as_make_it_sure_enough_and_no_more(places):
    need = willing(places=places)
    crowd(5 * places)

    offers = wave(need)

    chances = [offer.chance for offer in offers]
    assert chance_filled(chances, places) >= goal(need) > chance_filled(chances[1:], places)
    assert {(offer.wave, offer.sent_by) for offer in offers} == {(1, None)}
    assert all(offer.propensity > 0 for offer in offers)
    assert offers[0].features == {
        **{"score": pytest.approx(0.98, abs=0.01), "km": 0.0, "hours_ahead": 48.0, "hour": 12},
        **{"weekday": 4, "hours": 2.0, "urgency": 1, "skill": "none"},
        **{"recent_notices": 0, "recent_services": 0, "past_yes": 0, "past_asked": 0},
    }
    assert [reason[0] for reason in offers[0].reasons] == [
        *("near", "reliable", "rested", "roomy", "first")
    ]
    after = fresh(need)
    assert (after.wave, after.next_wave_at) == (1, offers[0].expires_at)
    assert wave(need) == []  # they are enough
    assert fresh(need).wave == 1


def test_in_the_demo_the_same_seed_asks_as_many(settings):
    settings.HUB_TIES = 7
    need = willing()
    crowd(5)
    assert len(wave(need)) == 4


def test_a_no_is_made_good_at_once(clock):
    need = willing()
    crowd(6)
    first = wave(need)

    decline(first[0])
    clock.to(NOON + MINUTE)

    (more,) = Offer.objects.filter(opening=need, wave=2)
    assert more.volunteer not in {offer.volunteer for offer in first}
    assert fresh(need).next_wave_at == min(one.expires_at for one in [*first[1:], more])


def test_silence_is_made_good_when_it_ends(clock):
    need = willing()
    crowd(8)
    first = wave(need)
    clock.now = first[0].expires_at

    jobs.expire_offers()
    clock.to(clock.now)

    assert Offer.objects.filter(opening=need, state="EXPIRED").count() == len(first)
    assert Offer.objects.filter(opening=need, state="SENT", wave__gt=1).count() == len(first)


def test_a_lost_place_is_made_good_at_once(clock):
    need = willing(places=2)
    task = matching.assignment(need)
    crowd(12)
    clock.to(NOON)
    asked = wave(need)

    actions.cancel_assignment(assignment=task, reason="", by=task.volunteer, now=NOON)
    clock.to(NOON + MINUTE)

    chances = [one.chance for one in Offer.objects.filter(opening=need, state="SENT")]
    assert len(chances) > len(asked)
    assert chance_filled(chances, 2) >= goal(need)


def test_what_was_moved_is_looked_at_again():
    need = willing()
    wave(need)
    matching.ready_volunteer()
    visit = need.visit
    visit.starts_at, visit.ends_at = VISIT_AT + DAY, VISIT_AT + DAY + 2 * HOUR

    actions.follow_visit(visit=visit, now=NOON + MINUTE)

    assert actions.ask_again(now=NOON + MINUTE) == 1
    assert Offer.objects.filter(opening=need).count() == 1


def test_more_time_moves_the_next_look():
    need = willing()
    matching.ready_volunteer()
    (offer,) = wave(need)

    actions.extend_offer(offer=offer, by=offer.volunteer, now=NOON)

    assert fresh(need).next_wave_at == offer.expires_at


def test_by_night_nobody_is_woken_and_in_the_morning_they_are_asked(clock):
    need = willing()
    crowd(2)

    assert wave(need, now=local(22)) == []
    assert fresh(need).next_wave_at == local(8, day=5)
    assert actions.ask_again(now=local(7, 59, day=5)) == 0

    clock.now = local(8, day=5)
    jobs.ask_again()

    assert {offer.sent_at for offer in Offer.objects.filter(opening=need)} == {clock.now}
    assert not fresh(need).escalated_at or Offer.objects.count() == 2


def test_what_begins_before_people_wake_goes_to_the_office_at_once():
    need = willing(starts_at=local(8, 30, day=5))
    matching.ready_volunteer()
    assert wave(need, now=local(22)) == []
    assert fresh(need).escalated_at == local(22)


def test_what_is_urgent_wakes_people():
    need = willing(starts_at=local(8, 30, day=5))
    Opening.objects.filter(pk=need.pk).update(urgency=Urgency.URGENT)
    matching.ready_volunteer()
    assert len(wave(need, now=local(22))) == 1


def tire(volunteer, times=3):
    """Let the platform have asked somebody so often this week."""
    for number in range(times):
        other = willing(starts_at=VISIT_AT + (number + 3) * DAY)
        offer = matching.offer(other, volunteer)
        sent = NOON - (number + 1) * 30 * HOUR
        Offer.objects.filter(pk=offer.pk).update(sent_by=None, sent_at=sent, state="EXPIRED")


def test_who_was_asked_too_often_has_peace_and_it_is_looked_again_in_the_morning():
    tired, need = matching.ready_volunteer(), willing()
    tire(tired)
    before = last_event()

    assert wave(need) == []

    assert fresh(need).next_wave_at == local(8, day=5)
    assert names_since(before) == []
    later = NOON - 90 * HOUR + 7 * DAY + MINUTE  # the first is a week ago
    moved = willing(starts_at=later + 2 * DAY)
    (offer,) = wave(moved, now=later)
    assert offer.volunteer == tired


def test_notices_that_a_person_sent_do_not_count():
    busy, need = matching.ready_volunteer(), willing()
    tire(busy)
    Offer.objects.filter(volunteer=busy).update(sent_by=accounts.officer())
    assert [offer.volunteer for offer in wave(need)] == [busy]


def test_urgent_needs_pass_the_caps():
    tired, need = matching.ready_volunteer(), willing()
    tire(tired)
    Opening.objects.filter(pk=need.pk).update(urgency=Urgency.URGENT)
    assert [offer.volunteer for offer in wave(need)] == [tired]


def test_where_tomorrow_is_too_late_the_office_is_told_although_some_only_rest():
    need = willing(starts_at=local(8, 45, day=5))
    tire(matching.ready_volunteer())
    assert wave(need) == []
    assert fresh(need).escalated_at == NOON


def test_it_looks_further_when_the_best_were_asked_too_often(monkeypatch):
    monkeypatch.setattr(asking, "TOP", 2)
    need = willing()
    for tired in crowd(3):
        tire(tired)
    late = matching.ready_volunteer()
    people.set_limits(
        volunteer=late.volunteer, minutes_per_week=120, paused_until=None, by=late, now=NOON
    )
    assert [offer.volunteer for offer in wave(need)] == [late]

    monkeypatch.setattr(asking, "MOST", 2)
    other = willing()
    Offer.objects.filter(volunteer=late).update(state="WITHDRAWN", sent_by=None)
    assert wave(other) == []
    assert not fresh(other).escalated_at


def test_whom_another_need_was_faster_to_ask_is_left_in_peace(monkeypatch):
    """What was counted may be older than another need's wave: it is counted again under the lock."""
    need, volunteer = willing(), matching.ready_volunteer()
    lock = actions.waves.lock_volunteers

    def asked_meanwhile(users):
        tire(volunteer)
        lock(users)

    monkeypatch.setattr("matching.actions.waves.lock_volunteers", asked_meanwhile)

    assert wave(need) == []

    after = fresh(need)
    assert (after.wave, after.next_wave_at, after.escalated_at) == (0, NOON, None)


def test_a_place_that_was_taken_meanwhile_is_not_raised(monkeypatch):
    need = willing()
    wave(need)
    lock, before = actions.waves.lock_opening, last_event()

    def filled_meanwhile(pk):
        Opening.objects.filter(pk=pk).update(raises_at=None)
        return lock(pk)

    monkeypatch.setattr("matching.actions.waves.lock_opening", filled_meanwhile)
    actions.ask_again(now=NOON + 4 * HOUR)
    assert escalations(before) == []


def test_nobody_ever_gets_more_notices_than_the_caps_allow():
    random, now = Random(5), NOON
    crowd(5)
    needs = [willing(starts_at=VISIT_AT + n * 7 * HOUR) for n in range(14)]

    while now < NOON + 6 * DAY:
        for need in needs:
            wave(need, now=now)
        for offer in Offer.objects.filter(state="SENT", expires_at__gt=now):
            answer = random.random()
            if answer < 0.3:
                decline(offer, now=now)
            elif answer < 0.4:
                Offer.objects.filter(pk=offer.pk).update(state="WITHDRAWN")
        actions.expire_offers(now=now)
        now += timedelta(hours=random.choice((1, 5, 9)))

    told = defaultdict(list)
    for offer in Offer.objects.filter(sent_by=None).order_by("sent_at"):
        told[offer.volunteer_id].append(offer.sent_at)
    assert sum(map(len, told.values())) > 12
    for moments in told.values():
        for at in moments:
            assert sum(at - DAY < other <= at for other in moments) <= 2
            assert sum(at - 7 * DAY < other <= at for other in moments) <= 3


def test_nobody_is_asked_without_the_residents_consent_nor_for_shifts():
    matching.ready_volunteer()
    need, shift = matching.opening(), matching.shift_opening()
    before = last_event()

    assert wave(need) == wave(shift) == []
    assert wave(need) == []

    assert names_since(before) == ["opening.escalated"]  # the visit's; a shift is applied for
    assert fresh(need).widening is None


def test_the_office_is_not_told_while_somebody_it_picked_thinks():
    need = matching.opening()
    matching.offer(need)
    wave(need)
    assert fresh(need).escalated_at is None


def test_nobody_is_asked_too_late_or_for_what_is_full():
    need = willing()
    matching.ready_volunteer()
    assert wave(need, now=need.starts_at) == []
    matching.assignment(need)
    assert wave(need) == []


def test_when_nobody_is_left_the_office_is_told_once_and_then_the_one_above():
    need = willing()
    offers = wave_of_all(need, crowd(4))
    before = last_event()

    for offer in offers:
        decline(offer)
        wave(need)
    actions.ask_again(now=NOON + 3 * HOUR)
    assert escalations(before) == [False]
    after = fresh(need)
    assert (after.escalated_at, after.raises_at) == (NOON, NOON + 4 * HOUR)
    assert after.next_wave_at == local(8, day=5)  # somebody new may be there

    assert actions.ask_again(now=NOON + 4 * HOUR) == 1
    actions.ask_again(now=NOON + 5 * HOUR)
    assert escalations(before) == [False, True]


def wave_of_all(need, everybody):
    offers = wave(need)
    assert len(offers) == len(everybody)
    return offers


def escalations(since):
    found = Event.objects.filter(pk__gt=since, name="opening.escalated").order_by("pk")
    return [event.data["above"] for event in found]


def test_half_of_a_short_time_is_waited_before_the_office_above_is_told():
    need = willing(starts_at=NOON + 4 * HOUR)
    wave(need)
    assert fresh(need).raises_at == NOON + 2 * HOUR


def test_what_was_filled_meanwhile_is_not_raised_and_a_lost_place_begins_anew(clock):
    need = willing()
    wave(need)
    task = matching.assignment(need)
    before = last_event()
    actions.ask_again(now=NOON + 5 * HOUR)
    assert escalations(before) == []

    actions.cancel_assignment(assignment=task, reason="", by=task.volunteer, now=NOON + 6 * HOUR)

    after = fresh(need)
    assert (after.escalated_at, after.raises_at, after.widening) == (None, None, None)
    wave(need, now=NOON + 6 * HOUR)
    assert escalations(before) == [False]


def test_the_last_place_taken_thanks_the_rest():
    need = willing()
    offers = wave_of_all(need, crowd(4))
    actions.accept_offer(offer=offers[0], by=offers[0].volunteer, now=NOON)
    assert set(Offer.objects.values_list("state", flat=True)) == {"ACCEPTED", "WITHDRAWN"}
    assert Assignment.objects.count() == 1


def placed(user, need, *, lat=0.0, radius_m=3_000):
    people.set_area(
        volunteer=user.volunteer,
        region=need.region,
        radius_m=radius_m,
        lat=need.lat + lat,
        lng=need.lng,
        by=user,
        now=NOON,
    )
    return user


def test_what_would_find_more_people_is_said_with_the_escalation():
    kind = help_requests.service_type("H8", skills={SkillCode.LAW: 2, SkillCode.SIGN_NATIONAL: 1})
    need = willing(service_type=kind, starts_at=local(12, day=6))
    Opening.objects.filter(pk=need.pk).update(gender_wish="F")

    def able(*, law=2, sign=1, km=0.0, name="王芳"):
        user = placed(matching.ready_volunteer(name), need, lat=km / 111.2)
        skills = {SkillCode.LAW: law, SkillCode.SIGN_NATIONAL: sign}
        held = {code: level for code, level in skills.items() if level}
        people.set_skills(volunteer=user.volunteer, skills=held, by=user, now=NOON)
        user.volunteer.refresh_from_db()
        type(user.volunteer).objects.filter(pk=user.volunteer.pk).update(sex="F")
        actions.post(volunteers=[user.volunteer.pk], now=NOON)
        return user

    able(km=4.5)
    able(km=7)
    able(law=1)
    able(sign=0)
    man = able()
    type(man.volunteer).objects.filter(pk=man.volunteer.pk).update(sex="M")
    actions.post(volunteers=[man.volunteer.pk], now=NOON)
    other = able()
    people.set_categories(volunteer=other.volunteer, categories=["A"], by=other, now=NOON)
    early = able()
    people.set_windows(volunteer=early.volunteer, windows=[(4, 0, 13 * 60)], by=early, now=NOON)
    silent = able()
    people.withdraw_consent(
        consent=silent.consents.get(purpose=Purpose.MATCHING), by=silent, now=NOON
    )
    blocked = able(km=4.5)
    people.add_block(
        resident=need.visit.request.resident,
        volunteer=blocked.volunteer,
        side="VOLUNTEER",
        by=blocked,
        now=NOON,
    )

    assert wave(need) == []

    assert fresh(need).widening == {
        "radius": [[2, 1], [5, 2]],
        "hour": [[-1, 1]],
        "skill": [[SkillCode.LAW, 1, 1], [SkillCode.SIGN_NATIONAL, 0, 1]],
        "gender": 1,
        "category": 1,
    }


def test_what_would_find_more_for_a_service_from_afar_and_at_once():
    need = willing(starts_at=NOON + 2 * HOUR)
    Opening.objects.filter(pk=need.pk).update(lat=None, lng=None)
    other = matching.ready_volunteer()
    people.set_categories(volunteer=other.volunteer, categories=["A"], by=other, now=NOON)
    assert wave(need, now=NOON + 90 * MINUTE) == []
    assert fresh(need).widening == {"category": 1}


def test_papers_and_own_volunteers_are_known_to_the_search():
    need = queries.need_of(matching.opening())
    matching.ready_volunteer()
    body = organizations.organization()
    for asked in ({"credentials": frozenset({"LAWYER"})}, {"own_volunteers_of": body.pk}):
        wanted = asking.Asked(replace(need, **asked), queries.parameters_now())
        assert asking.found_of(wanted, top=5, now=NOON) == []


def test_how_urgent_it_is_shows_in_what_is_kept():
    need = willing()
    Opening.objects.filter(pk=need.pk).update(opened_at=NOON - 4 * DAY)
    matching.ready_volunteer()
    (offer,) = wave(need)
    assert offer.features["urgency"] == rules.urgency_of(opening=fresh(need), now=NOON) == 2

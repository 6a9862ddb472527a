"""Whom to ask next, how many, and until when."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.daytime import asks_at, expiry, is_night, last_answer, time_left
from matching.engine.errors import BadProblem
from matching.engine.parameters import USUAL_ASKING, Asking
from matching.engine.problem import LOCAL
from matching.engine.waves import Hopeful, chance_filled, choose, fatigue, may_ask, still, target

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
chances = st.floats(0, 1)
hopefuls = st.lists(
    st.builds(
        lambda n, score, chance, day, more: Hopeful(n, score, chance, day, day + more, f"{n:03}"),
        st.integers(0, 200),
        chances,
        chances,
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    unique_by=lambda one: one.id,
    max_size=15,
)


def hopeful(name: int, **given) -> Hopeful:
    usual = {"score": 0.5, "chance": 0.3, "notices_day": 0, "notices_week": 0}
    return Hopeful(id=name, tie=f"{name:03}", **{**usual, **given})


def asked(people, open_chances=(), places=1, **given):
    usual = {"time_left": DAY, "urgency": 2, "key": "n1:1"}
    return choose(people, open_chances, places, **{**usual, **given})


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


@given(some=st.lists(chances, max_size=10), places=st.integers(0, 5))
def test_the_chance_is_what_counting_every_outcome_gives(some, places):
    counted = sum(
        prod(p if yes else 1 - p for p, yes in zip(some, outcome, strict=True))
        for outcome in product([0, 1], repeat=len(some))
        if sum(outcome) >= places
    )

    assert chance_filled(some, places) == pytest.approx(counted, abs=1e-9)


@given(some=st.lists(chances, max_size=30), one=chances, places=st.integers(1, 5))
def test_one_more_never_lowers_the_chance(some, one, places):
    assert chance_filled([*some, one], places) >= chance_filled(some, places) - 1e-12
    assert chance_filled(some, places) >= chance_filled(some, places + 1) - 1e-12


@given(people=hopefuls, opened=st.lists(chances, max_size=5), places=st.integers(0, 5))
def test_as_many_are_asked_as_it_takes(people, opened, places):
    found = asked(people, opened, places)

    goal, told = target(DAY), [*opened, *(one.chance for one in found)]
    who = {one.id for one in found}
    left = [one for one in people if one.id not in who and may_ask(one, 2)]
    assert chance_filled(told, places) >= goal - 1e-9 or not left
    assert not found or chance_filled(told[:-1], places) < goal + 1e-9
    assert len(who) == len(found)


@given(people=hopefuls, order=st.randoms(use_true_random=False), key=st.text(max_size=5))
def test_the_order_of_candidates_changes_nothing(people, order: random.Random, key):
    mixed = order.sample(people, len(people))
    often = Asking(explore=0.5)
    assert asked(people, key=key, asking=often) == asked(mixed, key=key, asking=often)


@given(people=hopefuls, urgency=st.integers(1, 4))
def test_nobody_passes_the_caps_unless_it_is_urgent(people, urgency):
    by_id = {one.id: one for one in people}
    for one in asked(people, places=5, urgency=urgency):
        told = by_id[one.id]
        assert urgency == 4 or (told.notices_day < 2 and told.notices_week < 3)


def test_who_was_asked_of_late_stands_back():
    tired, fresh = hopeful(1, score=0.9, notices_week=2), hopeful(2, score=0.7)
    calm = Asking(explore=0)
    assert asked([tired, fresh], asking=calm, time_left=HOUR)[0].id == 2
    assert asked([tired, fresh], asking=replace(calm, fair=0.0), time_left=HOUR)[0].id == 1


def test_fatigue_saturates():
    assert fatigue(0, 0) == 0
    assert fatigue(0, 1) == pytest.approx(0.293, abs=1e-3)
    assert fatigue(1, 1) == 0.5
    assert 0.99 < fatigue(9, 99) <= 1


def test_about_one_in_twenty_is_drawn_from_all_and_its_chance_is_kept():
    people = [hopeful(n, score=1 - n / 100, chance=0.05) for n in range(60)]
    first = [asked(people, key=f"n{n}")[0] for n in range(4000)]

    explored = [one for one in first if one.explored]
    others = [one for one in first if one.id != 0]
    assert len(explored) / 4000 == pytest.approx(0.05, abs=0.01)
    assert {one.propensity for one in others} == {0.05 / 60}
    assert {one.propensity for one in first if one.id == 0} == {0.95 + 0.05 / 60}
    assert len({one.id for one in others}) > 50
    assert sum(1 / one.propensity for one in others) / 4000 == pytest.approx(59, rel=0.2)


def test_who_is_first_in_line_goes_before_the_order_and_before_what_is_drawn():
    people = [hopeful(n) for n in range(20)]
    me = hopeful(20, score=0.1, is_first=True)
    always = Asking(explore=1)

    first, second, *_more = asked([*people, me], places=2, asking=always)

    assert (first.id, first.explored, first.propensity) == (me.id, False, 1.0)
    assert second.explored
    assert second.propensity == pytest.approx(1 / 20)


def test_one_wave_is_as_sure_as_it_must_be():
    assert target(DAY) == pytest.approx(1 - 0.05**0.25)
    assert target(timedelta(minutes=120)) == pytest.approx(1 - 0.05**0.5)
    assert target(timedelta(0)) == target(timedelta(minutes=-5)) == pytest.approx(0.95)


def test_full_or_sure_enough_nobody_is_asked():
    assert asked([hopeful(1)], places=0) == []
    assert asked([hopeful(1)], [0.9]) == []
    assert asked([]) == []


@pytest.mark.parametrize(
    ("people", "opened"),
    [
        ([hopeful(1, chance=float("nan"))], []),
        ([hopeful(1, chance=1.1)], []),
        ([hopeful(1, score=float("inf"))], []),
        ([hopeful(1, notices_day=-1)], []),
        ([], [float("nan")]),
    ],
)
def test_what_is_no_chance_is_refused(people, opened):
    with pytest.raises(BadProblem):
        asked(people, opened)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sure": 1},
        {"explore": 1.5},
        {"waves": 0},
        {"per_day": True},
        {"fair": -1},
        {"fair": float("nan")},
        {"at_most_minutes": 20},
        {"day_begins": 1300},
        {"day_ends": 1441},
    ],
)
def test_settings_are_sane(wrong):
    with pytest.raises(BadProblem, match="asking: "):
        Asking(**wrong)


@pytest.mark.parametrize(
    ("now", "starts", "urgency", "ends"),
    [
        (at(9), at(16), 2, at(10)),  # six hours left: one
        (at(9), at(9, day=28), 2, at(17, 30)),  # of 51 hours of day
        (at(9), at(9, day=30) + 30 * DAY, 2, at(20, day=25)),  # a day's hours at the most
        (at(9), at(11), 2, at(10)),
        (at(9), at(10, 15), 2, at(9, 20)),  # no time: twenty minutes
        (at(9), at(9, 10), 2, at(9, 10)),
        (at(20, 30), at(14, day=25), 2, at(8, 30, day=25)),  # nights do not count: 5.5 hours left
        (at(19, 30), at(14, day=25), 2, at(20, 35)),
        (at(20, 30), at(8, 30, day=25), 2, at(21)),  # an answer at 7:30 would be in time, and wake
        (at(20, 50), at(8, 30, day=25), 2, at(21, 10)),  # the start leaves no other time
        (at(23), at(9, day=25), 4, at(0, 30, day=25)),  # urgent: by night too
        (at(4), at(11), 4, at(5)),
        (at(23), at(13, day=25), 4, at(9, day=25)),  # urgent, but after noon
    ],
)
def test_until_when_an_offer_lives(now, starts, urgency, ends):
    assert expiry(now, starts_at=starts, urgency=urgency) == ends


@given(
    now=st.integers(0, 3 * 1440),
    ahead=st.integers(1, 20 * 1440),
    urgency=st.integers(1, 4),
)
def test_an_offer_ends_by_day_and_in_time(now, ahead, urgency):
    sent = asks_at(
        at(0) + timedelta(minutes=now), starts_at=(starts := at(0) + timedelta(minutes=now + ahead)),
        urgency=urgency,
    )  # fmt: skip
    end = expiry(sent, starts_at=starts, urgency=urgency)
    left = time_left(sent, starts_at=starts, urgency=urgency)

    assert end.tzinfo is UTC
    if starts <= sent:
        return
    assert sent < end <= starts
    local = end.astimezone(LOCAL)
    by_day = 8 * 60 <= local.hour * 60 + local.minute + local.second / 60 <= 21 * 60
    assert by_day or urgency == 4 or left < timedelta(minutes=20)
    assert end <= last_answer(starts) or left < timedelta(minutes=20)
    assert end - sent >= min(timedelta(minutes=20), starts - sent)


@pytest.mark.parametrize(
    ("now", "starts", "urgency", "asks"),
    [
        (at(8), at(16), 2, at(8)),
        (at(20, 59), at(16, day=25), 2, at(20, 59)),
        (at(21), at(16, day=25), 2, at(8, day=25)),
        (at(3), at(16), 2, at(8)),
        (at(21), at(11, 59, day=25), 4, at(21)),
        (at(21), at(12, day=25), 4, at(8, day=25)),
        (at(3), at(11, 59), 4, at(3)),
        (at(3), at(12), 4, at(8)),
        (at(3), at(11, 59), 3, at(8)),
    ],
)
def test_nobody_is_asked_by_night_unless_it_is_urgent(now, starts, urgency, asks):
    assert asks_at(now, starts_at=starts, urgency=urgency) == asks
    assert is_night(at(21))
    assert is_night(at(7, 59))
    assert not is_night(at(8), USUAL_ASKING)


@pytest.mark.parametrize(
    ("sent", "ends", "now", "left"),
    [
        (at(10), at(14), at(10), 0.3),
        (at(10), at(14), at(13), 0.075),
        (at(10), at(14), at(15), 0.0),
        (at(20), at(9, day=25), at(3, day=25), 0.15),  # the night does not count
        (at(23), at(1, day=25), at(0, day=25), 0.15),  # but where there is nothing else
        (at(9), at(9), at(9), 0.0),
    ],
)
def test_who_is_silent_longer_counts_less(sent, ends, now, left):
    assert still(0.3, sent_at=sent, expires_at=ends, now=now) == pytest.approx(left)

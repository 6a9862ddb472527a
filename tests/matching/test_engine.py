"""The engine alone: each hard rule by itself, the parts of the score, and the order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import Need, Parameters, Person, Span, rank, refusals, scored
from matching.engine.order import best_at
from matching.engine.problem import distance_m
from matching.rules import reason_words

START = datetime(2026, 3, 6, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE = (31.23, 121.47)
NEED = Need("v1", Span(START, START + 2 * HOUR), "B", point=PLACE)
FITS = Person(
    id=1,
    tie="a",
    is_verified=True,
    is_adult=True,
    has_guardian_consent=False,
    is_suspended=False,
    is_paused=False,
    lesson_passed=True,
    sex="F",
    point=PLACE,
    radius_m=5000,
    minutes_left_this_week=600,
    skills={},
    credentials=frozenset(),
    free=[Span(START - HOUR, START + 3 * HOUR)],
    busy=[],
)
FAR = (31.30, 121.47)  # 7.8 km to the north


NIGHT = {"when": Span(START + 6 * HOUR, START + 9 * HOUR)}  # 20:00 to 23:00 in Shanghai
ALWAYS = [Span(START - 24 * HOUR, START + 48 * HOUR)]
ENGLISH = {"skills": {"LAW": 2, "ENGLISH": 2}, "languages": frozenset({"ENGLISH"})}
HERE = Parameters(night_rest_minutes=660, day_minutes=480)


def busy(before: timedelta, after: timedelta) -> list[Span]:
    return [Span(START + before, START + after)]


@pytest.mark.parametrize(
    ("code", "need", "person"),
    [
        ("not_verified", {}, {"is_verified": False}),
        ("lesson_missing", {}, {"lesson_passed": False}),
        ("suspended", {}, {"is_suspended": True}),
        ("paused", {}, {"is_paused": True}),
        ("adults_only", {"adults_only": True}, {"is_adult": False, "has_guardian_consent": True}),
        ("guardian_missing", {}, {"is_adult": False}),
        ("pair", {}, {"blocked": True}),
        ("skill_missing", {"skills": {"LAW": 1}}, {}),
        ("skill_missing", {"skills": {"LAW": 2}}, {"skills": {"LAW": 1}}),
        ("language_missing", ENGLISH, {"skills": {"LAW": 2}}),
        ("language_missing", ENGLISH, {"skills": {"LAW": 2, "ENGLISH": 1}}),
        ("skill_missing", ENGLISH, {"skills": {"LAW": 1, "ENGLISH": 2}}),
        ("credential_missing", {"credentials": frozenset({"LAWYER"})}, {}),
        ("gender_wish", {"gender": "M"}, {}),
        ("gender_wish", {"gender": "F"}, {"sex": ""}),
        ("too_far", {"point": FAR}, {}),
        ("no_area", {}, {"point": None}),
        ("not_free", {}, {"free": []}),
        ("not_free", {}, {"free": [Span(START, START + HOUR)]}),
        ("not_free", {}, {"free": [Span(START + timedelta(seconds=1), START + 3 * HOUR)]}),
        ("busy", {}, {"busy": busy(HOUR, 3 * HOUR)}),
        ("busy", {}, {"busy": busy(-HOUR, timedelta(minutes=-29))}),
        ("busy", {}, {"busy": busy(timedelta(minutes=149), 4 * HOUR)}),
        ("no_rest", {}, {"busy": busy(-16 * HOUR, -10 * HOUR)}),  # until 4:00
        ("no_rest", NIGHT, {"busy": busy(19 * HOUR, 20 * HOUR), "free": ALWAYS}),
        ("day_full", {}, {"busy": busy(-6 * HOUR, -4 * HOUR), "done_that_day": 241}),
        ("day_full", {}, {"done_that_day": 361}),
        ("week_full", {}, {"minutes_left_this_week": 119}),
        ("own_only", {"own_volunteers_of": 7}, {"organizations": frozenset({8})}),
    ],
)
def test_one_rule_stands_in_the_way(code, need, person):
    found = refusals(replace(NEED, **need), replace(FITS, **person), HERE)
    assert [reason.code for reason in found] == [code]
    assert reason_words(found[0])
    assert rank(replace(NEED, **need), [replace(FITS, **person)], HERE) == []


@pytest.mark.parametrize(
    ("need", "person"),
    [
        ({}, {}),
        ({"point": None}, {"point": None}),
        ({}, {"is_adult": False, "has_guardian_consent": True}),
        ({"skills": {"LAW": 2}}, {"skills": {"LAW": 2}}),
        (ENGLISH, {"skills": {"LAW": 2, "ENGLISH": 2}}),
        ({"credentials": frozenset({"LAWYER"})}, {"credentials": frozenset({"LAWYER", "NURSE"})}),
        ({"gender": "F"}, {}),
        ({}, {"free": [NEED.when]}),
        ({}, {"busy": busy(-2 * HOUR, timedelta(minutes=-30))}),
        ({}, {"busy": busy(timedelta(minutes=150), 4 * HOUR)}),
        ({}, {"busy": busy(-16 * HOUR, -11 * HOUR)}),  # until 3:00
        ({}, {"busy": busy(-17 * HOUR, -16 * HOUR)}),  # until 22:00
        (NIGHT, {"busy": busy(20 * HOUR, 21 * HOUR), "free": ALWAYS}),
        (NIGHT, {"busy": busy(-3 * HOUR, -2 * HOUR), "free": ALWAYS}),
        ({}, {"done_that_day": 360}),
        ({}, {"busy": busy(-16 * HOUR, -15 * HOUR), "done_that_day": 360}),  # the day before
        ({"when": Span(START - 3 * HOUR, START + 6 * HOUR)}, {"free": ALWAYS}),
        ({}, {"minutes_left_this_week": 120}),
        ({"own_volunteers_of": 7}, {"organizations": frozenset({7, 8})}),
    ],
)
def test_nothing_stands_in_the_way(need, person):
    assert refusals(replace(NEED, **need), replace(FITS, **person), HERE) == []


def test_everything_that_stands_in_the_way_is_said():
    found = refusals(NEED, replace(FITS, is_verified=False, is_paused=True, free=[]))
    assert [reason.code for reason in found] == ["not_verified", "paused", "not_free"]


def test_a_language_and_a_skill_that_are_missing_are_two_reasons():
    found = refusals(replace(NEED, **ENGLISH), FITS)
    assert [(reason.code, reason.facts) for reason in found] == [
        ("skill_missing", {"skills": {"LAW": 2}}),
        ("language_missing", {"languages": ["ENGLISH"]}),
    ]


def test_the_parts_of_the_score():
    need = replace(NEED, point=(31.23 + 0.02248, 121.47), skills={"LAW": 1})  # 2.5 km
    person = replace(
        FITS, skills={"LAW": 2}, served=4, reliability=0.9, minutes_left_this_week=240, is_new=True
    )

    (found,) = rank(need, [person], Parameters(first=0.25))

    worth = {"near": 0.30, "level": 0.15, "reliable": 0.20, "rested": 0.20, "roomy": 0.15}
    value = {"near": 0.6065, "level": 2 / 3, "reliable": 0.9, "rested": 0.5, "roomy": 0.5}
    parts = {name: share * value[name] / 1.25 for name, share in worth.items()}
    others = {"likely": 0.0, "first": 0.2, "known": 0.0, "preferred": 0.0}
    assert found.parts == pytest.approx({**parts, **others}, abs=1e-4)
    assert found.score == pytest.approx(sum(found.parts.values()), abs=1e-8)
    assert found.distance_m == pytest.approx(2500, abs=2)
    assert {reason.code: reason.value for reason in found.reasons} == pytest.approx(
        {**value, "first": 1.0}, abs=1e-4
    )
    assert all(reason_words(reason) for reason in found.reasons)


def test_who_was_here_before_and_who_is_wished_for_share_the_whole_with_the_others():
    plain = replace(NEED, point=None)
    named = replace(plain, has_known=True, has_preferred=True)
    friend = replace(FITS, id=2, is_known=True, is_preferred=True)

    alone = scored(plain, [FITS])[0]
    stranger, known = scored(named, [FITS, friend])

    assert alone.reasons[0].code == "remote"
    assert stranger.score == pytest.approx(0.75 * alone.score)
    assert known.score == pytest.approx(stranger.score + 0.25)
    assert [reason.code for reason in known.reasons[-2:]] == ["known", "preferred"]
    assert all(reason_words(reason) for reason in known.reasons)


def test_distance_of_known_places():
    bund, airport = (31.2400, 121.4900), (31.1443, 121.8083)
    assert distance_m(bund, airport) == pytest.approx(32_080, rel=0.01)
    assert distance_m(bund, None) is None
    assert distance_m(bund, bund) == 0


people = st.lists(
    st.builds(
        lambda tie, asked, lat, sex: replace(
            FITS, id=int(tie, 16), tie=tie, asked=asked, point=(lat, 121.47), sex=sex
        ),
        tie=st.integers(1, 10**6).map(lambda n: f"{n:06x}"),
        asked=st.integers(0, 9),
        lat=st.floats(31.19, 31.30),
        sex=st.sampled_from("FM"),
    ),
    unique_by=lambda person: person.id,
    max_size=12,
)


@given(pool=people, order=st.randoms(use_true_random=False))
def test_the_order_of_asking_changes_nothing(pool, order):
    mixed = list(pool)
    order.shuffle(mixed)
    assert rank(NEED, pool) == rank(NEED, mixed)


@given(pool=people)
def test_ranked_are_those_who_can_go_best_first(pool):
    found = rank(NEED, pool)
    assert {c.id for c in found} == {p.id for p in pool if not refusals(NEED, p)}
    scores = [c.score for c in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    bounds = [best_at(one.distance_m - 1, NEED, Parameters()) for one in found]
    assert all(one.score <= bound for one, bound in zip(found, bounds, strict=True))

"""The engine alone: each hard rule by itself, the parts of the score, and the order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import Need, Person, Span, Weights, rank, refusals
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
    categories=frozenset({"B"}),
    free=[Span(START - HOUR, START + 3 * HOUR)],
    busy=[],
)
FAR = (31.30, 121.47)  # 7.8 km to the north


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
        ("week_full", {}, {"minutes_left_this_week": 119}),
        ("own_only", {"own_volunteers_of": 7}, {"organizations": frozenset({8})}),
    ],
)
def test_one_rule_stands_in_the_way(code, need, person):
    found = refusals(replace(NEED, **need), replace(FITS, **person))
    assert [reason.code for reason in found] == [code]
    assert reason_words(found[0])
    assert rank(replace(NEED, **need), [replace(FITS, **person)]) == []


@pytest.mark.parametrize(
    ("need", "person"),
    [
        ({}, {}),
        ({"point": None}, {"point": None}),
        ({}, {"is_adult": False, "has_guardian_consent": True}),
        ({"skills": {"LAW": 2}}, {"skills": {"LAW": 2}}),
        ({"credentials": frozenset({"LAWYER"})}, {"credentials": frozenset({"LAWYER", "NURSE"})}),
        ({"gender": "F"}, {}),
        ({}, {"free": [NEED.when]}),
        ({}, {"busy": busy(-2 * HOUR, timedelta(minutes=-30))}),
        ({}, {"busy": busy(timedelta(minutes=150), 4 * HOUR)}),
        ({}, {"minutes_left_this_week": 120}),
        ({"own_volunteers_of": 7}, {"organizations": frozenset({7, 8})}),
    ],
)
def test_nothing_stands_in_the_way(need, person):
    assert refusals(replace(NEED, **need), replace(FITS, **person)) == []


def test_everything_that_stands_in_the_way_is_said():
    found = refusals(NEED, replace(FITS, is_verified=False, is_paused=True, free=[]))
    assert [reason.code for reason in found] == ["not_verified", "paused", "not_free"]


def test_the_parts_of_the_score():
    far = replace(NEED, point=(31.23 + 0.02248, 121.47), skills={"LAW": 1})  # 2.5 km
    person = replace(FITS, skills={"LAW": 2}, asked=2, served=1)

    (found,) = rank(far, [person])

    near, skill, load = found.reasons
    assert near.value == pytest.approx(0.75, abs=0.001)
    assert found.distance_m == pytest.approx(2500, abs=2)
    assert (skill.code, skill.value) == ("skilled", 0.5 + 0.5 * 0.5)
    assert (load.code, load.value) == ("rested", 0.5)
    assert found.score == pytest.approx(0.45 * near.value + 0.2 * 0.75 + 0.35 * 0.5, abs=1e-5)
    assert all(reason_words(reason) for reason in found.reasons)


def test_what_counts_nothing():
    remote, far = replace(NEED, point=None), replace(NEED, point=(31.5, 121.47))
    tired = replace(FITS, radius_m=60_000, asked=9, categories=frozenset())
    assert [r.value for r in rank(remote, [FITS])[0].reasons] == [1.0, 1.0, 1.0]
    assert rank(remote, [FITS])[0].reasons[0].code == "remote"
    assert [r.value for r in rank(far, [tired])[0].reasons] == [0.0, 0.0, 0.0]


def test_weights_are_sane():
    only_near = Weights(near=1, skill=0, load=0)
    assert rank(NEED, [FITS], weights=only_near)[0].score == 1.0
    for wrong in ({"near": -1}, {"near": 0, "skill": 0, "load": 0}):
        with pytest.raises(ValueError, match="weights"):
            Weights(**wrong)


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

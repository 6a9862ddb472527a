"""How likely somebody says yes: what is learned, how it is judged, and when it is given up."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import acceptance
from matching.engine.acceptance import (
    COLUMNS,
    Features,
    Model,
    better_of,
    judge,
    learned,
    predict,
    prior,
    train,
)
from matching.engine.errors import BadProblem

ROW = Features(
    score=0.7,
    km=2.0,
    hours_ahead=24.0,
    hour=9,
    weekday=1,
    hours=2.0,
    urgency=2,
    recent_notices=1,
    recent_services=2,
    past_yes=2,
    past_asked=10,
    skill="just",
)


def offers(many: int, *, seed: int = 5) -> list[Features]:
    """Return offers of every kind."""
    rng = np.random.default_rng(seed)
    return [
        Features(
            score=float(rng.random()),
            km=float(rng.exponential(3)),
            hours_ahead=float(rng.uniform(1, 200)),
            hour=int(rng.integers(0, 24)),
            weekday=int(rng.integers(0, 7)),
            hours=float(rng.uniform(1, 4)),
            urgency=int(rng.integers(1, 5)),
            recent_notices=int(rng.poisson(1)),
            recent_services=int(rng.poisson(1)),
            past_yes=int(rng.integers(0, 5)),
            past_asked=int(rng.integers(5, 20)),
            skill=acceptance.SKILLS[int(rng.integers(0, 3))],
        )
        for _ in range(many)
    ]


def answered(rows: list[Features], *, seed: int = 6) -> list[bool]:
    """Return what people say who mind the way and the notices."""
    rng = np.random.default_rng(seed)
    return [
        bool(rng.random() < 1 / (1 + math.exp(0.4 * row.km + 0.8 * row.recent_notices - 1.5)))
        for row in rows
    ]


def test_what_people_mind_is_learned_and_calibrated():
    rows = offers(6000)
    found = learned(rows, answered(rows))

    assert found.model.kind == "logistic"
    weight = dict(zip(COLUMNS, found.model.weights, strict=True))
    assert sorted(weight, key=weight.get)[:2] == ["km", "notices"]
    assert found.logistic.log_loss < found.prior.log_loss - 0.05
    assert found.logistic.brier < found.prior.brier
    assert sum(one.size for one in found.logistic.bins) == 2000
    assert len(found.logistic.bins) == 10
    for one in found.logistic.bins:
        spread = math.sqrt(one.predicted * (1 - one.predicted) / max(one.size, 1))
        assert one.size < 30 or abs(one.predicted - one.observed) < 4 * spread + 0.02
    near, far = predict(found.model, [ROW, ROW._replace(km=9.0)])
    assert 0 < far < near < 1


def test_what_is_no_better_than_the_plain_rate_is_given_up():
    rows = [row._replace(past_yes=0, past_asked=0) for row in offers(400)]
    rng = np.random.default_rng(9)
    coins = [bool(x) for x in rng.random(400) < 0.3]
    found = learned(rows, coins, l2=1e-6)
    assert found.model == prior(coins)
    assert not better_of(found.logistic, found.prior)


def test_with_few_answers_nothing_is_learned():
    rows = offers(acceptance.LEAST - 1)
    found = learned(rows, answered(rows))
    assert (found.model.kind, found.logistic, found.prior) == ("prior", None, None)
    assert learned([], []).model.rate == pytest.approx(acceptance.USUAL_RATE)


def test_the_plain_rate_is_shrunk():
    model = prior([True] * 20 + [False] * 60)
    assert model.rate == pytest.approx(24 / 100)
    often, never, new = predict(
        model,
        [
            ROW._replace(past_yes=9, past_asked=10),
            ROW._replace(past_yes=0, past_asked=30),
            ROW._replace(past_yes=0, past_asked=0),
        ],
    )
    assert (often, never, new) == pytest.approx(((9 + 2.4) / 20, 2.4 / 40, 0.24))


def test_the_same_answers_teach_the_same_and_it_is_kept_as_json():
    rows = offers(300)
    model = train(rows, answered(rows))

    assert train(rows, answered(rows)) == model
    kept = json.loads(json.dumps(model.as_dict()))
    assert Model.of(kept) == model
    assert kept["columns"] == list(COLUMNS)
    assert Model.of(prior([True]).as_dict()) == prior([True])


def test_nothing_protected_is_known():
    known = set(Features._fields) | set(COLUMNS)
    assert not known & {
        "sex",
        "gender",
        "age",
        "birth",
        "region",
        "district",
        "street",
        "disability",
    }


@settings(max_examples=20, deadline=None)
@given(answer=st.booleans(), rows=st.integers(1, 30))
def test_all_the_same_answer_is_learned_without_running_away(answer, rows):
    model = train(offers(rows), [answer] * rows)
    [chance] = predict(model, [ROW])
    assert 0 < chance < 1
    assert (chance > 0.5) is answer
    assert abs(model.intercept) <= 12


def test_heavier_shrinking_makes_smaller_weights():
    rows = offers(300)
    light, heavy = (train(rows, answered(rows), l2=l2) for l2 in (0.1, 1000.0))
    assert sum(w * w for w in heavy.weights) < sum(w * w for w in light.weights) / 10
    assert predict(heavy, [ROW])[0] == pytest.approx(np.mean(answered(rows)), abs=0.1)


def test_how_good_chances_were():
    found = judge([0.75, 0.25, 0.25], [True, False, True])
    assert found.brier == pytest.approx((0.0625 + 0.0625 + 0.5625) / 3)
    assert found.log_loss == pytest.approx(-(2 * math.log(0.75) + math.log(0.25)) / 3)
    assert found.bins[2] == (2, 0.25, 0.5)
    assert found.bins[7] == (1, 0.75, 1.0)
    assert found.bins[0] == (0, 0.0, 0.0)
    assert better_of(found, found._replace(log_loss=2.0))
    assert not better_of(found, found._replace(log_loss=2.0, brier=0.0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"km": float("nan")},
        {"km": -1.0},
        {"score": 1.1},
        {"score": "much"},
        {"urgency": True},
        {"hour": 24},
        {"past_yes": 11},
        {"skill": "some"},
    ],
)
def test_a_bad_row_is_named(wrong):
    with pytest.raises(BadProblem, match=rf"rows\[1\]: {next(iter(wrong))}"):
        train([ROW, ROW._replace(**wrong)], [True, False])
    with pytest.raises(BadProblem, match=rf"rows\[0\]: {next(iter(wrong))}"):
        predict(prior([]), [ROW._replace(**wrong)])


@pytest.mark.parametrize(
    "act",
    [
        lambda: train([ROW], [True, False]),
        lambda: train([ROW], [float("nan")]),
        lambda: train([], []),
        lambda: train([ROW], [True], l2=0.0),
        lambda: train([ROW], [True], l2=float("inf")),
        lambda: learned([ROW], []),
        lambda: judge([], []),
        lambda: judge([0.5], []),
        lambda: judge([1.0], [True]),
        lambda: judge([float("nan")], [True]),
        lambda: Model.of({}),
        lambda: Model.of({**prior([]).as_dict(), "version": 0}),
        lambda: Model.of({**prior([]).as_dict(), "rate": float("nan")}),
        lambda: Model.of({**prior([]).as_dict(), "kind": "oracle"}),
        lambda: Model.of({**train([ROW], [True]).as_dict(), "weights": [1.0]}),
        lambda: Model.of({**train([ROW], [True]).as_dict(), "scales": [0.0] * len(COLUMNS)}),
        lambda: Model.of({**train([ROW], [True]).as_dict(), "columns": ["sex"]}),
    ],
)
def test_what_cannot_be_is_refused(act):
    with pytest.raises(BadProblem):
        act()


def test_nobody_asked_is_nothing_predicted():
    assert predict(train([ROW, ROW], [True, False]), []) == []

"""How likely somebody is to say yes to an offer: a small logistic model, judged on newer answers than it
learned from, and given up for the plain shrunk rate where it is no better.

What it may know is listed in ``Features``: nothing about sex, age, region or disability. It learns from who
was asked, and who was asked was chosen; the propensities that ``waves`` keeps allow to weigh that (Shi et
al.), which is not done here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from matching.engine.errors import BadProblem
from matching.engine.pool import Floats

VERSION = 1  # of the meaning of the columns
LEAST = 200  # with fewer answers nothing is learned
HELD_OUT = 1 / 3  # the newest, to judge by
L2 = 1.0  # strength of the shrinking of weights, in answers
OWN = 10.0  # so many usual offers are thought beside those that were seen of one person
USUAL_RATE, USUAL_WEIGHT = 0.2, 20.0  # of yeses, before there are answers
SKILLS = ("none", "just", "above")  # none needed; at the least level; above it
BINS = 10
EDGE = 1e-6  # no chance is nearer to 0 or 1


class Features(NamedTuple):
    """What is known when an offer is made: ``score`` in [0, 1], ``km`` and ``hours_ahead`` (until the start)
    from 0, local ``hour`` and ``weekday`` (0 = Monday) of the start, ``hours`` it lasts, ``urgency`` 1–4,
    recent notices and services, earlier offers of this person that were answered yes out of all, and how the
    skills match (``SKILLS``)."""

    score: float
    km: float
    hours_ahead: float
    hour: int
    weekday: int
    hours: float
    urgency: int
    recent_notices: int
    recent_services: int
    past_yes: int
    past_asked: int
    skill: str


COLUMNS = (
    *("score", "km", "ahead", "morning", "evening", "weekend", "hours", "urgency"),
    *("notices", "services", "past_rate", "no_skill", "above_skill"),
)


@dataclass(frozen=True, slots=True)
class Model:
    """What predicts: ``kind`` is "prior" (each person's own rate, shrunk towards ``rate``) or "logistic",
    with the columns' means and scales and the weights in the order of ``COLUMNS``."""

    kind: str
    rate: float
    intercept: float = 0.0
    weights: tuple[float, ...] = ()
    means: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return what can be written as JSON."""
        columns = list(COLUMNS) if self.kind == "logistic" else []
        return {"version": VERSION, "columns": columns, **asdict(self)}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Model":
        """Return the model that ``as_dict`` wrote; raises ``BadProblem`` for one of another version."""
        try:
            found = cls(
                given["kind"],
                float(given["rate"]),
                float(given["intercept"]),
                *(tuple(map(float, given[name])) for name in ("weights", "means", "scales")),
            )
            is_known = given["version"] == VERSION and list(given["columns"]) == (
                list(COLUMNS) if found.kind == "logistic" else []
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadProblem("model", f"cannot be read: {error!r}") from None
        long = len(COLUMNS) if found.kind == "logistic" else 0
        same = {len(found.weights), len(found.means), len(found.scales)} == {long}
        numbers = (found.rate, found.intercept, *found.weights, *found.means, *found.scales)
        whole = all(map(math.isfinite, numbers)) and all(scale > 0 for scale in found.scales)
        if not (is_known and same and whole and found.kind in {"prior", "logistic"}):
            raise BadProblem("model", "is of another version, or not whole")
        return found


class Bin(NamedTuple):
    """Offers that were thought about equally likely: how many, their mean chance, and share of yeses."""

    size: int
    predicted: float
    observed: float


class Judged(NamedTuple):
    """How good chances were: Brier score and log loss (less is better), and the reliability in ten bins."""

    brier: float
    log_loss: float
    bins: tuple[Bin, ...]


class Learned(NamedTuple):
    """The model to use, and how it and the prior did on the newer answers (None where there are too few)."""

    model: Model
    logistic: Judged | None
    prior: Judged | None


def predict(model: Model, rows: Sequence[Features]) -> list[float]:
    """Return the chance of a yes for each; strictly between 0 and 1. Raises ``BadProblem``."""
    _check_rows(rows)
    if model.kind == "prior":
        return [_inside(_own_rate(row, model.rate)) for row in rows]
    table = (_columns(rows, model.rate) - model.means) / model.scales
    score = table @ np.array(model.weights) + model.intercept
    return [_inside(float(chance)) for chance in _logistic(score)]


def prior(answers: Sequence[bool]) -> Model:
    """Return the plain model: the rate of all, shrunk towards the usual one. It predicts of each person
    their own rate, shrunk towards that."""
    yes = sum(map(bool, answers))
    rate = (yes + USUAL_RATE * USUAL_WEIGHT) / (len(answers) + USUAL_WEIGHT)
    return Model("prior", rate)


def train(rows: Sequence[Features], answers: Sequence[bool], *, l2: float = L2) -> Model:
    """Return the logistic model that fits best, large weights punished by ``l2`` (L-BFGS: Liu and Nocedal
    1989). The same input gives the same model. Raises ``BadProblem``."""
    from scipy.optimize import minimize  # noqa: PLC0415 (only who trains waits for it)

    _check(rows, answers, l2)
    if not len(rows):
        raise BadProblem("answers", "there are none")
    rate = prior(answers).rate
    table, yes = _columns(rows, rate), np.array(answers, dtype=np.float64)
    means, scales = table.mean(axis=0), table.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)  # what never changes says nothing
    table = (table - means) / scales

    def loss(at: Floats) -> tuple[float, Floats]:
        score = table @ at[1:] + at[0]
        wrong = _logistic(score) - yes
        worth = np.logaddexp(0.0, score).sum() - score @ yes + l2 / 2 * at[1:] @ at[1:]
        slope = np.concatenate(([wrong.sum()], table.T @ wrong + l2 * at[1:]))
        return float(worth / len(yes)), slope / len(yes)

    begin = np.zeros(len(COLUMNS) + 1)
    begin[0] = math.log(rate / (1 - rate))
    bounds = [(-12.0, 12.0), *[(None, None)] * len(COLUMNS)]  # all yes or all no would run away
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Model(
        "logistic",
        rate,
        float(found[0]),
        tuple(found[1:].tolist()),
        tuple(means.tolist()),
        tuple(scales.tolist()),
    )


def judge(chances: Sequence[float], answers: Sequence[bool]) -> Judged:
    """Return how good ``chances`` were for what was answered. Raises ``BadProblem``."""
    _check_answers(chances, answers)
    if not len(answers):
        raise BadProblem("answers", "there are none")
    chance, yes = np.array(chances, dtype=np.float64), np.array(answers, dtype=np.float64)
    if not ((chance > 0) & (chance < 1)).all():
        raise BadProblem("chances", "must lie between 0 and 1")
    likely = np.where(yes > 0, chance, 1 - chance)
    which = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    bins = []
    for number in range(BINS):
        of = which == number
        size = int(of.sum())
        mean, share = (float(x[of].mean()) if size else 0.0 for x in (chance, yes))
        bins.append(Bin(size, round(mean, 6), round(share, 6)))
    brier, loss = float(((chance - yes) ** 2).mean()), float(-np.log(likely).mean())
    return Judged(brier, loss, tuple(bins))


def better_of(one: Judged, other: Judged) -> bool:
    """Say whether ``one`` is better than ``other``: in log loss, and not worse in the Brier score."""
    return one.log_loss < other.log_loss and one.brier <= other.brier


def learned(rows: Sequence[Features], answers: Sequence[bool], *, l2: float = L2) -> Learned:
    """Return the model to use, from offers in the order in which they were made: the logistic one when it is
    better than the prior on the newest third, which neither has seen (and what was judged is what is used);
    else, and with fewer than ``LEAST`` answers, the prior of all. Raises ``BadProblem``."""
    _check(rows, answers, l2)
    if len(rows) < LEAST:
        return Learned(prior(answers), None, None)
    cut = len(rows) - int(len(rows) * HELD_OUT)
    plain, model = prior(answers[:cut]), train(rows[:cut], answers[:cut], l2=l2)
    judged, yardstick = (judge(predict(m, rows[cut:]), answers[cut:]) for m in (model, plain))
    chosen = model if better_of(judged, yardstick) else prior(answers)
    return Learned(chosen, judged, yardstick)


def _own_rate(row: Features, rate: float) -> float:
    return (row.past_yes + OWN * rate) / (row.past_asked + OWN)


def _columns(rows: Sequence[Features], rate: float) -> Floats:
    """Return a row of numbers for each, in the order of ``COLUMNS``; counts by their logarithm, since the
    tenth notice says less than the second."""
    found = [
        (
            row.score,
            row.km,
            math.log1p(row.hours_ahead),
            float(row.hour < 12),
            float(row.hour >= 17),
            float(row.weekday >= 5),
            row.hours,
            float(row.urgency),
            math.log1p(row.recent_notices),
            math.log1p(row.recent_services),
            _own_rate(row, rate),
            float(row.skill == "none"),
            float(row.skill == "above"),
        )
        for row in rows
    ]
    return np.array(found, dtype=np.float64).reshape(len(rows), len(COLUMNS))


def _logistic(score: Floats) -> Floats:
    found: Floats = 0.5 * (1.0 + np.tanh(0.5 * score))
    return found


def _inside(chance: float) -> float:
    return min(max(chance, EDGE), 1.0 - EDGE)


_RANGES: dict[str, tuple[float, float]] = {
    "score": (0, 1),
    "km": (0, 40_000),
    "hours_ahead": (0, 100_000),
    "hour": (0, 23),
    "weekday": (0, 6),
    "hours": (0, 24),
    "urgency": (1, 4),
    "recent_notices": (0, 1e6),
    "recent_services": (0, 1e6),
    "past_yes": (0, 1e6),
    "past_asked": (0, 1e6),
}


def _check_rows(rows: Sequence[Features]) -> None:
    for number, row in enumerate(rows):
        where = f"rows[{number}]"
        for name, (low, high) in _RANGES.items():
            value = getattr(row, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise BadProblem(f"{where}: {name}", f"a number is needed, not {value!r}")
            if not low <= value <= high:
                raise BadProblem(f"{where}: {name}", f"{value} is not between {low} and {high}")
        if row.past_yes > row.past_asked:
            raise BadProblem(f"{where}: past_yes", "more yeses than offers")
        if row.skill not in SKILLS:
            raise BadProblem(f"{where}: skill", f"one of {SKILLS} is needed, not {row.skill!r}")


def _check_answers(offers: Sequence[Any], answers: Sequence[bool]) -> None:
    if len(offers) != len(answers):
        raise BadProblem("answers", f"{len(answers)} for {len(offers)} offers")
    for number, answer in enumerate(answers):
        if answer not in (0, 1):
            raise BadProblem(f"answers[{number}]", f"yes or no is needed, not {answer!r}")


def _check(rows: Sequence[Features], answers: Sequence[bool], l2: float) -> None:
    _check_answers(rows, answers)
    _check_rows(rows)
    if not (math.isfinite(l2) and l2 > 0):
        raise BadProblem("l2", "must be more than 0")

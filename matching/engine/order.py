"""The soft score: who of those who can go is asked first, in documented parts, each in [0, 1]."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from matching.engine.problem import Need, Person, Reason, distance_m
from matching.engine.rules import refusals

FAR_M = 10_000.0  # from here on, nearness counts nothing
MANY = 6  # so often asked or served of late, load counts nothing


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part is worth; at least one is positive."""

    near: float = 0.45
    skill: float = 0.20
    load: float = 0.35

    def __post_init__(self) -> None:
        parts = (self.near, self.skill, self.load)
        if min(parts) < 0 or sum(parts) <= 0:
            raise ValueError(f"weights must not be negative, nor all zero: {parts}")

    @property
    def total(self) -> float:
        """What all parts are worth together."""
        return self.near + self.skill + self.load


USUAL = Weights()


class Candidate(NamedTuple):
    """Somebody who can go: score in [0, 1], its parts, the distance in metres if there is one, and what
    orders equals."""

    id: int
    score: float
    reasons: tuple[Reason, ...]
    distance_m: int | None
    tie: str

    @property
    def order(self) -> tuple[float, str]:
        """By this, the best comes first."""
        return -self.score, self.tie


def best_at(away: float, weights: Weights) -> float:
    """Return the score that nobody beyond ``away`` metres can pass, whatever else they are."""
    near = weights.near * max(0.0, 1 - away / FAR_M)
    return round((near + weights.skill + weights.load) / weights.total, 6)


def _near(need: Need, person: Person) -> tuple[Reason, int | None]:
    away = distance_m(need.point, person.point)
    if away is None:
        return Reason("remote", 1.0, {}), None
    return Reason("near", max(0.0, 1 - away / FAR_M), {"distance_m": round(away)}), round(away)


def _skill(need: Need, person: Person) -> Reason:
    """Level beyond the need, averaged over what is asked for; wanting this kind of service is half."""
    wants = 1.0 if need.category in person.categories else 0.0
    if not need.skills:
        return Reason("wants_this", wants, {})
    beyond = [min(person.skills.get(c, 0) - level, 2) / 2 for c, level in need.skills.items()]
    value = 0.5 * wants + 0.5 * sum(beyond) / len(beyond)
    return Reason("skilled", value, {"skills": sorted(need.skills)})


def _load(person: Person) -> Reason:
    """Less recently asked and served goes first."""
    value = max(0.0, 1 - (person.asked + person.served) / MANY)
    return Reason("rested", value, {"asked": person.asked, "served": person.served})


def rank(need: Need, pool: Iterable[Person], *, weights: Weights = USUAL) -> list[Candidate]:
    """Return who can go, best first. Equals are ordered by their stable tie, so that the order of
    ``pool`` changes nothing."""
    found = []
    for person in pool:
        if refusals(need, person):
            continue
        near, away = _near(need, person)
        skill, load = _skill(need, person), _load(person)
        score = (
            weights.near * near.value + weights.skill * skill.value + weights.load * load.value
        ) / weights.total
        found.append(Candidate(person.id, round(score, 6), (near, skill, load), away, person.tie))
    return sorted(found, key=lambda candidate: candidate.order)

"""Who of those who can go is asked first: the score of ``score``, for people who are told one by one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from matching.engine.parameters import USUAL, Parameters
from matching.engine.pool import Standing
from matching.engine.problem import Need, Person, Reason, distance_m
from matching.engine.rules import refusals
from matching.engine.score import DIGITS, TOP_LEVEL, Parts, level_part, parts, scores, shares


class Candidate(NamedTuple):
    """Somebody who can go: score in [0, 1], what each part gives to it, the reasons in codes, the distance
    in metres if there is one, and what orders equals."""

    id: int
    score: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...]
    distance_m: int | None
    tie: str

    @property
    def order(self) -> tuple[float, str]:
        """By this, the best comes first."""
        return -self.score, self.tie


def worth(need: Need, parameters: Parameters) -> tuple[float, ...]:
    """Return what each part of ``Parts`` is worth for this need; they sum to one."""
    return shares(known=need.has_known, preferred=need.has_preferred, parameters=parameters)


def best_at(away_m: float, need: Need, parameters: Parameters) -> float:
    """Return the score that nobody ``away_m`` metres away or farther can pass, whatever else they are."""
    near, *others = worth(need, parameters)
    far = near * float(np.exp(-away_m / (1000.0 * parameters.near_km)))
    return far + sum(others) + 10.0**-DIGITS


def rank(need: Need, pool: Iterable[Person], parameters: Parameters = USUAL) -> list[Candidate]:
    """Return who can go, best first. Equals are ordered by their stable tie, so that the order of
    ``pool`` changes nothing."""
    able = [person for person in pool if not refusals(need, person, parameters)]
    return sorted(scored(need, able, parameters), key=lambda candidate: candidate.order)


def scored(need: Need, people: Sequence[Person], parameters: Parameters = USUAL) -> list[Candidate]:
    """Return ``people`` with their scores, in their order, whether or not they can go."""
    away = [distance_m(need.point, person.point) for person in people]
    found = _parts(need, people, away, parameters)
    shared = worth(need, parameters)
    totals = scores(found, shared)
    return [
        Candidate(
            person.id,
            float(totals[n]),
            {
                name: round(share * float(part[n]), DIGITS)
                for name, share, part in zip(Parts._fields, shared, found, strict=True)
            },
            tuple(
                _reasons(
                    need,
                    person,
                    away[n],
                    {name: float(part[n]) for name, part in zip(Parts._fields, found, strict=True)},
                )
            ),
            None if away[n] is None else round(away[n] or 0.0),
            person.tie,
        )
        for n, person in enumerate(people)
    ]


def _parts(
    need: Need, people: Sequence[Person], away: Sequence[float | None], parameters: Parameters
) -> Parts:
    levels = [[person.skills.get(code, 0) for person in people] for code in sorted(need.skills)]
    return parts(
        Standing(
            np.array([person.reliability for person in people]),
            np.array([person.served for person in people], dtype=np.int64),
            np.array([person.minutes_left_this_week for person in people], dtype=np.int64),
            np.array([person.acceptance for person in people]),
            np.array([person.is_new for person in people], dtype=bool),
        ),
        away_m=np.array([metres or 0.0 for metres in away]),
        level=level_part(np.array(levels, dtype=np.int64).reshape(len(levels), len(people))),
        known=np.array([person.is_known for person in people], dtype=bool),
        preferred=np.array([person.is_preferred for person in people], dtype=bool),
        parameters=parameters,
    )


def _reasons(
    need: Need, person: Person, away: float | None, found: Mapping[str, float]
) -> Iterable[Reason]:
    """Yield what is said of the parts: always how far, how reliable, how rested, how much time is left."""
    if away is None:
        yield Reason("remote", found["near"], {})
    else:
        yield Reason("near", found["near"], {"distance_m": round(away)})
    if need.skills:
        level = round(TOP_LEVEL * found["level"], 1)
        yield Reason("level", found["level"], {"skills": sorted(need.skills), "level": level})
    yield Reason("reliable", found["reliable"], {"share": round(100 * person.reliability)})
    yield Reason("rested", found["rested"], {"served": person.served, "asked": person.asked})
    hours = round(person.minutes_left_this_week / 60, 1)
    yield Reason("roomy", found["roomy"], {"hours": hours})
    if person.is_new:
        yield Reason("first", found["first"], {})
    if person.is_known:
        yield Reason("known", found["known"], {})
    if person.is_preferred:
        yield Reason("preferred", found["preferred"], {})

"""Why this person, why not that one: the same rules one person at a time, in words."""

from datetime import timedelta
from typing import Any

import numpy as np

from matching.engine import sieve
from matching.engine.best import Found, Ranking
from matching.engine.files import EPOCH, FileNeed
from matching.engine.pool import GENDERS, Pool
from matching.engine.problem import Need, Person, Reason, Span
from matching.engine.rules import HARD_RULES
from matching.engine.score import TOP_LEVEL, Parts

# What is said of each refusal that a file can bring about, with its facts.
AGAINST = {
    "pair": "is not to be brought together with this resident",
    "skill_missing": "has not, or not at the level needed: {named}",
    "gender_wish": "is not of the gender that the resident wishes for",
    "too_far": "is {away_m:.1f} m away, beyond the radius of {radius_m:.1f} m",
    "not_free": "is not free for the whole of it",
    "busy": "has another service then, or too close to it to get there",
    "no_rest": "would have no night's rest between this and another service",
    "day_full": "has enough to do on that day already",
    "week_full": "has {minutes} minutes left of that week, not enough",
}


def need_of(need: FileNeed) -> Need:
    """Return the need of a file as the rules for one person are told."""
    return Need(
        key=need.id,
        when=Span(_at(need.start), _at(need.end)),
        category="",
        point=(need.lat, need.lng),
        skills=need.skills,
        gender=need.gender,
    )


def person_of(pool: Pool, row: int, *, blocked: bool = False) -> Person:
    """Return a row as the rules for one person are told; of what a file does not say, the best is held."""
    free, busy = (spans.taken(np.array([row])) for spans in (pool.free, pool.busy))
    assert busy.lat is not None
    assert busy.lng is not None
    return Person(
        id=row,
        tie=str(pool.key[row]),
        is_verified=True,
        is_adult=True,
        has_guardian_consent=True,
        is_suspended=False,
        is_paused=False,
        lesson_passed=True,
        sex=GENDERS[pool.gender[row]],
        point=(float(pool.lat[row]), float(pool.lng[row])),
        radius_m=float(pool.radius_m[row]),
        minutes_left_this_week=int(pool.minutes_left[row]),
        skills={
            name: int(level)
            for name, level in zip(pool.skills, pool.levels[:, row], strict=True)
            if level
        },
        credentials=frozenset(),
        free=[Span(_at(s), _at(e)) for s, e in zip(free.start, free.end, strict=True)],
        busy=[
            Span(_at(s), _at(e), (float(lat), float(lng)))
            for s, e, lat, lng in zip(busy.start, busy.end, busy.lat, busy.lng, strict=True)
        ],
        blocked=blocked,
        served=int(pool.recent_services[row]),
        asked=int(pool.recent_notices[row]),
    )


def ranked(ranking: Ranking, need: FileNeed, most: int) -> dict[str, Any]:
    """Return the ``most`` best for ``need`` with their parts and reasons, and how many each rule refuses."""
    wanted = need.wanted(ranking.pool)
    found = ranking.best(wanted, most)
    return {
        "candidates": _told(ranking, need, found),
        "refused": sieve.sifted(ranking.pool, wanted, ranking.parameters).refused,
    }


def explained(ranking: Ranking, need: FileNeed, row: int) -> dict[str, Any]:
    """Return whether the person in ``row`` can go, and why or why not."""
    wanted = need.wanted(ranking.pool)
    person = person_of(ranking.pool, row, blocked=row in wanted.excluded)
    rows = np.array([row])
    away = sieve.away_m(ranking.pool, rows, wanted)
    against = [
        {"rule": rule.__name__, "says": _against(reason, float(away[0])), **dict(reason.facts)}
        for rule in HARD_RULES
        if (reason := rule(need_of(need), person, ranking.parameters))
    ]
    parts = ranking.parts_of(wanted, rows, away)
    score = ranking.scores_of(wanted, parts)
    return {
        "can_go": not against,
        "against": against,
        **_told(ranking, need, Found(rows, score, away))[0],
    }


def _against(reason: Reason, away_m: float) -> str:
    named = ", ".join(f"{name} {level}" for name, level in reason.facts.get("skills", {}).items())
    return AGAINST[reason.code].format(named=named, away_m=away_m, **reason.facts)


def _at(minutes: int) -> Any:
    return EPOCH + timedelta(minutes=int(minutes))


def _told(ranking: Ranking, need: FileNeed, found: Found) -> list[dict[str, Any]]:
    wanted = need.wanted(ranking.pool)
    parts = ranking.parts_of(wanted, found.rows, found.away_m)
    shares = ranking.shares_of(wanted)
    return [
        {
            "volunteer": str(ranking.pool.ids[row]),
            "score": float(found.scores[n]),
            "parts": {
                name: round(share * float(part[n]), 9)
                for name, share, part in zip(Parts._fields, shares, parts, strict=True)
            },
            "reasons": _reasons(ranking.pool, need, int(row), float(found.away_m[n]), parts, n),
        }
        for n, row in enumerate(found.rows)
    ]


def _reasons(
    pool: Pool, need: FileNeed, row: int, away_m: float, parts: Parts, n: int
) -> list[str]:
    served = pool.recent_services[row]
    said = [
        f"{away_m / 1000:.1f} km away",
        *([f"level {TOP_LEVEL * parts.level[n]:.1f} of {TOP_LEVEL}"] if need.skills else []),
        f"came {pool.reliability[row]:.0%} of the times",
        f"{served} service{'' if served == 1 else 's'} of late",
        f"{pool.minutes_left[row] / 60:.1f} hours left this week",
    ]
    return [*said, "preferred by the resident"] if parts.preferred[n] else said

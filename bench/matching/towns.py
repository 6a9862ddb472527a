"""A second region, unlike Shanghai: a few dense towns in wide country; the seeds are fixed.

Skills come together (who nurses also lifts and gives first aid), papers are rare and not weighed, commuters
have evenings and weekends, some come from anywhere. Half of the needs come in swarms: one town, one evening,
more than its people can do. Residents name people they want, and people they do not want.
"""

import numpy as np

from matching.engine.files import FileNeed
from matching.engine.pool import DAY, GENDERS, KM_PER_DEGREE, Floats, Ints, Pool, Spans
from matching.engine.sieve import LOCAL_MINUTES, Wanted

# latitude, longitude, spread in km, weight
TOWNS = np.array(
    [
        (30.29, 109.48, 2.0, 40), (30.60, 109.95, 1.2, 16), (30.18, 108.94, 1.5, 20),
        (29.69, 109.15, 1.0, 9), (29.51, 109.41, 1.0, 8), (30.05, 110.34, 0.8, 5),
        (29.90, 110.03, 0.8, 2),
    ]
)  # fmt: skip
IN_TOWN = 0.65
COUNTRY = (29.4, 30.9, 108.7, 110.5)  # south, north, west, east
KM_PER_DEGREE_LNG = KM_PER_DEGREE * np.cos(np.radians(30.2))
# skill: the trade it belongs to, how common it is within the trade, and elsewhere
TRADES = ("care", "hands", "tongue")
HELD = {
    "#driver": (1, 0.25, 0.04), "#nurse": (0, 0.06, 0.0), "#police_check": (0, 0.5, 0.25),
    "cook": (0, 0.4, 0.2), "dialect": (2, 0.7, 0.1), "escort": (0, 0.8, 0.4),
    "first_aid": (0, 0.35, 0.03), "garden": (1, 0.5, 0.15), "lift": (0, 0.3, 0.1),
    "reader": (2, 0.6, 0.3), "repair": (1, 0.6, 0.05), "sign": (2, 0.05, 0.002),
    "visit": (0, 0.7, 0.5),
}  # fmt: skip
SKILLS = tuple(sorted(HELD))
ASKED = np.array([0.02 if name.startswith("#") else HELD[name][2] + 0.05 for name in SKILLS])
MONDAY = 20_780 * DAY - LOCAL_MINUTES  # 2026-11-23 in Shanghai, in minutes since 1970 in UTC
DAYS = 7
SWARM = 25  # needs at most in one swarm


def _places(rng: np.random.Generator, town: Ints) -> tuple[Floats, Floats]:
    """Return where people of each town live; -1 is the country."""
    south, north, west, east = COUNTRY
    lat, lng = rng.uniform(south, north, len(town)), rng.uniform(west, east, len(town))
    away = rng.normal(0, 1, (2, len(town))) * TOWNS[town, 2]
    lat = np.where(town >= 0, TOWNS[town, 0] + away[0] / KM_PER_DEGREE, lat)
    return lat, np.where(town >= 0, TOWNS[town, 1] + away[1] / KM_PER_DEGREE_LNG, lng)


def _towns(rng: np.random.Generator, count: int) -> Ints:
    weight = TOWNS[:, 3] / TOWNS[:, 3].sum()
    town = rng.choice(len(TOWNS), count, p=weight)
    return np.where(rng.random(count) < IN_TOWN, town, -1)


def _spans(
    rng: np.random.Generator, count: int, kinds: tuple[tuple[Ints, int, int, int, int], ...]
) -> Spans:
    """Return stretches: of each kind (who, day, first minute, last minute, how far both stray)."""
    owners, starts, ends = [], [], []
    for who, day, begin, end, stray in kinds:
        owners.append(who)
        midnight = MONDAY + day * DAY
        starts.append(midnight + begin + rng.integers(-stray, stray + 1, len(who)) * 5)
        ends.append(midnight + end + rng.integers(-stray, stray + 1, len(who)) * 5)
    owner, start, until = (np.concatenate(parts) for parts in (owners, starts, ends))
    order = np.lexsort((start, owner))
    at = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=count))))
    return Spans(at, start[order], until[order])


def _free(rng: np.random.Generator, count: int) -> Spans:
    kind = rng.choice(3, count, p=[0.5, 0.3, 0.2])

    def some(which: int, chance: float) -> Ints:
        return np.flatnonzero((kind == which) & (rng.random(count) < chance))

    kinds = []
    for day in range(DAYS):
        if day < 5:
            kinds.append((some(0, 0.6), day, 18 * 60 + 30, 21 * 60 + 30, 6))
        else:
            kinds.append((some(0, 0.5), day, 9 * 60, 18 * 60, 12))
        kinds.append((some(1, 0.7), day, 8 * 60, 11 * 60 + 30, 4))
        kinds.append((some(1, 0.6), day, 14 * 60, 17 * 60, 4))
        kinds.append((some(2, 0.4), day, 12 * 60, 22 * 60, 20))
    return _spans(rng, count, tuple(kinds))


def volunteers(count: int) -> Pool:
    """Return a pool of ``count`` volunteers with a week of free time; some have something to do."""
    rng = np.random.default_rng(31)
    town = _towns(rng, count)
    lat, lng = _places(rng, town)
    trade = rng.choice(len(TRADES), count, p=[0.5, 0.3, 0.2])
    levels = np.zeros((len(SKILLS), count), dtype=np.int8)
    for row, name in enumerate(SKILLS):
        own, within, elsewhere = HELD[name]
        has = rng.random(count) < np.where(trade == own, within, elsewhere)
        level = np.where(trade == own, rng.choice([1, 2, 3], count), 1)
        levels[row] = np.where(has, 1 if name.startswith("#") else level, 0)
    busy = _spans(
        rng,
        count,
        tuple(
            (np.flatnonzero(rng.random(count) < 0.03), day, 10 * 60, 11 * 60, 8)
            for day in range(DAYS)
        ),
    )
    owner = busy.owners()
    wide = rng.random(count) < 0.05
    radius = np.clip(rng.lognormal(np.log(6), 0.7, count), 1, 20)
    return Pool(
        ids=np.array([f"v{number}" for number in range(count)], dtype=np.object_),
        key=rng.integers(0, 1 << 63, count, dtype=np.uint64),
        lat=lat,
        lng=lng,
        radius_m=np.round(np.where(wide, 45.0, radius) * 1000),
        gender=rng.choice(len(GENDERS), count, p=[0.02, 0.6, 0.38]).astype(np.int8),
        skills=SKILLS,
        levels=levels,
        free=_free(rng, count),
        busy=Spans(busy.at, busy.start, busy.end, lat[owner], lng[owner]),
        minutes_left=rng.choice([0, 120, 240, 360, 600], count, p=[0.05, 0.25, 0.3, 0.25, 0.15]),
        recent_services=rng.poisson(rng.gamma(0.5, 3.0, count)),
        recent_notices=rng.poisson(1.0, count),
        reliability=rng.beta(10, 2, count),
        acceptance=np.clip(rng.beta(2, 5, count), 0.01, 0.9),
        is_new=rng.random(count) < 0.1,
    )


def needs(count: int, *, days: int, people: int) -> list[FileNeed]:
    """Return ``count`` needs within the first ``days`` days, for a pool of ``people``."""
    rng = np.random.default_rng(37)
    found: list[FileNeed] = []
    while len(found) < count:
        size = int(rng.integers(2, SWARM)) if rng.random() < 1 / (1 + SWARM / 2) else 1
        [town] = _towns(rng, 1)
        day = int(rng.integers(0, days))
        evening = size > 1 or rng.random() < 0.3
        hour = 18.5 if evening else float(rng.choice([8.5, 9.5, 14.0, 15.0]))
        for _one in range(min(size, count - len(found))):
            begin = MONDAY + day * DAY + int(hour * 60) + int(rng.integers(0, 8)) * 10
            found.append(_need(rng, len(found), int(town), begin, people))
    return found


def _need(rng: np.random.Generator, number: int, town: int, start: int, people: int) -> FileNeed:
    [lat], [lng] = _places(rng, np.array([town]))
    skills = rng.choice(len(SKILLS), 1 + (rng.random() < 0.4), replace=False, p=ASKED / ASKED.sum())

    def some(chance: float) -> frozenset[str]:
        return frozenset(f"v{one}" for one in rng.integers(0, people, rng.binomial(3, chance)))

    barred = some(0.3)
    return FileNeed(
        id=f"n{number:06}",
        lat=lat,
        lng=lng,
        start=start,
        end=start + int(rng.choice([40, 60, 90, 120])),
        places=int(rng.choice([1, 2, 3], p=[0.8, 0.15, 0.05])),
        skills={SKILLS[skill]: 1 for skill in skills},
        gender=GENDERS[int(rng.choice(3, p=[0.8, 0.14, 0.06]))],
        urgency=int(rng.choice([1, 2, 3, 4], p=[0.5, 0.3, 0.15, 0.05])),
        preferred=some(0.1) - barred,
        excluded=barred,
        known=some(0.15) - barred,
    )


def kinds(each: int, pool: Pool) -> dict[str, list[Wanted]]:
    """Return ``each`` needs of several kinds as the columns of ``pool`` are asked."""
    every = [one.wanted(pool) for one in needs(each * 60, days=5, people=len(pool))]
    papers = {n for n, name in enumerate(SKILLS) if name.startswith("#")}
    chosen = {
        "towns and country": every[:each],
        "a paper": [one for one in every if papers & {skill for skill, _l in one.skills}],
        "people are named": [one for one in every if one.preferred or one.known],
        "evenings": [one for one in every if (one.start + LOCAL_MINUTES) % DAY >= 18 * 60],
    }
    return {name: some[:each] for name, some in chosen.items()}

"""A synthetic Shanghai: volunteers and needs, clustered by street; the seeds are fixed.

216 streets, 20 skills of prevalence .55 to .0005, radius lognormal around 4 km, four profiles of free time;
needs with one or two skills, three peaks a day, one to four hours, 15 % with a gender wish.
"""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from matching.engine.files import FileNeed
from matching.engine.pool import DAY, GENDERS, KM_PER_DEGREE, SLOT, Floats, Ints, Keys, Pool, Spans
from matching.engine.sieve import LOCAL_MINUTES, Wanted, slots

STREETS = Path(__file__).parents[2] / "regions" / "data" / "shanghai_streets.csv"
# latitude, longitude, radius in km, weight of each district
DISTRICTS = {
    "黄浦区": (31.2317, 121.4846, 3, 50), "徐汇区": (31.1885, 121.4365, 5, 111),
    "长宁区": (31.2204, 121.4246, 4.5, 69), "静安区": (31.2475, 121.448, 4, 98),
    "普陀区": (31.2497, 121.397, 5, 124), "虹口区": (31.2646, 121.505, 3, 76),
    "杨浦区": (31.2595, 121.526, 5, 124), "闵行区": (31.1128, 121.3817, 13, 265),
    "宝山区": (31.4045, 121.489, 12, 224), "嘉定区": (31.3747, 121.2653, 15, 183),
    "浦东新区": (31.2214, 121.5447, 22, 568), "金山区": (30.7418, 121.3419, 17, 82),
    "松江区": (31.0322, 121.2277, 16, 191), "青浦区": (31.1499, 121.1242, 17, 127),
    "奉贤区": (30.9179, 121.474, 17, 114), "崇明区": (31.6227, 121.3973, 30, 64),
}  # fmt: skip
HELD = np.array(
    [.55, .5, .45, .3, .4, .2, .2, .15, .15, .25, .08, .03, .015, .03, .1, .02, .004, .006, .0005, .4]
)  # fmt: skip
SKILLS = tuple(f"s{number:02}" for number in range(len(HELD)))
MONDAY = 20_780  # 2026-11-23, in days since 1970
DAYS = 7
KM_PER_DEGREE_LNG = KM_PER_DEGREE * np.cos(np.radians(31.2))


@cache
def _streets() -> Floats:
    """Return latitude, longitude, spread in km and weight of each street."""
    rng = np.random.default_rng(7)
    with STREETS.open() as file:
        rows = list(csv.DictReader(file))
    found = []
    for district, (lat, lng, radius, people) in DISTRICTS.items():
        own = [row for row in rows if row["district"] == district]
        dense = np.array([row["kind"] == "街道" for row in own])
        weight = rng.lognormal(0, 0.5, len(own)) * np.where(dense, 1.3, 0.9)
        away = radius * np.sqrt(rng.random(len(own))) * np.where(dense, 0.6, 1.1)
        turn = rng.random(len(own)) * 2 * np.pi
        spread = max(0.5, 0.55 * radius / np.sqrt(len(own)))
        found.append(
            np.column_stack(
                (
                    lat + away * np.sin(turn) / KM_PER_DEGREE,
                    lng + away * np.cos(turn) / KM_PER_DEGREE_LNG,
                    np.full(len(own), spread),
                    weight / weight.sum() * people,
                )
            )
        )
    return np.concatenate(found)


def _places(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    streets = _streets()
    chosen = streets[rng.choice(len(streets), count, p=streets[:, 3] / streets[:, 3].sum())]
    lat = chosen[:, 0] + rng.normal(0, 1, count) * chosen[:, 2] / KM_PER_DEGREE
    return lat, chosen[:, 1] + rng.normal(0, 1, count) * chosen[:, 2] / KM_PER_DEGREE_LNG


def _free(rng: np.random.Generator, count: int) -> Spans:
    """Return the free stretches of a week: by profile, with days off and commitments cut out."""
    profile = rng.choice(4, count, p=[0.25, 0.40, 0.20, 0.15])
    kinds = [profile == 0, profile == 1, profile == 2]
    owners, starts, ends = [], [], []
    for day in range(DAYS):
        weekend = day >= 5
        chance = np.select(
            kinds, [0.3 if weekend else 0.6, 0.5 if weekend else 0.3, 0.5 if weekend else 0.25], 0.5
        )
        begin = np.select(kinds, [17, 18 if weekend else 37, 18 if weekend else 26], 16)
        end = np.select(kinds, [33, 36 if weekend else 43, 38 if weekend else 36], 42)
        begin = np.clip(begin + rng.integers(-2, 3, count), 0, 46)
        end = np.clip(end + rng.integers(-2, 3, count), begin + 1, 48)
        mask = np.where(rng.random(count) < chance, slots(begin, end), np.uint64(0))
        mask[rng.random(count) < 0.03] = 0
        taken = rng.integers(16, 38, count)
        mask = np.where(rng.random(count) < 0.08, mask & ~slots(taken, taken + 5), mask)
        owner, start, until = _runs(mask)
        owners.append(owner)
        starts.append(start * SLOT + (MONDAY + day) * DAY)
        ends.append(until * SLOT + (MONDAY + day) * DAY)
    owner, start, until = (np.concatenate(parts) for parts in (owners, starts, ends))
    order = np.lexsort((start, owner))
    at = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=count))))
    return Spans(at, start[order], until[order])


def _runs(mask: Keys) -> tuple[Ints, Ints, Ints]:
    """Return (row, first slot, slot after the last) of each run of bits."""
    bits = np.zeros((len(mask), 50), dtype=np.int8)
    for slot in range(48):
        bits[:, slot + 1] = (mask >> np.uint64(slot)) & np.uint64(1)
    edges = np.diff(bits, axis=1)
    owner, start = np.nonzero(edges == 1)
    return owner, start, np.nonzero(edges == -1)[1]


def volunteers(count: int) -> Pool:
    """Return a pool of ``count`` volunteers with a week of free time."""
    rng = np.random.default_rng(11)
    lat, lng = _places(rng, count)
    levels = np.zeros((len(HELD), count), dtype=np.int8)
    for skill, chance in enumerate(HELD):
        has = rng.random(count) < chance
        levels[skill] = np.where(has, rng.choice([1, 2, 3], count, p=[0.5, 0.35, 0.15]), 0)
    left = np.maximum(0, rng.choice([4.0, 6, 8, 12, 20], count) - rng.exponential(1.0, count))
    return Pool(
        ids=np.array([f"v{number}" for number in range(count)], dtype=np.object_),
        key=rng.integers(0, 1 << 63, count, dtype=np.uint64),
        lat=lat,
        lng=lng,
        radius_m=np.round(np.clip(rng.lognormal(np.log(4), 0.6, count), 1, 20) * 1000),
        gender=np.where(rng.random(count) < 0.62, 1, 2).astype(np.int8),
        skills=SKILLS,
        levels=levels,
        free=_free(rng, count),
        busy=Spans(
            np.zeros(count + 1, dtype=np.int64),
            *np.zeros((2, 0), dtype=np.int64),
            *np.zeros((2, 0)),
        ),
        minutes_left=(left * 60).astype(np.int64),
        recent_services=rng.poisson(rng.gamma(0.7, 2.0, count)),
        recent_notices=np.zeros(count, dtype=np.int64),
        reliability=rng.beta(12, 2, count),
        acceptance=np.clip(rng.beta(1.6, 5, count), 0.01, 0.9),
        is_new=np.zeros(count, dtype=bool),
    )


def local(pool: Pool) -> Pool:
    """Return the pool with its clock, whose days begin at midnight in UTC, read as Shanghai's."""
    free = pool.free
    return replace(pool, free=Spans(free.at, free.start - LOCAL_MINUTES, free.end - LOCAL_MINUTES))


def kinds(each: int) -> dict[str, list[Wanted]]:
    """Return ``each`` needs of every one of the eight kinds (ENGINE §2)."""
    rng = np.random.default_rng(23)
    centre, edge = (31.2317, 121.4846, 3.0), (31.6227, 121.3973, 25.0)
    return {
        "mixed": [mixed(rng, number) for number in range(each)],
        "dense centre, common skill": _near(rng, each, centre, (1,)),
        "the same on a Sunday": _near(rng, each, centre, (1,), day=6),
        "a skill of .05 %, whole city": _anywhere(rng, each, (18,)),
        "a skill of .6 %, gender wish": _anywhere(rng, each, (17,), gender=1),
        "two skills of 15 and 10 %": _anywhere(rng, each, (7, 14)),
        "a skill of 8 %, four evening hours": _anywhere(rng, each, (10,), slot=36, length=8),
        "sparse edge (Chongming)": _near(rng, each, edge, (1,)),
    }


def _wanted(
    number: int,
    lat: float,
    lng: float,
    skills: tuple[int, ...],
    *,
    day: int = 1,
    slot: int = 19,
    length: int = 4,
    gender: int = 0,
) -> Wanted:
    start = (MONDAY + day) * DAY + slot * SLOT
    return Wanted(
        key=number * 7919 + 1,
        lat=lat,
        lng=lng,
        start=start,
        end=start + length * SLOT,
        skills=tuple((skill, 1) for skill in skills),
        gender=gender,
        preferred=frozenset(),
        excluded=frozenset(),
    )


def mixed(rng: np.random.Generator, number: int, *, days: int = 3) -> Wanted:
    """Return a need as the city has them, on one of the first ``days`` days."""
    [lat], [lng] = _places(rng, 1)
    weight = HELD**0.75 / (HELD**0.75).sum()
    skills = {int(skill) for skill in rng.choice(len(HELD), 1 + (rng.random() < 0.35), p=weight)}
    peaks = [rng.integers(17, 23), rng.integers(26, 33), rng.integers(34, 40)]
    return _wanted(
        number,
        lat,
        lng,
        tuple(sorted(skills)),
        day=int(rng.integers(0, days)),
        slot=int(rng.choice(peaks, p=[0.55, 0.27, 0.18])),
        length=int(rng.choice([2, 3, 4, 6, 8], p=[0.3, 0.2, 0.3, 0.15, 0.05])),
        gender=int(rng.choice([0, 1, 2], p=[0.85, 0.09, 0.06])),
    )


def file_need(rng: np.random.Generator, number: int, *, days: int) -> FileNeed:
    """Return a need as the city has them with places and urgency, by Shanghai's clock."""
    one = mixed(rng, number, days=days)
    return FileNeed(
        f"n{number:06}",
        one.lat,
        one.lng,
        one.start - LOCAL_MINUTES,
        one.end - LOCAL_MINUTES,
        int(rng.choice([1, 2, 3, 4, 5], p=[0.68, 0.18, 0.07, 0.04, 0.03])),
        {SKILLS[skill]: level for skill, level in one.skills},
        GENDERS[one.gender],
        int(rng.choice([1, 2, 3, 4], p=[0.4, 0.35, 0.2, 0.05])),
        frozenset(),
        frozenset(),
    )


def _near(
    rng: np.random.Generator,
    each: int,
    around: tuple[float, float, float],
    skills: tuple[int, ...],
    *,
    day: int = 1,
) -> list[Wanted]:
    lat, lng, km = around
    return [
        _wanted(
            number,
            lat + rng.normal(0, km / 3) / KM_PER_DEGREE,
            lng + rng.normal(0, km / 3) / KM_PER_DEGREE_LNG,
            skills,
            day=day,
        )
        for number in range(each)
    ]


def _anywhere(
    rng: np.random.Generator,
    each: int,
    skills: tuple[int, ...],
    *,
    slot: int = 19,
    length: int = 4,
    gender: int = 0,
) -> list[Wanted]:
    lat, lng = _places(rng, each)
    return [
        _wanted(number, a, b, skills, slot=slot, length=length, gender=gender)
        for number, (a, b) in enumerate(zip(lat, lng, strict=True))
    ]

"""Problems as files state them, small and of every kind."""

from typing import Any

from hypothesis import strategies as st

DAY = "2026-11-24"
SKILLS = ("escort", "sign", "law")


def volunteer(name: str = "v1", **given: Any) -> dict[str, Any]:
    """Return somebody who can go to ``need()``."""
    usual = {
        "id": name,
        "lat": 31.22,
        "lng": 121.47,
        "radius_km": 4.0,
        "gender": "F",
        "skills": {"escort": 2},
        "free": [[f"{DAY}T08:00", f"{DAY}T12:00"]],
        "busy": [],
        "minutes_left": 480,
        "recent_services": 3,
        "recent_notices": 2,
        "reliability": 0.92,
        "acceptance": 0.2,
    }
    return {**usual, **given}


def need(name: str = "n1", **given: Any) -> dict[str, Any]:
    """Return a need of two hours in the morning."""
    usual = {
        "id": name,
        "lat": 31.22,
        "lng": 121.47,
        "start": f"{DAY}T09:00",
        "end": f"{DAY}T11:00",
        "places": 1,
        "skills": {"escort": 1},
        "urgency": 2,
        "gender": None,
        "preferred": [],
        "excluded": [],
    }
    return {**usual, **given}


def problem(*volunteers: dict[str, Any], needs: Any = None, **given: Any) -> dict[str, Any]:
    """Return a whole file."""
    usual = {
        "version": 1,
        "now": f"{DAY}T06:00+08:00",
        "crs": "WGS-84",
        "seed": 7,
        "skills": list(SKILLS),
        "volunteers": list(volunteers) or [volunteer()],
        "needs": [need()] if needs is None else needs,
    }
    return {**usual, **given}


def _time(minutes: int) -> str:
    day, rest = divmod(minutes, 1440)
    return f"2026-11-{24 + day}T{rest // 60:02}:{rest % 60:02}"


@st.composite
def _spans(draw: st.DrawFn, most: int) -> list[list[str]]:
    found = []
    for _span in range(draw(st.integers(0, most))):
        start = draw(st.integers(0, 2 * 1440))
        found.append([_time(start), _time(start + draw(st.integers(1, 700)))])
    return found


# Steps of some 200 m up to 60 km away, so that rings, classes and radii are all met.
_steps = st.integers(-300, 300) | st.integers(-12, 12)


@st.composite
def places(draw: st.DrawFn) -> dict[str, float]:
    """Return a place not too far from the middle."""
    return {"lat": 31.2 + 0.0018 * draw(_steps), "lng": 121.5 + 0.0021 * draw(_steps)}


@st.composite
def _named(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> tuple[list[str], list[str]]:
    """Return some who are preferred, and others who are excluded."""
    if ids.is_empty:
        return [], []
    named = draw(st.lists(ids, max_size=3, unique=True))
    cut = draw(st.integers(0, len(named)))
    return named[:cut], named[cut:]


@st.composite
def whole(draw: st.DrawFn) -> dict[str, Any]:
    """Return a file with up to fifteen volunteers and one need, so made that some of them can go."""
    people = [
        volunteer(
            f"v{n}",
            **draw(places()),
            radius_km=draw(st.sampled_from([0.0, 0.5, 2.0, 4.9, 10.0, 20.0, 60.0])),
            gender=draw(st.sampled_from(["F", "M", None])),
            skills=draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3))),
            free=draw(_spans(2)) + draw(st.sampled_from([[], [[_time(500), _time(800)]]])),
            busy=[{"start": start, "end": end, **draw(places())} for start, end in draw(_spans(2))],
            minutes_left=draw(st.integers(0, 600)),
            recent_services=draw(st.integers(0, 3)),
            reliability=draw(st.sampled_from([0.0, 0.5, 1.0])),
        )
        for n in range(draw(st.integers(0, 15)))
    ]
    ids = st.sampled_from([person["id"] for person in people]) if people else st.nothing()
    preferred, excluded = draw(_named(ids))
    start = draw(st.integers(480, 700) | st.integers(1300, 1500))
    return problem(
        needs=[
            need(
                **draw(places()),
                start=_time(start),
                end=_time(start + draw(st.integers(1, 200))),
                skills=draw(
                    st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 2), max_size=2)
                ),
                gender=draw(st.sampled_from([None, None, "F"])),
                preferred=preferred,
                excluded=excluded,
            )
        ],
        volunteers=people,
        seed=draw(st.integers(0, 99)),
    )


@st.composite
def several(draw: st.DrawFn) -> dict[str, Any]:
    """Return a file with up to six needs, of which each may be asked of several people."""
    stated = draw(whole())
    ids = [person["id"] for person in stated["volunteers"]]
    needs = []
    for n in range(draw(st.integers(1, 6))):
        one = draw(whole())["needs"][0]
        kept = {
            key: [name for name in one[key] if name in ids] for key in ("preferred", "excluded")
        }
        needs.append(
            {
                **one,
                **kept,
                "id": f"n{n}",
                "places": draw(st.integers(1, 3)),
                "urgency": draw(st.integers(1, 4)),
            }
        )
    return {**stated, "needs": needs}


@st.composite
def crowded(draw: st.DrawFn) -> dict[str, Any]:
    """Return a file in which most people could do most needs, which get in each other's way."""
    people = [
        volunteer(
            f"v{n}",
            lat=31.2 + 0.01 * draw(st.integers(0, 20)),
            radius_km=draw(st.sampled_from([5.0, 60.0])),
            free=[[_time(480), _time(draw(st.sampled_from([780, 1200])))]],
            minutes_left=draw(st.sampled_from([60, 180, 600])),
            recent_services=draw(st.integers(0, 3)),
        )
        for n in range(draw(st.integers(1, 6)))
    ]
    ids = st.sampled_from([person["id"] for person in people])
    needs = []
    for n in range(draw(st.integers(1, 6))):
        start = draw(st.integers(48, 100)) * 10
        many = draw(st.integers(1, 3))
        preferred, excluded = draw(_named(ids))
        needs.append(
            need(
                f"n{n}",
                lat=31.2 + 0.01 * draw(st.integers(0, 20)),
                start=_time(start),
                end=_time(start + draw(st.sampled_from([20, 60, 120]))),
                places=many,
                least=draw(st.sampled_from([1, many])),
                urgency=draw(st.integers(1, 4)),
                preferred=preferred,
                excluded=excluded,
            )
        )
    return problem(*people, needs=needs, seed=draw(st.integers(0, 99)))

"""A problem in arrays: the same as in JSON, and what is wrong is said of its array and row."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from matching.engine.archive import read_npz, write_npz
from matching.engine.assign import digest
from matching.engine.best import Ranking
from matching.engine.errors import BadProblem
from matching.engine.files import Problem, problem_of
from matching.engine.reading import main, read
from tests.matching.problems import need, problem, several, volunteer

BUSY = {"start": "2026-11-24T14:00", "end": "2026-11-24T15:00", "lat": 31.3, "lng": 121.5}
STATED = problem(
    volunteer("v0", free=[["2026-11-24T08:00", "2026-11-24T10:00"]] * 2, busy=[BUSY]),
    volunteer("v1", gender=None, skills={"sign": 3, "escort": 1}, is_new=True, radius_km=3.3),
    volunteer("v2", gender="M", skills={}, free=[]),
    needs=[need("n0", preferred=["v1"], excluded=["v2", "v0"]), need("n1", known=["v2"])],
    parameters={"near": 0.5},
)


def same(one: Problem, other: Problem) -> bool:
    """Say whether two problems state the same in the same order."""
    pools = [Ranking(each.pool, each.parameters, seed=each.seed) for each in (one, other)]
    told = [
        digest(pool, list(each.needs.values()))
        for pool, each in zip(pools, (one, other), strict=True)
    ]
    rest = [
        (each.now, each.seed, each.parameters, each.pool.ids.tolist(), each.pool.is_new.tolist())
        for each in (one, other)
    ]
    return told[0] == told[1] and rest[0] == rest[1] and one.pool.skills == other.pool.skills


def arrays(folder: Path) -> dict[str, Any]:
    write_npz(problem_of(STATED), folder / "whole.npz")
    with np.load(folder / "whole.npz") as file:
        return dict(file)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stated=several())
def test_what_is_written_is_read_again(stated, tmp_path):
    asked, path = problem_of(stated), tmp_path / "problem.npz"
    write_npz(asked, path)
    assert same(asked, read(path))


def test_a_file_of_json_becomes_one_of_arrays(tmp_path, capsys):
    plain, packed = tmp_path / "a.json", tmp_path / "a.npz"
    plain.write_text(json.dumps(STATED))
    assert main([str(plain), str(packed)]) == 0
    assert same(read(plain), read(packed))
    assert main([str(tmp_path / "none"), str(packed)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main([str(plain), str(tmp_path / "no" / "folder")]) == 2
    assert main([str(plain)]) == 2
    assert "FROM.json" in capsys.readouterr().err


def test_free_time_may_stand_in_any_order_and_what_meets_is_one(tmp_path):
    held = arrays(tmp_path)
    noon = int(held["volunteers.free.start"][0]) + 240
    held["volunteers.free.at"] = np.array([0, 4, 5, 5])
    held["volunteers.free.start"] = np.array([noon, noon - 60, noon + 300, noon - 30, noon])
    held["volunteers.free.end"] = np.array([noon + 60, noon, noon + 400, noon + 10, noon + 9])
    np.savez(tmp_path / "a.npz", **held)
    free = read_npz(tmp_path / "a.npz").pool.free
    assert free.at.tolist() == [0, 2, 3, 3]
    assert (free.start - noon).tolist() == [-60, 300, 0]
    assert (free.end - noon).tolist() == [60, 400, 9]


def put(row: int, value: Any) -> Any:
    """Return what puts ``value`` into a row of an array."""

    def changed(array: Any) -> Any:
        array = array.astype(np.result_type(array.dtype, np.array(value).dtype))
        array[row] = value
        return array

    return changed


def no_text(array: Any) -> Any:
    """Return as many texts that hold no character."""
    return np.full(len(array), 0x110000, dtype=np.uint32).view("U1")


BAD = [
    ("version", lambda _a: np.array([2]), "version: only 1 is known"),
    ("crs", lambda _a: np.array(["GCJ-02"]), "crs: only WGS-84 is known"),
    ("crs", lambda _a: np.array(["WGS-84"] * 2), "crs: has 2 rows, not 1"),
    ("seed", lambda _a: np.array([-1]), "seed[0]: -1 is not between 0"),
    ("now", lambda _a: np.array([1 << 50]), "now[0]: "),
    ("parameters", lambda _a: np.array(["{"]), "parameters: is not whole JSON"),
    ("parameters", lambda _a: np.array(["[" * 100_000]), "parameters: is not whole JSON"),
    ("parameters", lambda _a: np.array(['{"a": 1, "a": 2}']), "a: this key stands twice"),
    ("parameters", lambda _a: np.array(['{"rest": 1e308}']), "parameters: rest: 1e+308 is not"),
    ("parameters", lambda _a: np.array(["[]"]), "parameters: an object is needed"),
    ("parameters", lambda _a: np.array(['{"near": -1}']), "parameters: near: -1"),
    ("skills", put(0, " "), "skills[0]: a name is needed"),
    ("skills", lambda a: a[::-1], "skills: must stand in order"),
    ("volunteers.id", put(2, "v0"), "volunteers.id[2]: this id stands twice"),
    ("volunteers.id", put(1, " "), "volunteers.id[1]: a name is needed"),
    ("volunteers.lat", put(1, np.nan), "volunteers.lat[1]: nan is not between 18 and 54"),
    ("volunteers.lng", put(2, 181.0), "volunteers.lng[2]: 181.0 is not between 73 and 136"),
    ("volunteers.lat", put(1, 0.0), "volunteers.lat[1]: 0.0 is not between 18 and 54: not in China"),
    ("volunteers.lat", put(1, np.longdouble("1e4000")), "volunteers.lat[1]: inf is not between"),
    ("volunteers.id", put(1, "\ud800"), "volunteers.id[1]: a name is needed"),
    ("volunteers.id", no_text, "volunteers.id[0]: is no text"),
    ("volunteers.gender", no_text, "volunteers.gender[0]: \"F\", \"M\" or \"\" is"),
    ("crs", no_text, "crs[0]: is no text"),
    ("volunteers.lat", lambda a: a[:2], "volunteers.lat: has 2 rows, not 3"),
    ("volunteers.lat", lambda a: a[:, None], "volunteers.lat: a column of kind fiu is needed"),
    ("volunteers.lat", lambda a: a.astype(str), "volunteers.lat: a column of kind fiu is needed"),
    ("volunteers.radius_km", put(0, np.inf), "volunteers.radius_km[0]: inf"),
    ("volunteers.gender", put(1, "X"), "volunteers.gender[1]: \"F\", \"M\" or \"\" is needed"),
    ("volunteers.reliability", put(0, 1.5), "volunteers.reliability[0]: 1.5"),
    ("volunteers.minutes_left", put(0, 99999), "volunteers.minutes_left[0]: 99999"),
    ("volunteers.minutes_left", lambda a: a * 0.5, "volunteers.minutes_left: a column of kind iu"),
    ("volunteers.is_new", lambda a: a.astype(int), "volunteers.is_new: a column of kind b"),
    ("volunteers.free.at", put(1, 99), "volunteers.free.at[2]: is less than the one before"),
    ("volunteers.free.at", lambda a: a + 1, "volunteers.free.at[0]: is not 0"),
    ("volunteers.free.at", lambda a: a[:-1], "volunteers.free.at: has 3 rows, not 4"),
    ("volunteers.free.end", put(0, 0), "volunteers.free.end[0]: ends before it starts"),
    ("volunteers.free.end", lambda a: a[:-1], "volunteers.free.end: has 1 rows, not 2"),
    ("volunteers.busy.end", put(0, 0), "volunteers.busy.end[0]: ends before it starts"),
    ("volunteers.busy.lat", put(0, np.nan), "volunteers.busy.lat[0]: nan"),
    ("volunteers.skills.skill", put(0, 9), "volunteers.skills.skill[0]: 9 is not between 0 and 1"),
    ("volunteers.skills.level", put(0, 4), "volunteers.skills.level[0]: 4 is not between 1 and 3"),
    ("volunteers.skills.skill", put(2, 0), "volunteers.skills.skill[2]: this skill stands twice"),
    ("needs.end", put(1, 0), "needs.end[1]: ends before it starts"),
    ("needs.end", lambda a: a + 1440, "needs.end[0]: lasts more than a day"),
    ("needs.start", lambda _a: np.array(["NaT", "NaT"], dtype="M8[m]"), "needs.start: a column"),
    ("needs.skills.at", put(2, 1 << 39), "needs.skills.skill: has 2 rows, not 549755813888"),
    ("needs.start", lambda a: a + (1 << 39), "needs.start[0]: 549"),
    ("volunteers.free.end", put(0, 1 << 39), "volunteers.free.end[0]: 549755813888 is not between"),
    ("volunteers.busy.start", put(0, -1), "volunteers.busy.start[0]: -1 is not between 0"),
    ("needs.preferred.volunteer", put(0, 0), "needs: n0: v0 is both preferred and excluded"),
    ("needs.excluded.volunteer", lambda a: a * 0, "needs.excluded.volunteer[1]: v0 stands twice for n0"),
    ("needs.places", put(0, 6), "needs.places[0]: 6"),
    ("needs.urgency", put(1, 0), "needs.urgency[1]: 0"),
    ("needs.lat", put(0, 91.0), "needs.lat[0]: 91.0"),
    ("needs.id", put(1, "n0"), "needs.id[1]: this id stands twice"),
    ("needs.excluded.volunteer", put(0, 3), "needs.excluded.volunteer[0]: 3 is not between 0 and 2"),
    ("needs.excluded.at", put(1, 3), "needs.excluded.at[2]: is less"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "said"), BAD)
def test_what_is_wrong_is_said_of_its_array_and_row(name, change, said, tmp_path):
    held = arrays(tmp_path)
    held[name] = change(held[name])
    np.savez(tmp_path / "bad.npz", **held)
    with pytest.raises(BadProblem) as caught:
        read(tmp_path / "bad.npz")
    assert said in str(caught.value)


def test_an_array_is_missing_or_not_known(tmp_path):
    held = arrays(tmp_path)
    np.savez(tmp_path / "more.npz", **held, colour=np.array([1]))
    del held["needs.places"]
    np.savez(tmp_path / "less.npz", **held)
    for name, said in (("more", "colour: is not known"), ("less", "needs.places: is missing")):
        with pytest.raises(BadProblem, match=said):
            read(tmp_path / f"{name}.npz")


def test_a_need_that_does_not_say_how_many_at_least_takes_one(tmp_path):
    held = arrays(tmp_path)
    del held["needs.least"]
    np.savez(tmp_path / "a.npz", **held)
    assert [one.least for one in read(tmp_path / "a.npz").needs.values()] == [1, 1]


def test_a_pickle_is_not_opened(tmp_path):
    held = arrays(tmp_path)
    held["needs.lat"] = np.array([{}, {}], dtype=object)
    np.savez(tmp_path / "bad.npz", **held)
    with pytest.raises(BadProblem, match="no archive of plain arrays"):
        read(tmp_path / "bad.npz")


def test_a_file_that_was_cut_or_changed_is_refused(tmp_path):
    write_npz(problem_of(STATED), tmp_path / "whole.npz")
    raw, cut = (tmp_path / "whole.npz").read_bytes(), tmp_path / "cut.npz"
    for kept in (raw[: len(raw) // 2], raw[:10], raw[:-30], raw[:900] + b"\0" * 60 + raw[960:]):
        cut.write_bytes(kept)
        with pytest.raises(BadProblem, match="is cut, damaged or no archive"):
            read(cut)


def test_an_array_that_stands_twice_or_is_none_is_refused(tmp_path):
    arrays(tmp_path)
    with zipfile.ZipFile(tmp_path / "whole.npz", "a") as file:
        file.writestr("needs.lat", b"something")
    with pytest.raises(BadProblem, match=r"an array stands twice"):
        read(tmp_path / "whole.npz")
    with zipfile.ZipFile(tmp_path / "bare.npz", "w") as file:
        file.writestr("version", b"1")
    with pytest.raises(BadProblem, match="version: a column of kind iu is needed"):
        read(tmp_path / "bare.npz")

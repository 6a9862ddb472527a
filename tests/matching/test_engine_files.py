"""A problem in a file: what is wrong is said of the entry that it is wrong with."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from matching.engine.__main__ import main
from matching.engine.best import Ranking
from matching.engine.edges import exact
from matching.engine.errors import BadProblem
from matching.engine.explain import ranked
from matching.engine.files import problem_of
from matching.engine.parameters import Parameters
from matching.engine.reading import read
from matching.engine.sieve import RULES
from tests.matching.problems import need, problem, volunteer

ROOT = Path(__file__).resolve().parent.parent.parent
BAD = [
    ([], "the file: an object is needed"),
    ({}, "version: is missing"),
    (problem(version=2), "version: 2 is not between 1 and 1"),
    (problem(crs="GCJ-02"), "crs: only WGS-84 is known"),
    (problem(colour="red"), "colour: is not known"),
    (problem(now="soon"), "now: a time like 2026-11-24T08:00 is needed, not 'soon'"),
    (problem(now=5), "now: a time like 2026-11-24T08:00 is needed, not 5"),
    (problem(seed=-1), "seed: -1"),
    (problem(seed=1.5), "seed: a whole number is needed, not 1.5"),
    (problem(needs={}), "needs: a list is needed"),
    (problem(needs=[5]), "needs[0]: an object is needed"),
    (problem(needs=[need(), need()]), "needs[1] n1: this id stands twice"),
    (problem(needs=[need(id=" ")]), "needs[0]: id: a name is needed"),
    (problem(needs=[need(id=7)]), "needs[0]: id: a name is needed"),
    (problem(needs=[need(end="2026-11-24T09:00")]), "needs[0] n1: ends before it starts"),
    (problem(needs=[need(end="2026-11-24T08:59")]), "needs[0] n1: ends before it starts"),
    (problem(needs=[need(start="2026-11-24T25:00")]), "needs[0] n1: start: a time like"),
    (problem(needs=[need(lat=float("inf"))]), "needs[0] n1: lat: inf is not between 18 and 54"),
    (problem(needs=[need(lat=10**400)]), "needs[0] n1: lat: 1000000000"),
    (problem(volunteer(lat=0, lng=0)), "volunteers[0] v1: lat: 0 is not between 18 and 54: not in"),
    (
        problem(volunteer(lat=48.85, lng=2.35)),
        "volunteers[0] v1: lng: 2.35 is not between 73 and 136: not in China; are lat and lng",
    ),
    (
        problem(volunteer(busy=[{"start": "", "end": ""}])),
        "volunteers[0] v1: busy[0]: start: a time like",
    ),
    (problem(volunteer("\ud800")), "volunteers[0]: id: a name is needed"),
    (problem(volunteer("a\0b")), "volunteers[0]: id: a name is needed"),
    (
        problem(needs=[need(start="9999-12-31T20:00-10:00", end="9999-12-31T21:00-10:00")]),
        "needs[0] n1: start: 9999-12-31T20:00-10:00 is not between 1970 and 2200",
    ),
    (
        problem(volunteer(free=[["0001-01-01T00:00+10:00", "2026-11-24T12:00"]])),
        "volunteers[0] v1: free[0]: 0001-01-01T00:00+10:00 is not between 1970 and 2200",
    ),
    (problem(now="1969-12-31T23:59+00:00"), "now: 1969-12-31T23:59+00:00 is not between 1970"),
    (problem(skills=["escort", "escort"]), "skills: escort stands twice"),
    (problem(skills=["escort", " "]), "skills: names are needed"),
    (problem(needs=[need(skills={"escrot": 1})]), "n1: skills: escrot: is not in the list of"),
    (problem(volunteer(skills={"escrot": 1})), "v1: skills: escrot: is not in the list of skills"),
    (problem(volunteer(skills={"": 1})), "volunteers[0] v1: skills: a name is needed, not ''"),
    (problem(needs=[need(skills={" ": 1})]), "needs[0] n1: skills: a name is needed, not ' '"),
    (
        problem(volunteer(), volunteer("v2"), needs=[need(preferred=["v2", "v1", "v2"])]),
        "needs[0] n1: preferred: v2 stands twice",
    ),
    (
        problem(needs=[need(preferred=["v1"], excluded=["v1"])]),
        "needs: n1: v1 is both preferred and excluded",
    ),
    (problem(needs=[need(gender=False)]), "needs[0] n1: gender: "),
    (problem(needs=[need(lat=121.47, lng=31.22)]), "needs[0] n1: lat: 121.47 is not between"),
    (problem(needs=[need(end="2026-11-25T09:01")]), "needs[0] n1: lasts more than a day"),
    (
        problem(needs=[need(start="2026-11-24T08:00:30")]),
        "n1: start: 2026-11-24T08:00:30 is not a whole",
    ),
    (problem(needs=[need(places=6)]), "needs[0] n1: places: 6"),
    (problem(needs=[need(skills={"escort": 4})]), "needs[0] n1: skills: escort: 4"),
    (problem(needs=[need(skills=[])]), "needs[0] n1: skills: an object is needed"),
    (problem(needs=[need(gender="X")]), "needs[0] n1: gender: "),
    (problem(needs=[need(preferred=["v9"])]), "needs: n1: no volunteer has the id v9"),
    (problem(needs=[need(excluded=[9])]), "needs[0] n1: excluded: names are needed"),
    (problem(needs=[need(urgency=True)]), "needs[0] n1: urgency: a number is needed"),
    (problem(volunteer(lat=float("nan"))), "volunteers[0] v1: lat: nan is not between 18 and 54"),
    (problem(volunteer(lng=181)), "volunteers[0] v1: lng: 181 is not between"),
    (problem(volunteer(lng="121")), "volunteers[0] v1: lng: a number is needed, not '121'"),
    (problem(volunteer(radius_km=-1)), "volunteers[0] v1: radius_km: -1"),
    (problem(volunteer(), volunteer()), "volunteers[1] v1: this id stands twice"),
    (
        problem(volunteer(free=[["2026-11-24T08:00"]])),
        "volunteers[0] v1: free[0]: a start and an end",
    ),
    (problem(volunteer(free=["08:00"])), "volunteers[0] v1: free[0]: a start and an end"),
    (
        problem(volunteer(free=[["2026-11-24T08:00", "2026-11-24T07:00"]])),
        "volunteers[0] v1: free[0]: ends before it starts",
    ),
    (problem(volunteer(busy=[{"start": "2026-11-24T08:00"}])), "v1: busy[0]: end: is missing"),
    (problem(volunteer(is_new=1)), "volunteers[0] v1: is_new: true or false is needed, not 1"),
    (problem(volunteer(age=30)), "volunteers[0] v1: age: is not known"),
    (problem(parameters={"near": -1}), "parameters: near: -1 is not between 0 and 1000000"),
    (problem(parameters={"near": 1e308}), "parameters: near: 1e+308 is not between 0 and 1000000"),
    (problem(parameters={"near": 10**400}), "parameters: near: 1000000000"),
    (problem(parameters={"near": float("nan")}), "parameters: near: nan is not between 0"),
    (problem(parameters={"buffer_minutes": 1e300}), "buffer_minutes: 1e+300 is not between 0"),
    (problem(parameters={"travel_km_per_hour": 1e-300}), "travel_km_per_hour: 1e-300 is not"),
    (problem(parameters={"near": "1"}), "parameters: near: a number is needed, not '1'"),
    (problem(parameters={"far": 1}), "parameters: far: is not known"),
    (problem(parameters={"near_km": 0}), "parameters: near_km: 0 is not between 0.001"),
    (problem(parameters={"services_a_day": 0}), "services_a_day: 0 is not between 1 and 24"),
    (problem(parameters={"services_a_day": 25}), "services_a_day: 25 is not between 1 and 24"),
    (problem(parameters={"services_a_day": 2.5}), "services_a_day: a whole number is needed"),
    (problem(parameters={"preferred": 2}), "parameters: preferred: must be at most 1 together"),
    (
        problem(parameters=dict.fromkeys(["near", "level", "reliable", "rested", "roomy"], 0)),
        "parameters: the weights are all zero",
    ),
]


@pytest.mark.parametrize(("stated", "said"), BAD)
def test_what_is_wrong_is_said_of_its_entry(stated, said):
    with pytest.raises(BadProblem) as caught:
        problem_of(stated)
    assert said in str(caught.value)


def test_a_file_may_be_empty_of_people_and_needs():
    found = problem_of(problem(volunteers=[], needs=[]))
    assert (len(found.pool), found.needs) == (0, {})


def test_weights_are_divided_by_their_sum():
    assert sum(Parameters.of({"near": 3}).shares) == pytest.approx(1)


def test_a_file_is_read_gzipped_or_not(tmp_path):
    plain, packed = tmp_path / "a.json", tmp_path / "a.json.gz"
    text = json.dumps(problem(volunteer(lat=31.5)))
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    assert read(plain).pool.lat.tolist() == read(packed).pool.lat.tolist() == [31.5]


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (lambda text: text[:200].encode(), "is not whole JSON"),
        (lambda text: b"[" * 100_000, "is not whole JSON"),
        (lambda text: b"\xff\xfe", "is not whole JSON"),
        (lambda text: gzip.compress(text.encode())[:100], "the gzipped file is cut or damaged"),
        (lambda text: b"\x1f\x8bnothing", "the gzipped file is cut or damaged"),
    ],
)
def test_a_file_that_was_cut_is_refused_in_one_line(cut, said, tmp_path, capsys):
    path = tmp_path / "cut"
    path.write_bytes(cut(json.dumps(problem())))
    assert main(["rank", str(path), "--need", "n1"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rank", "--need", "n9"], "--need: no need has the id n9"),
        (["rank", "--need", "n1", "--top", "0"], "--top: must be at least 1"),
        (
            ["explain", "--need", "n1", "--volunteer", "v9"],
            "--volunteer: no volunteer has the id v9",
        ),
    ],
)
def test_what_is_not_in_the_file_is_said(words, said, tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem()))
    assert main([words[0], str(path), *words[1:]]) == 2
    assert said in capsys.readouterr().err
    assert main(["rank", str(tmp_path / "none"), "--need", "n1"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_command_ranks_and_explains(tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem(volunteer("v1"), volunteer("v2", lat=31.23))))

    def asked(*words: str):
        assert main(words) == 0
        return json.loads(capsys.readouterr().out)

    first, second = asked("rank", str(path), "--need", "n1", "--top", "2")["candidates"]
    assert (first["volunteer"], second["volunteer"]) == ("v1", "v2")
    assert first["reasons"][:2] == ["0.0 km away", "level 2.0 of 3"]
    assert asked("explain", str(path), "--need", "n1", "--volunteer", "v2")["can_go"] is True
    plain = problem(needs=[need(skills={})])
    path.write_text(json.dumps(plain))
    [only] = asked("rank", str(path), "--need", "n1")["candidates"]
    assert only["reasons"][1] == "came 92% of the times"


def test_it_runs_without_the_platform(tmp_path):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem()))
    words = ["-m", "matching.engine", "rank", str(path), "--need", "n1"]
    answers = [
        subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True).stdout
        for _time in range(2)
    ]
    assert answers[0] == answers[1] != b""


def test_a_million_pairs_are_kept_apart():
    people = [volunteer(f"v{n}") for n in range(1_000)]
    names = [one["id"] for one in people]
    needs = [need(f"n{n}", excluded=names[:n] + names[n + 1 :]) for n in range(1_000)]

    found = problem_of(problem(*people, needs=needs))
    ranking = Ranking(found.pool, found.parameters)
    asked = [one.wanted(ranking.pool) for one in found.needs.values()]
    only = exact(ranking, asked, np.full(1_000, 5))

    assert sum(len(one.excluded) for one in asked) == 999_000
    assert [str(name) for name in ranking.pool.ids[only.rows]] == names


def test_a_skill_that_is_listed_and_nobody_has_leaves_the_need_open():
    found = problem_of(problem(needs=[need(skills={"sign": 1, "#paper": 1})]))
    assert ranked(Ranking(found.pool, found.parameters), found.needs["n1"], 5) == {
        "candidates": [],
        "refused": {**dict.fromkeys((name for name, _rule in RULES), 0), "skilled": 1},
    }


def unlisted(*volunteers, **given):
    """Return a file that does not say which skills there are."""
    stated = problem(*volunteers, **given)
    del stated["skills"]
    return stated


def test_without_a_list_a_skill_that_nobody_has_is_misspelt():
    needs = [need("n1"), need("n2", skills={"escort": 1, "escrot": 1})]
    with pytest.raises(BadProblem) as caught:
        problem_of(unlisted(needs=needs))
    assert str(caught.value).startswith("needs: n2: skills: escrot: no volunteer has this skill")


def test_without_a_list_marks_are_free_and_without_people_nothing_is_known():
    assert problem_of(unlisted(needs=[need(skills={"escort": 1, "#adult": 1})])).needs
    empty = {**unlisted(needs=[need(skills={"escrot": 1})]), "volunteers": []}
    assert problem_of(empty).needs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": 1, "version": 1}', "version: this key stands twice"),
        ('{"needs": [{"id": "n1", "lat": 1, "lat": 2}]}', "lat: this key of 'n1' stands twice"),
    ],
)
def test_a_key_that_stands_twice_is_refused(text, said, tmp_path, capsys):
    path = tmp_path / "twice.json"
    path.write_text(text)
    assert main(["assign", str(path)]) == 2
    assert capsys.readouterr().err == f"{said}\n"

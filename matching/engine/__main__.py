"""The engine on files: ``python -m matching.engine rank FILE --need ID [--top 20]``, ``assign FILE``,
``explain FILE --need ID --volunteer ID`` and ``simulate FILE [--policy adaptive] [--world as_predicted]
[--days 14]``. Answers in JSON; what is wrong with a file in one line."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matching.engine.answers import WORLDS
from matching.engine.best import Ranking
from matching.engine.errors import BadProblem
from matching.engine.explain import explained, ranked
from matching.engine.files import FileNeed, Problem
from matching.engine.offers import POLICIES, Scene
from matching.engine.reading import read
from matching.engine.simulate import simulated

ASSIGNED = """Who does what, over all needs. A need that is not filled stands in "unfilled" with how many
people too few ("places"), how many each rule is the first to turn down ("refused"; for want of which skill:
"lacking"), and how many none does ("fit"): the plan sends them there, elsewhere or nowhere."""


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m matching.engine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rank = commands.add_parser("rank", help="the best people for one need, and why")
    rank.add_argument("--top", type=int, default=20)
    explain = commands.add_parser("explain", help="why, or why not, one person")
    explain.add_argument("--volunteer", required=True)
    assign = commands.add_parser(
        "assign", help="who does what, over all needs", description=ASSIGNED
    )
    simulate = commands.add_parser("simulate", help="offers over time: what asking people costs")
    simulate.add_argument("--policy", choices=POLICIES, default="adaptive")
    simulate.add_argument("--world", choices=WORLDS, default="as_predicted")
    simulate.add_argument("--days", type=int, help="only needs that start within so many days")
    for command in (rank, explain, assign, simulate):
        command.add_argument("file", type=Path)
    for command in (rank, explain):
        command.add_argument("--need", required=True)
    return parser.parse_args(words)


def _need(problem: Problem, name: str) -> FileNeed:
    if name not in problem.needs:
        raise BadProblem("--need", f"no need has the id {name}")
    return problem.needs[name]


def _answer(asked: argparse.Namespace) -> dict[str, Any]:
    problem = read(asked.file)
    if asked.command == "assign":
        from matching.engine.assign import assigned  # noqa: PLC0415 (compiling takes seconds)

        return assigned(problem)
    if asked.command == "simulate":
        scene = Scene(problem, days=asked.days)
        return simulated(scene, policy=asked.policy, world=asked.world)
    need = _need(problem, asked.need)
    ranking = Ranking(problem.pool, problem.parameters, seed=problem.seed)
    if asked.command == "rank":
        if asked.top < 1:
            raise BadProblem("--top", "must be at least 1")
        return ranked(ranking, need, asked.top)
    row = ranking.pool.row_of(asked.volunteer)
    if row is None:
        raise BadProblem("--volunteer", f"no volunteer has the id {asked.volunteer}")
    return explained(ranking, need, row)


def main(words: Sequence[str] | None = None) -> int:
    """Answer one command; 0, or 2 for what cannot be answered."""
    try:
        answer = _answer(_asked(words))
    except BadProblem as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

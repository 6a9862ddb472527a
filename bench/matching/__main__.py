"""Measure, print, and write the section of ``bench/RESULTS.md``: ``python -m bench.matching``."""

import argparse
import platform
from collections.abc import Callable
from datetime import date

import numpy as np

from bench.matching import on_databases, planning, ranking, small, waves
from bench.results import cores, write

SIZES = [15_000, 150_000, 1_000_000]
PARTS = ["ranking", "planning", "small", "waves", "postings", "product", "storms", "changes"]
ROUNDS, CHANGES = 200, 100_000


def _ranking(sizes: list[int]) -> list[str]:
    return [
        "## Ranking for one need",
        "",
        (
            "Written by `python -m bench.matching --parts ranking`: the best twenty out of a synthetic"
            " Shanghai (and the last four kinds, of a second region), exact, by rings over sorted columns,"
            " beside looking at everybody; the two must name the same people in the same order."
            f" {cores()}, Python {platform.python_version()}, numpy {np.__version__};"
            f" measured on {date.today().isoformat()}."  # noqa: DTZ011
            " Goal at 1,000,000: ≤ 2 / 5 ms, no kind's p95 above 10, ≥ 3 × faster than everybody in the dense"
            " centre; 0 differing."
        ),
        "",
        *ranking.table(sizes),
        "",
    ]


def main() -> None:
    """Build the cities, rank and plan, write what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only-print", action="store_true")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    asked = parser.parse_args()
    sections: dict[str, Callable[[], list[str]]] = {
        "ranking": lambda: _ranking(asked.sizes),
        "planning": planning.section,
        "small": small.section,
        "waves": waves.section,
        "postings": lambda: on_databases.postings(asked.sizes),
        "product": lambda: on_databases.product(asked.sizes),
        "storms": lambda: on_databases.storms(ROUNDS),
        "changes": lambda: on_databases.changes(CHANGES),
    }
    for part in asked.parts:
        text = "\n".join(sections[part]())
        print(text)
        if not asked.only_print:
            write(text)


if __name__ == "__main__":
    main()

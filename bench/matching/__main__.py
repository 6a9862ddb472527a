"""Measure, print, and write the section of ``bench/RESULTS.md``: ``python -m bench.matching``."""

import argparse
import platform
from datetime import date

import numpy as np

from bench.matching import planning, ranking, waves
from bench.results import cores, write

SIZES = [15_000, 150_000, 1_000_000]


def main() -> None:
    """Build the cities, rank, write what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only-print", action="store_true")
    asked = parser.parse_args()
    lines = [
        "## Ranking for one need",
        "",
        (
            "Written by `python -m bench.matching`: the best twenty out of a synthetic Shanghai, exact, by"
            " rings over sorted columns, beside looking at everybody; the two must name the same people in"
            f" the same order. {cores()}, Python {platform.python_version()}, numpy {np.__version__};"
            f" measured on {date.today().isoformat()}."  # noqa: DTZ011
        ),
        "",
        *ranking.table(asked.sizes),
        "",
    ]
    plans = [
        "## Planning many needs",
        "",
        (
            "Written by `python -m bench.matching`: who does what, as a share of what no plan over the same"
            " edges can pass (`lp`: the linear relaxation; `places`: every place filled by the best who is"
            " near), beside first come first served over the same edges."
            f" {cores()}, Python {platform.python_version()}, numpy {np.__version__};"
            f" measured on {date.today().isoformat()}."  # noqa: DTZ011
        ),
        "",
        *planning.table(planning.SETTINGS),
        "",
    ]
    for section in (lines, plans, waves.section()):
        print("\n".join(section))
        if not asked.only_print:
            write("\n".join(section))


if __name__ == "__main__":
    main()

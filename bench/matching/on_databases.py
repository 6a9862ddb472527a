"""The sections that need a database: the search in SQL, storms of rivals, a table after many changes."""

import platform
from datetime import date
from typing import Any

import numpy as np

from bench.matching.databases import on_postgresql, on_sqlite
from bench.results import cores

GOALS = "Goal at 1,000,000: ≤ 10 / 40 ms; ≥ 10 × faster than the box; 0 differing"


def _measured() -> str:
    today = date.today().isoformat()  # noqa: DTZ011
    return f"{cores()}, Python {platform.python_version()}; measured on {today}."


def _lines(found: dict[str, Any]) -> list[str]:
    """Return a row for each kind of need, and one for all of them."""
    lines = []
    kinds = dict(found["kinds"])
    every = {
        name: [spent for kind in kinds.values() for spent in kind[name]]
        for name in ("rings", "box")
    }
    for name, kind in {**kinds, "**all of them**": every}.items():
        p50, p95, worst = np.percentile(kind["rings"], [50, 95, 100])
        box = float(np.median(kind["box"]))
        lines.append(
            f"| {found['size']:,} | {name} | {p50:.2f} | {p95:.2f} | {worst:.2f} | {box:.2f}"
            f" | {box / p50:.1f} × |"
        )
    return lines


def postings(sizes: list[int]) -> list[str]:
    """Return the section on the search in SQL, on both databases."""
    lines = [
        "## Searching the table",
        "",
        (
            "Written by `python -m bench.matching --parts postings`: the best twenty by the product's own"
            " walk over the posting table, no process kept warm, beside the bounding box that is usual"
            " (same filters, everybody in the square scored); both are compared with looking at everybody in"
            f" arrays. {_measured()} {GOALS}."
        ),
    ]
    for run in (on_sqlite, on_postgresql):
        answer = run("bench.matching.postings", "--sizes", *sizes)
        differing = sum(found["differing"] for found in answer["found"])
        asked = sum(
            len(kind["rings"]) for found in answer["found"] for kind in found["kinds"].values()
        )
        lines += [
            "",
            f"{answer['database']}: {differing} of {2 * asked} answers differ.",
            "",
            "| volunteers | kind of need | p50, ms | p95, ms | worst, ms | box, p50 ms | p50, × |",
            "|---|---|---|---|---|---|---|",
            *(line for found in answer["found"] for line in _lines(found)),
        ]
    return [*lines, ""]


def product(sizes: list[int]) -> list[str]:
    """Return the section on one search as the product makes it, beside the usual ways; the largest pools on
    SQLite alone: filling a million by the ORM takes most of an hour."""
    lines = [
        "## The product's own search",
        "",
        (
            f"Written by `python -m bench.matching --parts product --sizes {' '.join(map(str, sizes))}`:"
            " the best twenty as a dispatcher is shown them, from the rows of the people (`product`: the"
            " table's walk, then every rule and the whole score again for all who may be among them), and"
            " the walk alone (`table`), beside what is usual: the ORM filters and Python measures the way"
            " (`filter`); a loop over everybody with everything (`loop`; three times, of a hundred"
            " thousand and more once). The usual ways know no commitments,"
            f" no limits of a day, no pairs, and give no reasons. Medians. {_measured()}"
            " Goal at 15,000: ≥ 5 × faster than the filter, ≥ 200 × than the loop."
        ),
        "",
        (
            "| volunteers | database | table, ms | product, ms | filter, ms | loop, ms"
            " | filter ÷ table, product | loop ÷ table, product | as many as the filter names |"
        ),
        "|" + "---|" * 9,
    ]
    for size, run in ((sizes[0], on_postgresql), *((size, on_sqlite) for size in sizes)):
        found = run("bench.matching.product", "--size", size)
        table, whole = found["table"], found["product"]
        usual, loop = found["filter"], found["loop"]
        lines.append(
            f"| {size:,} | {found['database']} | {table:.1f} | {whole:.1f} | {usual:.1f} | {loop:,.0f}"
            f" | {usual / table:.1f} ×, {usual / whole:.1f} ×"
            f" | {loop / table:,.0f} ×, {loop / whole:,.0f} × | {'yes' if found['same'] else 'NO'} |"
        )
    return [*lines, ""]


def storms(rounds: int) -> list[str]:
    """Return the section on rivals for the last places."""
    found = on_postgresql("bench.matching.storms", "--rounds", rounds)
    answers = ", ".join(f"{n:,} × {code}" for code, n in found["answers"].items())
    wrong = "; ".join([*found["wrong"], *found["broken"]]) or "none"
    return [
        "## Accept storms",
        "",
        (
            "Written by `python -m bench.matching --parts storms`: sixty rivals accept at once, through the"
            f" API, on {found['database']}, three places each time. {_measured()}"
            " Goal: exactly three come, no 5xx."
        ),
        "",
        "| rounds | answers | rounds with other than 3, counters or rows that are wrong |",
        "|---|---|---|",
        f"| {found['rounds']} | {answers} | {wrong} |",
        "",
    ]


def changes(count: int) -> list[str]:
    """Return the section on what many changes leave of the posting table."""
    found = on_sqlite("bench.matching.changes", "--changes", count)
    same = "identical" if found["is_the_same"] and not found["broken"] else "DIFFERENT"
    return [
        "## Posting changes",
        "",
        (
            "Written by `python -m bench.matching --parts changes`: what 300 people change of themselves,"
            " agree to and call off, at random, through the product's actions; then the table beside one"
            f" made anew, on {found['database']}. {_measured()} Goal: identical."
        ),
        "",
        "| changes | rows | a change, ms | beside the table made anew |",
        "|---|---|---|---|",
        (
            f"| {found['changes']:,} | {found['rows']:,} | {1000 * found['seconds'] / found['changes']:.1f}"
            f" | {same} |"
        ),
        "",
    ]

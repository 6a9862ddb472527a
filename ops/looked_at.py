"""From what the accessibility matrix found: the table in ``docs``, and what the public statement says."""

import json
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "accessibility.md"
STATEMENT = ROOT / "web" / "public" / "looked_at.json"
HALVES = 2  # one for each core
MOST = 50  # violations listed one by one


def write(folder: Path, day: date) -> None:
    """Write both files from the halves in ``folder``; one that stopped on the way says nothing."""
    halves: list[dict[str, Any]] = [
        json.loads(p.read_text()) for p in sorted(folder.glob("*.json"))
    ]
    if len(halves) < HALVES:
        return
    rows = {role: count for half in halves for role, count in half["rows"].items()}
    bad = [line for half in halves for line in half["bad"]]
    displays, languages = halves[0]["displays"], halves[0]["languages"]
    lines = [
        "# Accessibility: what was looked at",
        "",
        (
            f"Written by `./test matrix` on {day.isoformat()}: every page that a persona of the demo"
            f" reaches, in {displays} displays and {languages} languages, held to axe-core (WCAG 2.2 A, AA,"
            " best practices, enhanced contrast, target size) at 390 px."
        ),
        "",
        "| who | pages looked at |",
        "|---|---|",
        *(f"| {role} | {count} |" for role, count in sorted(rows.items())),
        f"| **all** | **{sum(rows.values())}** |",
        "",
        f"Violations: {len(bad)}.",
        *(f"- {line}" for line in bad[:MOST]),
        "",
    ]
    TABLE.write_text("\n".join(lines))
    said = {
        "day": day.isoformat(),
        "pages": sum(rows.values()),
        "displays": displays,
        "languages": languages,
        "violations": len(bad),
    }
    STATEMENT.write_text(json.dumps(said, indent=1) + "\n")

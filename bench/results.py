"""Where figures are kept: one section of ``bench/RESULTS.md`` for each thing that is measured."""

import os
from pathlib import Path

from django.db import connection

RESULTS = Path(__file__).parent / "RESULTS.md"
HEAD = """# What was measured

Each section is written by the command that it names. Only the ratios of one run can be compared; other
work on the machine moves the milliseconds.
"""


def cores() -> str:
    """Return what it was measured on; no names of hosts or folders."""
    model = "unknown CPU"
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].split(":", 1)[1].strip() if named else model
    return f"{os.cpu_count()} cores, {model}"


def database() -> str:
    """Return which database the process is connected to, with its version."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def write(section: str) -> None:
    """Put ``section`` in the place of the one whose heading begins with the same two words."""
    sections = RESULTS.read_text().split("\n## ")[1:] if RESULTS.exists() else []
    what = section.split()[1:3]
    kept = [f"## {one}" for one in sections if one.split()[:2] != what]
    RESULTS.write_text(
        "\n".join([HEAD, *sorted([*(one.rstrip() + "\n" for one in kept), section])])
    )

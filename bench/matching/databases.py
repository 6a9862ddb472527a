"""A part of the bench that needs a database runs in a process of its own, on one that is thrown away."""

import json
import os
import subprocess
import sys
from typing import Any

from ops import servers


def _run(module: str, words: list[str], **more: str) -> Any:
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *words],
        env={**clean, **more},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])  # what is logged comes before


def on_sqlite(module: str, *words: object) -> Any:
    """Return what ``module`` prints (JSON) with a new SQLite file."""
    return _run(module, list(map(str, words)))


def on_postgresql(module: str, *words: object) -> Any:
    """Return what ``module`` prints (JSON) with a new PostgreSQL."""
    with servers.running() as addresses:
        return _run(module, list(map(str, words)), DATABASE_URL=addresses["DATABASE_URL"])

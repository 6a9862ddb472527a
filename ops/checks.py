"""Every check of the project behind one command, with one summary at the end: ``./test``."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ops import browser, looked_at, servers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COUNTED = re.compile(r"(\d+) (passed|failed|error|errors)\b")


@dataclass(slots=True)
class Result:
    """How one check went."""

    name: str
    ok: bool
    seconds: float
    passed: int = 0
    failed: int = 0


def _python(*words: str) -> list[str]:
    return [sys.executable, *words]


def _tool(name: str, *words: str) -> list[str]:
    return [str(BIN / name), *words]


def _run(name: str, command: Sequence[str], env: dict[str, str]) -> Result:
    """Run one check, show what it prints, and read pytest's closing line if there is one."""
    print(f"\n=== {name}", flush=True)
    started = time.monotonic()
    counts = {"passed": 0, "failed": 0}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if " in " in line and (found := COUNTED.findall(line)):
                counts = {"passed": 0, "failed": 0}
                for number, word in found:
                    counts["passed" if word == "passed" else "failed"] += int(number)
    # pytest says 5 when it collected nothing: a selection by -k may leave a suite empty.
    ok = process.returncode == 0 or (process.returncode == 5 and "-k" in command)
    return Result(name, ok, time.monotonic() - started, **counts)


def _environment(folder: str) -> dict[str, str]:
    """Return the environment of a check: a data folder of its own, nothing from outside."""
    clean = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    return {**clean, "HUB_DATA": folder, "PYTHONWARNINGS": "default"}


LINTS: dict[str, list[str]] = {
    "ruff format": _tool("ruff", "format", "--check", "--quiet", "."),
    "ruff": _tool("ruff", "check", "--quiet", "."),
    "import contracts": _tool("lint-imports"),
    "mypy": _tool("mypy", "."),
    "translations": _python("-m", "ops.translations"),
    "migrations": _python("manage.py", "makemigrations", "--check", "--dry-run"),
}


def lint(words: list[str]) -> list[Result]:
    """Style, contracts, types, migrations."""
    del words
    with tempfile.TemporaryDirectory() as folder:
        env = _environment(folder)
        subprocess.run(_python("-m", "volunteer_hub.keys", folder), cwd=ROOT, env=env, check=True)
        return [_run(name, command, env) for name, command in LINTS.items()]


def fix(words: list[str]) -> list[Result]:
    """Format and mend what can be mended by itself."""
    env = _environment(tempfile.gettempdir())
    paths = words or ["."]
    return [
        _run("ruff check --fix", _tool("ruff", "check", "--fix", "--quiet", *paths), env),
        _run("ruff format", _tool("ruff", "format", "--quiet", *paths), env),
    ]


def _pytest(*words: str) -> list[str]:
    return _python("-m", "pytest", "-q", "-n", "2", "-p", "no:playwright", *words)


def _suite(name: str, words: list[str], env: dict[str, str], *, noted: str = "") -> Result:
    """Run tests, not Chromium's. The branches they take are ``noted`` under a name; to note them costs four
    fifths of the time again."""
    if not noted:
        return _run(name, _pytest("--ignore=tests/browser", *words), env)
    branches = ["--cov", "--cov-report=", "--cov-fail-under=0"]  # judged together
    command = _pytest("--ignore=tests/browser", *branches, *words)
    return _run(name, command, {**env, "COVERAGE_FILE": str(ROOT / f".coverage.{noted}")})


def unit(words: list[str]) -> list[Result]:
    """The test suite on SQLite."""
    env = _environment(tempfile.gettempdir())
    return [_suite("tests on SQLite", words, env, noted="" if words else "sqlite")]


def pg(words: list[str]) -> list[Result]:
    """The test suite on PostgreSQL and Redis, from wheels: of a whole run what asks a database, and where
    only PostgreSQL takes a branch, the branches are noted."""
    with servers.running() as addresses:
        env = {**_environment(tempfile.gettempdir()), **addresses}
        if words:
            return [_suite("tests on PostgreSQL", words, env)]
        shared = ["--database-only", "-m", "not postgresql"]
        return [
            _suite("tests on PostgreSQL", shared, env),
            _suite("races on PostgreSQL", ["-m", "postgresql"], env, noted="postgresql"),
        ]


def matrix(words: list[str]) -> list[Result]:
    """Every page of the demo, for every persona, display and language; writes docs/accessibility.md."""
    if not browser.ensure():
        return [Result("accessibility matrix", ok=False, seconds=0.0, failed=1)]
    command = _python(
        *("-m", "pytest", "-q", "-n", "2", "-p", "no:asyncio", "tests/browser/matrix", *words)
    )
    with tempfile.TemporaryDirectory() as found:
        more = {"DJANGO_ALLOW_ASYNC_UNSAFE": "true", "HUB_MATRIX": found}
        result = _run(
            "accessibility matrix", command, {**_environment(tempfile.gettempdir()), **more}
        )
        looked_at.write(Path(found), date.today())  # noqa: DTZ011 (the day of this machine)
    return [result]


def coverage(words: list[str]) -> list[Result]:
    """Every branch of kernel and rooms, taken on one of the two databases."""
    del words
    env = _environment(tempfile.gettempdir())
    both = [name for name in (".coverage.sqlite", ".coverage.postgresql") if (ROOT / name).exists()]
    subprocess.run(
        _python("-m", "coverage", "combine", "--keep", "--quiet", *both),
        cwd=ROOT,
        env=env,
        check=True,
    )
    return [_run("branches covered", _python("-m", "coverage", "report"), env)]


def in_browser(words: list[str]) -> list[Result]:
    """The journeys in real Chromium; without one this check fails."""
    if not any((ROOT / "tests" / "browser").glob("test_*.py")):
        return []
    started = time.monotonic()
    if not browser.ensure():
        return [Result("tests in Chromium", ok=False, seconds=time.monotonic() - started, failed=1)]
    command = _python("-m", "pytest", "-q", "-p", "no:asyncio", "tests/browser", *words)
    env = {**_environment(tempfile.gettempdir()), "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    return [_run("tests in Chromium", command, env)]


def guards(words: list[str]) -> list[Result]:
    """Each guard of both databases: it refuses, and taken away alone the same attempt goes through."""
    command = [
        *_python("-m", "pytest"),
        "-v",
        "--no-header",
        "-p",
        "no:playwright",
        "tests/guards",
        *words,
    ]
    env = _environment(tempfile.gettempdir())
    lite = _run("guards of SQLite", command, env)
    with servers.running() as addresses:
        return [lite, _run("guards of PostgreSQL", command, {**env, **addresses})]


def lock(words: list[str]) -> list[Result]:
    """Write the hashed lock files anew from the ``.in`` files."""
    del words
    env = _environment(tempfile.gettempdir())
    subprocess.run(_python("-m", "pip", "install", "--quiet", "uv"), check=True, env=env)
    compiled = _tool("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes")
    return [
        _run(f"lock {name}", [*compiled, f"{name}.in", "-o", f"{name}.txt"], env)
        for name in ("requirements", "requirements-dev")
    ]


CHECKS: dict[str, Callable[[list[str]], list[Result]]] = {
    "lint": lint,
    "unit": unit,
    "pg": pg,
    "coverage": coverage,
    "browser": in_browser,
}
OTHERS: dict[str, Callable[[list[str]], list[Result]]] = {
    "fix": fix,
    "guards": guards,
    "lock": lock,
    "matrix": matrix,
}


def summary(results: list[Result]) -> int:
    """Print how everything went; returns the exit code."""
    print("\n=== summary")
    for result in results:
        word = "ok    " if result.ok else "FAILED"
        tests = f"  {result.passed} passed" if result.passed else ""
        print(f"{word} {result.name:<24} {result.seconds:7.1f} s{tests}")
    passed = sum(result.passed or result.ok for result in results)
    failed = sum(result.failed or not result.ok for result in results)
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    """Run what was asked for; without a word: every check."""
    parser = argparse.ArgumentParser(prog="./test", description=__doc__)
    parser.add_argument("check", nargs="?", choices=[*CHECKS, *OTHERS])
    parser.add_argument("-k", metavar="WORD", help="only tests whose name holds WORD")
    parser.add_argument("words", nargs="*", help="handed on: paths of tests, or of files to fix")
    asked = parser.parse_args()
    words = [*(["-k", asked.k] if asked.k else []), *asked.words]
    if asked.check:
        return summary({**CHECKS, **OTHERS}[asked.check](words))
    names = ["unit", "pg", "browser"] if asked.k else list(CHECKS)
    return summary([result for name in names for result in CHECKS[name](words)])


if __name__ == "__main__":
    sys.exit(main())

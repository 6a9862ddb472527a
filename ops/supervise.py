"""Keep children running, each in a session of its own, so that a signal to the group reaches only us.

A child that dies is started again, later each time; on Ctrl-C or TERM each main process gets one TERM (the
job cluster hangs on more), and what is left after ten seconds is killed.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

PATIENCE = 10.0  # seconds to stop by itself
PR_SET_PDEATHSIG = 1
LONGEST = 30.0  # seconds between two starts of a child that dies at once


def _end_with_parent() -> None:
    """Have the kernel tell this process to stop when who started it is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process to keep running; ``keep`` are file descriptors it inherits, ``env`` what it
    alone is told.
    """

    name: str
    command: list[str]
    keep: tuple[int, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started: float = 0.0
    next_start: float = field(default=0.0)

    def start(self, logs: Path) -> None:
        """Start it, its output going to ``logs/<name>.log``."""
        with (logs / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                start_new_session=True,
                preexec_fn=_end_with_parent,
                pass_fds=self.keep,
                env={**os.environ, **self.env},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self.started = time.monotonic()

    def is_dead(self) -> bool:
        """Say whether it has ended."""
        return self.process is None or self.process.poll() is not None

    def note_death(self) -> None:
        """End what it left running, and wait longer before each new start; who ran for a minute begins
        anew."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        lived = time.monotonic() - self.started
        self.deaths = 0 if lived > 60 else self.deaths + 1
        self.next_start = time.monotonic() + min(2.0**self.deaths - 1, LONGEST)
        self.process = None


def _note_pids(children: list[Child], data: Path) -> None:
    pids = {child.name: child.process.pid for child in children if child.process}
    path = data / "pids.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"supervisor": os.getpid(), **pids}))
    fresh.replace(path)


def _stop(children: list[Child]) -> None:
    alive = [child.process for child in children if child.process and not child.is_dead()]
    for process in alive:
        process.terminate()
    end = time.monotonic() + PATIENCE
    for process in alive:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def supervise(children: list[Child], data: Path) -> int:
    """Keep ``children`` running until told to stop; returns the exit code."""
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    try:
        while not told:
            changed = False
            for child in children:
                if child.process is not None and child.is_dead():
                    code = child.process.returncode
                    child.note_death()
                    print(
                        f"{child.name} ended ({code}); starting it again",
                        file=sys.stderr,
                        flush=True,
                    )
                if child.process is None and time.monotonic() >= child.next_start:
                    child.start(data / "logs")
                    changed = True
            if changed:
                _note_pids(children, data)
            time.sleep(0.2)
    finally:
        _stop(children)
        (data / "pids.json").unlink(missing_ok=True)
    return 0

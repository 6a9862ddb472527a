"""What stands against starting is one line that says what to do, and nothing is half made."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kernel import tasks
from ops.run import children
from ops.supervise import Child

ROOT = Path(__file__).resolve().parents[2]


def start(data: Path | str, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Start with ``--data``; only for what ends at once."""
    command = [sys.executable, "-m", "ops.run", "--data", str(data), *options]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("options", "env", "said"),
    [
        (["--web-workers", "0"], {}, "--web-workers"),
        (["--web-workers", "2"], {"DATABASE_URL": ""}, "PostgreSQL"),
        (["--demo-scale", "0"], {}, "--demo-scale"),
        (["--port", "0"], {}, "--port"),
        ([], {"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL"),
        ([], {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}, "cannot be reached"),
    ],
)
def test_a_bad_start_is_one_line_and_leaves_nothing(tmp_path, options, env, said):
    data = tmp_path / "data"
    if "--port" not in options:
        options = [*options, "--port", "8999"]

    ended = start(data, *options, **env)

    assert ended.returncode in {1, 2}
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert not data.exists()


def test_what_may_take_minutes_has_a_worker_of_its_own(settings):
    with socket.socket() as listener:
        started = {child.name: child.env.get("Q_CLUSTER_NAME") for child in children(listener, 1)}

    assert started == {"web": None, "worker": None, "slow-worker": tasks.SLOW}
    assert tasks.SLOW in settings.Q_CLUSTER["ALT_CLUSTERS"]


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = start(tmp_path / "data", "--port", str(port), DATABASE_URL="")

    assert f"port {port} is in use" in ended.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("keys", [None, "{", '{"x": 1}'])
def test_a_folder_that_lost_its_keys_is_left_alone(tmp_path, keys):
    (tmp_path / "hub.sqlite3").touch()
    if keys:
        (tmp_path / "keys.json").write_text(keys)

    ended = start(tmp_path, "--port", "8998", DATABASE_URL="")

    assert ended.returncode == 1
    assert "put" in ended.stderr.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "hub.sqlite3",
        *(["keys.json"] if keys else []),
    ]


def test_what_a_child_left_running_ends_with_it(tmp_path):
    program = (
        "import json, subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(json.dumps(p.pid), flush=True); time.sleep(60)"
    )
    child = Child("parent", [sys.executable, "-c", program])
    child.start(tmp_path)
    log = tmp_path / "parent.log"
    while not log.read_text():
        time.sleep(0.05)
    grandchild = json.loads(log.read_text())

    assert child.process
    child.process.kill()
    child.process.wait()
    child.note_death()

    state = Path(f"/proc/{grandchild}/stat")
    end = time.monotonic() + 10
    while state.exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < end
        time.sleep(0.05)

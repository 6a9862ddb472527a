"""Set everything up, build the demo city once, and keep web server and workers running: ``./run``."""

import argparse
import errno
import json
import os
import socket
import sys
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

from ops.supervise import Child, supervise
from volunteer_hub.demo import MOST_SCALE

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE = 60  # seconds for the first answer


class Stop(Exception):
    """Something stands against starting: one clear line that says what to do."""


def options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("HUB_DATA", ROOT / "var")))
    parser.add_argument(
        "--no-demo", action="store_true", help="an empty platform, without personas"
    )
    parser.add_argument("--demo-scale", type=float, default=1.0)
    parser.add_argument("--demo-seed", type=int, default=1)
    parser.add_argument(
        "--web-workers", type=int, default=1, help="more than one needs PostgreSQL and Redis"
    )
    given = parser.parse_args()
    if given.web_workers < 1:
        parser.error("--web-workers: one at least")
    if not 0 < given.demo_scale <= MOST_SCALE:
        parser.error(f"--demo-scale: more than 0, at most {MOST_SCALE}")
    return given


def bind(port: int) -> socket.socket:
    """Return the socket that all web processes share; taken here, nobody else can have it."""
    if not 0 < port < 65536:
        raise Stop(f"--port {port}: choose a number between 1 and 65535")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(f"port {port} is in use: stop what uses it, or choose --port") from None
        raise Stop(f"port {port} cannot be used: {error.strerror}; choose --port") from None
    listener.listen(128)
    listener.set_inheritable(True)
    return listener


def reach_database() -> bool:
    """Ask PostgreSQL, if that is wanted, before anything is written; say whether it is in use already."""
    url = os.environ.get("DATABASE_URL", "")
    if not url or url.startswith("sqlite:"):
        return False
    if not url.startswith(("postgres:", "postgresql:")):
        raise Stop("DATABASE_URL is neither postgres://… nor sqlite:///…")
    import psycopg  # noqa: PLC0415

    try:
        with psycopg.connect(url, connect_timeout=5) as found:
            tables = found.execute("SELECT to_regclass('accounts_user')").fetchone()
    except psycopg.Error as error:
        line = str(error).strip().splitlines()[0]
        raise Stop(f"the database cannot be reached ({line}): check DATABASE_URL") from None
    return bool(tables and tables[0])


def prepare_folder(data: Path, *, is_used: bool) -> None:
    """Make the data folder and its keys; refuse one that has lost the keys of a database in use."""
    from volunteer_hub import keys  # noqa: PLC0415 (the venv is there only now)

    path = data / keys.FILE
    try:
        found = keys.read(data)
    except (ValueError, TypeError):
        raise Stop(f"{path} is damaged: put the whole file back") from None
    except OSError as error:
        raise Stop(f"{path} cannot be read ({error.strerror}): choose --data") from None
    if found is None and (is_used or (data / "hub.sqlite3").exists()):
        raise Stop(f"{path} is missing, and nothing in the database opens without it: put it back")
    try:
        (data / "logs").mkdir(parents=True, exist_ok=True)
        (data / "uploads").mkdir(exist_ok=True)
        probe = data / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Stop(f"{data} cannot be written ({error.strerror}): choose --data") from None
    if found is None:
        keys.create(data)


def demo_is_on(data: Path, *, wanted: bool) -> bool:
    """Say whether this data folder is a demo; decided at its first start, kept from then on."""
    mark = data / "demo.json"
    if not mark.exists():
        mark.write_text(json.dumps({"demo": wanted}))
    return bool(json.loads(mark.read_text())["demo"])


def prepare_database() -> bool:
    """Migrate, load reference data and schedules; returns whether the database was new."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    django.setup()
    from accounts.models import User  # noqa: PLC0415 (the registry is there only now)
    from kernel.tasks import register_schedules  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    register_schedules()
    call_command("collectstatic", verbosity=0, interactive=False)
    is_new = not User.objects.exists()
    connection.close()
    return is_new


def children(listener: socket.socket, workers: int) -> list[Child]:
    """Return the processes to keep running."""
    web = [
        *(sys.executable, "-m", "daphne", "--fd", str(listener.fileno())),
        *("--application-close-timeout", "5", "volunteer_hub.asgi:application"),
    ]
    worker = [sys.executable, "manage.py", "qcluster"]
    names = ["web"] if workers == 1 else [f"web-{n + 1}" for n in range(workers)]
    return [
        # Web processes take their connections from a pool; workers fork, and must not have one.
        *(Child(name, web, keep=(listener.fileno(),), env={"HUB_POOL": "1"}) for name in names),
        Child("worker", worker),
        Child("slow-worker", worker, env={"Q_CLUSTER_NAME": "slow"}),
    ]


def greet(data: Path, port: int) -> None:
    """Print where it is and who can log in, once it answers."""
    try:
        urlopen(f"http://{HOST}:{port}/help/", timeout=PATIENCE).close()
    except OSError:
        print(f"no answer yet: look into {data / 'logs'}", file=sys.stderr, flush=True)
    print(f"\nVolunteer Hub is open at http://{HOST}:{port}/   (stop with Ctrl-C)\n", flush=True)
    path = data / "personas.json"
    if path.exists():
        for persona in json.loads(path.read_text()):
            print(f"  {persona['role']:<14} {persona['login']:<14} {persona['password']}")
        print(flush=True)


def start(asked: argparse.Namespace) -> int:
    """Do it all, in the order in which the first thing that fails leaves nothing half made."""
    if asked.web_workers > 1 and not (
        os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("REDIS_URL")
    ):
        raise Stop("--web-workers above 1 needs DATABASE_URL (PostgreSQL) and REDIS_URL")
    data = (Path(os.environ.get("HUB_CALLED_FROM", ROOT)) / asked.data).resolve()
    with bind(asked.port) as listener:
        return _start_at(listener, data, asked)


def _start_at(listener: socket.socket, data: Path, asked: argparse.Namespace) -> int:
    """Prepare folder and database, and keep the processes running."""
    prepare_folder(data, is_used=reach_database())
    is_demo = demo_is_on(data, wanted=not asked.no_demo)
    os.environ |= {
        "HUB_DATA": str(data),
        "HUB_DEMO": "1" if is_demo else "0",
        "HUB_ORIGIN": os.environ.get("HUB_ORIGIN", f"http://{HOST}:{asked.port}"),
        "DJANGO_SETTINGS_MODULE": "volunteer_hub.settings",
    }
    is_new = prepare_database()
    if is_demo and is_new:
        from django.core.management import call_command  # noqa: PLC0415

        call_command("demo_city", scale=asked.demo_scale, seed=asked.demo_seed, verbosity=0)
    elif is_demo and not (data / "personas.json").exists():
        raise Stop(f"the demo city in {data} was never finished: delete the folder and start again")
    Thread(target=greet, args=(data, asked.port), daemon=True).start()
    return supervise(children(listener, asked.web_workers), data)


def main() -> int:
    """Start; what stands against it is one line."""
    os.chdir(ROOT)
    os.umask(0o077)  # what is in the data folder is nobody else's on this machine
    try:
        return start(options())
    except Stop as stop:
        print(f"./run: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

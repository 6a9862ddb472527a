"""Measure, print, and write ``bench/RESULTS.md``: ``python -m bench [--times N] [--only-print]``."""

import argparse
import io
import os
import platform
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from tests.environment import FOLDER

os.environ["DJANGO_SETTINGS_MODULE"] = "volunteer_hub.settings"
os.environ["HUB_POOL"] = "1"  # connections are kept, as in web processes

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from bench.results import cores, database, write  # noqa: E402
from bench.world import World, build  # noqa: E402
from kernel.models import IdempotencyKey  # noqa: E402
from tests.factories.accounts import NOON  # noqa: E402

GOALS = {"list": 4.0, "accept": 8.0}
WARM_UP = 5


def environ(path: str, *, token: str = "", method: str = "GET") -> dict[str, Any]:
    """Return a fresh WSGI environment."""
    found = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "0",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""),
        "wsgi.errors": io.StringIO(),
    }
    return {**found, "HTTP_AUTHORIZATION": f"Bearer {token}"} if token else found


def ask(handler: WSGIHandler, wanted: dict[str, Any]) -> bytes:
    """Answer one request; anything but success is a mistake of the bench."""
    status: list[str] = []
    answer = handler(wanted, lambda said, _headers: status.append(said))
    body = b"".join(answer)
    answer.close()
    if not status[0].startswith("2"):
        raise RuntimeError(f"{wanted['PATH_INFO']}: {status[0]} {body[:300]!r}")
    return body


def beside(acts: Sequence[Callable[[], Any]], times: int) -> list[float]:
    """Return the median CPU time of each of ``acts`` in milliseconds, after a warm-up; they take turns, so
    that a machine that slows down slows all of them."""
    spent: list[list[float]] = [[] for _act in acts]
    for turn in range(times + WARM_UP):
        for act, found in zip(acts, spent, strict=True):
            before = time.process_time_ns()
            act()
            if turn >= WARM_UP:
                found.append((time.process_time_ns() - before) / 1e6)
    return [statistics.median(found) for found in spent]


def lists(world: World, times: int) -> list[tuple[str, float, float]]:
    """Return (what, product, floor) in milliseconds of CPU for each of the three lists."""
    product = WSGIHandler()
    with override_settings(MIDDLEWARE=[]):
        bare = WSGIHandler()
    found = []
    for what, address, user, low in (
        ("the volunteer's offers", "/api/v1/offers/", world.volunteer, "offers"),
        ("the resident's requests", "/api/v1/help-requests/", world.resident, "requests"),
        ("the reviewer's queue", "/api/v1/service-records/", world.reviewer, "records"),
    ):
        asked, least = (address, world.token(user)), f"/{low}/{user.pk}/"
        found.append(
            (
                what,
                *beside(
                    [
                        lambda a=asked: ask(product, environ(a[0], token=a[1])),
                        lambda p=least: ask(bare, environ(p)),
                    ],
                    times,
                ),
            )
        )
    return found


def accept(world: World) -> tuple[float, float, float, float]:
    """Return the milliseconds of accepting an offer and of one durable insert: wall, wall, CPU, CPU."""
    product = WSGIHandler()
    wall: dict[str, list[float]] = {"accept": [], "insert": []}
    spent: dict[str, list[float]] = {"accept": [], "insert": []}

    def timed(what: str, act: Callable[[], Any]) -> None:
        begun, before = time.perf_counter_ns(), time.process_time_ns()
        act()
        spent[what].append((time.process_time_ns() - before) / 1e6)
        wall[what].append((time.perf_counter_ns() - begun) / 1e6)

    for number, offer in enumerate(world.to_accept):
        wanted = environ(
            f"/api/v1/offers/{offer.ref}/accept/",
            token=world.token(offer.volunteer),
            method="POST",
        )
        row = IdempotencyKey(by_id=number, key="bench", request_hash="0" * 64, at=NOON)
        timed("accept", lambda w=wanted: ask(product, w))
        timed("insert", lambda r=row: r.save(force_insert=True))
    middle = [statistics.median(found[WARM_UP:]) for found in (*wall.values(), *spent.values())]
    return middle[0], middle[1], middle[2], middle[3]


def report(world: World, times: int) -> str:
    """Measure everything; return the section of this database."""
    lines = [
        f"## Requests, {database()}",
        "",
        (
            "Written by `python -m bench`; with `DATABASE_URL` it measures that database (one that is empty)."
            " CPU time of one request in one process: the whole product (middleware, log, token, permissions,"
            " shapes) beside a view without any of it that sends the same rows and columns by `.values()`;"
            f" both keep their connection, as web processes do, and take turns. {cores()},"
            f" Python {platform.python_version()}; measured on {date.today().isoformat()},"  # noqa: DTZ011
            f" median of {times} requests, 25 rows a page."
        ),
        "",
        "| list | product, ms CPU | floor, ms CPU | ratio | goal |",
        "|---|---|---|---|---|",
    ]
    for what, product, low in lists(world, times):
        ratio = f"{product / low:.1f} ×"
        lines.append(f"| {what} | {product:.2f} | {low:.2f} | {ratio} | ≤ {GOALS['list']:.0f} × |")
    wall, bare, spent, bare_spent = accept(world)
    lines += [
        "",
        "| accepting an offer | product, ms | one durable insert, ms | ratio | goal |",
        "|---|---|---|---|---|",
        f"| wall time | {wall:.2f} | {bare:.2f} | {wall / bare:.1f} × | ≤ {GOALS['accept']:.0f} × |",
        f"| CPU time | {spent:.2f} | {bare_spent:.2f} | {spent / bare_spent:.1f} × | – |",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Build the world, measure, write the section of this database into the results."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--accepts", type=int, default=45)
    parser.add_argument("--only-print", action="store_true")
    asked = parser.parse_args()
    try:
        call_command("migrate", verbosity=0)
        import django.utils.timezone as clock  # noqa: PLC0415 (the world lives on its own day)

        clock.now = lambda: NOON  # type: ignore[assignment]
        with override_settings(ROOT_URLCONF="bench.floor"):
            section = report(build(accepts=asked.accepts), asked.times)
    finally:
        connection.close()
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(section)
    if not asked.only_print:
        write(section)


if __name__ == "__main__":
    main()

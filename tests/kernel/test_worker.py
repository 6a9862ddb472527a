"""The worker as a process of its own, killed again and again: nothing is lost, nothing done twice (I14)."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_q.management.commands.qcluster import Command as ClusterCommand
from django_q.models import Schedule, Task

from incentives.models import PointEntry
from kernel import guards, tasks
from kernel.management.commands.verify import findings
from kernel.models import Delivery
from kernel.workdays import local_date
from matching.actions import ask_run
from matching.models import Opening
from notifications.models import Notice
from tests.factories import help_requests, service_records
from tests.factories.regions import district

ROOT = Path(__file__).resolve().parents[2]
PLANNING = "matching.jobs.plan_run"
LIVES = (3.0, 4.0)  # seconds until each worker is killed, in the middle of whatever it does


def start(url: str, **more: str) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "DATABASE_URL": url, "HUB_WAKE": "1", "HUB_POOL": "0", **more}
    return subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def waiting() -> int:
    return Delivery.objects.exclude(status="DONE").count()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_again_and_again_loses_nothing(database_url):
    for _request in range(6):
        help_requests.accepted()
    for _service in range(4):
        service_records.approved()
    assert waiting() > 30
    tasks.register_schedules()
    connection.close()

    for seconds in LIVES:
        worker = start(database_url)
        time.sleep(seconds)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        # Bring the end of the leases and the next sweep forward: the test need not wait for them.
        Delivery.objects.filter(status="WAITING").update(next_attempt_at=timezone.now())
        Schedule.objects.filter(name="kernel.sweep").update(next_run=timezone.now())
    worker = start(database_url)
    try:
        end = time.monotonic() + 60
        while waiting() and time.monotonic() < end:
            time.sleep(0.25)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    assert Counter(Delivery.objects.values_list("status", flat=True)).keys() == {"DONE"}
    assert Opening.objects.count() == 10
    assert PointEntry.objects.count() == 4
    onces = list(Notice.objects.values_list("once", flat=True))
    assert len(onces) == len(set(onces))
    broken = [finding for finding in findings() if finding[0] != "I13"]  # its log is the worker's
    assert broken == []


@pytest.mark.django_db(transaction=True)
def test_what_may_take_minutes_is_done_by_a_worker_of_its_own(database_url, settings):
    settings.HUB_WAKE = True
    today = local_date(timezone.now())
    run = ask_run(region=district(), first_day=today, last_day=today, by=None, now=timezone.now())
    connection.close()

    workers = [start(database_url), start(database_url, Q_CLUSTER_NAME=tasks.SLOW)]
    try:
        end = time.monotonic() + 60
        while not (done := Task.objects.filter(func=PLANNING)) and time.monotonic() < end:
            time.sleep(0.25)
    finally:
        for worker in workers:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    run.refresh_from_db()
    assert (run.state, [task.cluster for task in done]) == ("READY", ["slow"])


@pytest.mark.django_db(transaction=True)
def test_handlers_run_three_times_in_any_order_give_the_same_state(clock):
    for _service in range(3):
        service_records.approved()
    clock.to(service_records.NEXT_DAY)

    def state() -> tuple[object, ...]:
        return (
            list(Opening.objects.order_by("pk").values_list("state", "filled")),
            list(PointEntry.objects.order_by("pk").values_list("amount", flat=True)),
            sorted(Notice.objects.values_list("once", flat=True)),
        )

    before = state()
    for order in ("pk", "-pk"):
        for delivery in Delivery.objects.order_by(order):
            Delivery.objects.filter(pk=delivery.pk).update(
                status="WAITING", attempts=0, next_attempt_at=clock.now
            )
        clock.to(clock.now + timedelta(seconds=1))
        assert waiting() == 0
    assert state() == before


@pytest.mark.django_db(transaction=True)
def test_it_does_not_start_where_it_must_not_serve(monkeypatch):
    began: list[bool] = []
    monkeypatch.setattr(ClusterCommand, "handle", lambda *_a, **_o: began.append(True))
    guards.drop(connection)
    with pytest.raises(SystemExit, match="will not serve"):
        call_command("qcluster")
    call_command("migrate", verbosity=0)
    connection.settings_dict["OPTIONS"].pop("pool", None)
    call_command("qcluster")
    assert began == [True]

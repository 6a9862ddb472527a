"""Work outside requests: what the clock starts, and long work that says how far it is."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kernel import deliveries, idempotency, seal, sessions, tasks
from kernel.models import Job, JobState
from kernel.transitions import move


def sweep() -> None:
    """Deliver what is due (the wake-up of a commit may have been lost), and seal the ledger."""
    deliveries.run_due()
    seal.seal_new()


def tidy() -> None:
    """Forget sessions and idempotency keys that have run out, and seal what came very late."""
    now = timezone.now()
    sessions.clear_expired(now=now)
    idempotency.forget_old(now=now)
    seal.seal_new(late=None)


# --- long work: a row that its owner can look at, and a function that the worker calls with its key ---


@transaction.atomic
def queue(kind: str, path: str, *, by: Any, now: datetime) -> Job:
    """Have the worker call ``path(job's key)`` after this transaction; the job belongs to ``by``."""
    job = Job.objects.create(kind=kind, owner_id=by and by.pk, made_at=now)
    tasks.run_on_commit(path, job.pk)
    return job


def jobs_of(viewer: Any) -> QuerySet[Job]:
    """Return the viewer's own long work, newest first."""
    return Job.objects.filter(owner_id=viewer.pk).order_by("-pk")


def start(job: Job, *, total: int, now: datetime) -> None:
    """Begin, with ``total`` steps ahead. ``Conflict`` if it was cancelled, or is begun already."""
    move(job, JobState.RUNNING, event="job.started", by=None, at=now, total=total)


def progress(job: Job, done: int) -> bool:
    """Say that ``done`` steps are done; False if the work was cancelled and should stop."""
    return bool(Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(done=done))


def finish(job: Job, *, now: datetime, result: dict[str, Any]) -> None:
    """End well; ``result`` holds references and numbers, never personal data."""
    move(
        job,
        JobState.DONE,
        event="job.done",
        by=None,
        at=now,
        done=job.total,
        result=result,
        ended_at=now,
    )


def fail(job: Job, *, code: str, now: datetime) -> None:
    """End badly, with the ``code`` of the reason."""
    move(job, JobState.FAILED, event="job.failed", by=None, at=now, message=code, ended_at=now)


def cancel(job: Job, *, by: Any, now: datetime) -> None:
    """Let it stop at its next step, or never begin."""
    move(job, JobState.CANCELLED, event="job.cancelled", by=by, at=now, ended_at=now)

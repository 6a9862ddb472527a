"""The queue: the one module that knows django-q2. It only wakes; what is due stands in domain rows."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django_q.models import Schedule
from django_q.tasks import async_task

SLOW = "slow"  # the worker of what may take minutes (``Q_CLUSTER``)
_periodic: dict[str, tuple[str, int, str | None]] = {}


def periodic(name: str, path: str, minutes: int, *, worker: str | None = None) -> None:
    """Have the ``worker`` (None: the usual one) call ``path`` every ``minutes``; rooms say so in
    ``apps.ready``."""
    _periodic[name] = (path, minutes, worker)


def register_schedules() -> None:
    """Write the schedules of all rooms, and drop those that nobody asks for any more."""
    for name, (path, minutes, worker) in _periodic.items():
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "func": path,
                "schedule_type": Schedule.MINUTES,
                "minutes": minutes,
                "cluster": worker,
            },
        )
    Schedule.objects.exclude(name__in=_periodic).delete()


def run_on_commit(path: str, *ids: int, worker: str | None = None) -> None:
    """Call ``path(*ids)`` in the ``worker`` (None: the usual one) once this transaction has committed."""
    if settings.HUB_WAKE:
        transaction.on_commit(lambda: _queue(path, *ids, worker=worker))


def wake_on_commit(path: str) -> None:
    """Call ``path()`` in the worker after this transaction, once however often it is asked for."""
    if not settings.HUB_WAKE:
        return
    wake = _Wake(path)
    if not any(asked == wake for _, asked, *_ in connection.run_on_commit):
        transaction.on_commit(wake)


def _queue(path: str, *ids: int, worker: str | None = None) -> None:
    # By name: where nothing is said, a task of the slow worker would queue at the slow one.
    async_task(path, *ids, cluster=worker or settings.Q_CLUSTER["name"])


class _Wake:
    """A wake-up that equals another one for the same path."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> None:
        _queue(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Wake) and other.path == self.path

    __hash__: Callable[..., int] | None = None  # type: ignore[assignment]

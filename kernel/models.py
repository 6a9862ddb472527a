"""Tables that every room leans on."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel import vault
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known


class Event(models.Model):
    """What happened: the append-only ledger. No keys to other tables; ``data`` names no person."""

    name = models.CharField(max_length=60, db_index=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    by_id = models.BigIntegerField(null=True)  # none = the platform itself
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type}#{self.subject_id}"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "WAITING", _("waiting")
    DONE = "DONE", _("done")
    FAILED = "FAILED", _("failed")


class Delivery(models.Model):
    """One event for one subscriber. ``attempts`` is the fence: a claim raises it, and effect and DONE
    commit only under the newest claim."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=120)
    status = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_status_is_known",
                condition=models.Q(status__in=DeliveryState.values),
            ),
        ]
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.handler} {self.status}"


class EventSeal(models.Model):
    """A link of the chain over the ledger."""

    number = models.BigIntegerField(unique=True)
    event_id = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:8]}"


class IdempotencyKey(models.Model):
    """The first request with this key, and its answer as references; kept 24 h."""

    by_id = models.BigIntegerField()
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by_id", "key"], name="%(class)s_once")]

    def __str__(self) -> str:
        return self.key


class JobState(models.TextChoices):
    """Where long work stands."""

    QUEUED = "QUEUED", _("waiting")
    RUNNING = "RUNNING", _("running")
    DONE = "DONE", _("done")
    FAILED = "FAILED", _("failed")
    CANCELLED = "CANCELLED", _("cancelled")


job_machine = Machine(
    JobState,
    {
        JobState.QUEUED: {JobState.RUNNING, JobState.CANCELLED},
        JobState.RUNNING: {JobState.DONE, JobState.FAILED, JobState.CANCELLED},
        JobState.DONE: set(),
        JobState.FAILED: {JobState.QUEUED},
        JobState.CANCELLED: set(),
    },
)


class Job(models.Model):
    """Long work with its progress: ``done`` of ``total`` steps; ``result`` holds references only."""

    machine: ClassVar[Machine] = job_machine
    ref = RefField()
    kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField(null=True)
    state = state_field(job_machine)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=40, blank=True)  # a code
    result = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            state_is_known(job_machine),
            models.CheckConstraint(
                name="%(class)s_not_beyond_its_end",
                condition=models.Q(total=0) | models.Q(done__lte=models.F("total")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Destroyed(Exception):
    """The person was erased: nothing sealed under this key opens any more."""


class PersonKey(models.Model):
    """A person's data key, wrapped by a master key that is outside the database; erasure empties it."""

    wrapped = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    Destroyed = Destroyed

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_is_whole_or_destroyed",
                condition=models.Q(wrapped__isnull=True, destroyed_at__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"key {self.pk}"

    @classmethod
    def new(cls) -> "PersonKey":
        """Make and store a fresh key."""
        plain = secrets.token_bytes(32)
        key = cls.objects.create(wrapped=vault.wrap(plain))
        key.__dict__["_opened"] = plain
        return key

    def opened(self) -> bytes:
        """Return the key itself (kept on the instance); raises ``Destroyed`` after erasure."""
        if self.wrapped is None:
            raise Destroyed
        if "_opened" not in self.__dict__:
            self.__dict__["_opened"] = vault.unwrap(bytes(self.wrapped))
        plain: bytes = self.__dict__["_opened"]
        return plain

    def rewrap(self) -> bool:
        """Wrap the key under the newest master; False if it was so already, or destroyed meanwhile."""
        if self.wrapped is None or vault.is_newest(old := bytes(self.wrapped)):
            return False
        same = type(self).objects.filter(pk=self.pk, wrapped=old)  # else an erasure would be undone
        return bool(same.update(wrapped=vault.wrap(self.opened())))

    def destroy(self, *, now: datetime) -> None:
        """Throw the key away for good."""
        self.__dict__.pop("_opened", None)
        self.wrapped, self.destroyed_at = None, now
        self.save(update_fields=["wrapped", "destroyed_at"])


class Transition(models.Model):
    """The arrows of all machines, for the database's own guards; filled by ``migrate``."""

    machine = models.CharField(max_length=60)
    source = models.CharField(max_length=16)
    target = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["machine", "source", "target"], name="%(class)s_once")
        ]

    def __str__(self) -> str:
        return f"{self.machine}: {self.source} → {self.target}"


class GuardSet(models.Model):
    """The hash of the guards as they stand in code and in the database."""

    of_code = models.CharField(max_length=64)
    of_database = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.of_code[:8]


class Session(models.Model):
    """A browser's session: found by blind index, sealed; it names its person so that all can end at once.

    Who is signed in is shown their sessions: since when, last seen (to ten minutes), and ``browser``, the
    two codes that the face noted at sign-in, which say what kind it is and no more.
    """

    key_index = models.CharField(max_length=64, unique=True)
    user_id = models.BigIntegerField(null=True, db_index=True)
    data = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    browser = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.key_index[:8]

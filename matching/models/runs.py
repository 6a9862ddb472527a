"""Plans for many needs at once, each with its receipt."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from matching.models.openings import Offer, Opening
from matching.states import run_machine
from regions.models import Region


class Run(models.Model):
    """One planning of the open needs of ``region`` that begin from ``first_day`` to ``last_day``.

    ``snapshot`` is what the engine was told, as it was told (gzipped JSON: a list of problems of ENGINE §5,
    one a week); ``answer`` is what it said of each, with objective, bound and receipt, so that
    ``matching_replay`` can say whether it would say so again. ``done`` of ``total`` steps; ``attempt`` counts
    the workers that began, and only the newest may write. ``asked_by`` is who asked by hand, or none.
    """

    machine: ClassVar[Machine] = run_machine
    ref = RefField()
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    state = state_field(run_machine)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)  # when the worker last said that it lives
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    snapshot = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # sha256 of the snapshot before gzip
    answer = models.JSONField(default=list)
    places = models.PositiveIntegerField(default=0)
    filled = models.PositiveIntegerField(default=0)
    objective = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    message = models.CharField(max_length=40, blank=True)  # a code
    ready_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            state_is_known(run_machine),
            models.CheckConstraint(
                name="%(class)s_days_in_order", condition=Q(last_day__gte=F("first_day"))
            ),
            models.CheckConstraint(
                name="%(class)s_not_beyond_its_end", condition=Q(done__lte=F("total"))
            ),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(state__in=["QUEUED", "RUNNING", "READY", "ACCEPTED"]),
                name="%(class)s_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"

    @property
    def gap(self) -> float | None:
        """The share of what is possible at most that the plan falls short of; None before there is one."""
        if self.objective is None or self.bound is None:
            return None
        return max(0.0, 1.0 - self.objective / self.bound) if self.bound else 0.0


class Proposal(models.Model):
    """A run proposes that ``volunteer`` is asked to fill ``opening``.

    ``chosen`` says what was decided: None, nothing yet. Of a chosen one either the ``offer`` went out or
    ``against`` says in codes what had come between.
    """

    ref = RefField()
    run = models.ForeignKey(Run, models.PROTECT, related_name="proposals")
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="+")
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    score = models.FloatField()
    chosen = models.BooleanField(null=True)
    offer = models.OneToOneField(Offer, models.PROTECT, null=True, related_name="+")
    against = models.JSONField(default=list)

    class Meta:
        ordering = ["opening__starts_at", "opening", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "opening", "volunteer"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_only_chosen_is_sent",
                condition=Q(offer__isnull=True) | Q(chosen__isnull=False, chosen=True),
            ),
        ]

    def __str__(self) -> str:
        return self.ref

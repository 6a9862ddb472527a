"""When something is wrong: complaint, appeal, incident, ruling."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from matching.models import Assignment
from organizations.models import Organization
from regions.models import Region
from rights.states import (
    RUNNING,
    AppealReason,
    CaseState,
    ComplaintKind,
    IncidentKind,
    Outcome,
    case_machine,
    incident_machine,
)
from service_records.models import ServiceRecord


class Clocked:
    """A case with its two clocks: until it is acknowledged, then until it is concluded."""

    state: str
    acknowledge_by: date
    conclude_by: date

    @property
    def is_running(self) -> bool:
        """Say whether an answer is still to come."""
        return self.state in RUNNING

    @property
    def due_on(self) -> date | None:
        """Return the date of the clock that runs; None once it is decided or taken back."""
        if not self.is_running:
            return None
        return self.acknowledge_by if self.state == CaseState.SUBMITTED else self.conclude_by


class Complaint(Clocked, models.Model):
    """Against conduct. ``region`` routes it; who it is about never handles it.

    Without an account (``by`` none) it is followed with number and code (``track_index``, blind).
    ``acknowledge_by`` 15 days, ``conclude_by`` 60, one extension of 30 (信访工作条例 2022).
    """

    machine: ClassVar[Machine] = case_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # of who complains
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    track_index = models.CharField(max_length=64, blank=True, editable=False)
    kind = models.CharField(max_length=12, choices=ComplaintKind.choices)
    about_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    about_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+"
    )
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    words = EncryptedTextField()
    wish = EncryptedTextField(null=True)
    contact = EncryptedTextField(null=True)
    state = state_field(case_machine)
    submitted_at = models.DateTimeField()
    acknowledge_by = models.DateField()
    conclude_by = models.DateField()
    extended_at = models.DateTimeField(null=True)
    overdue_for = models.DateField(null=True)  # the passed date that was announced already
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            state_is_known(case_machine),
            *(is_sealed(column) for column in ("words", "wish", "contact")),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=ComplaintKind.values)
            ),
            models.CheckConstraint(
                name="%(class)s_never_handled_by_whom_it_is_about",
                condition=Q(handler__isnull=True)
                | Q(about_user__isnull=True)
                | ~Q(handler=F("about_user")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Appeal(Clocked, models.Model):
    """Against a decision on hours; decided by another person than those who recorded and reviewed."""

    machine: ClassVar[Machine] = case_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    record = models.ForeignKey(ServiceRecord, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=AppealReason.choices)
    words = EncryptedTextField()
    claimed_minutes = models.PositiveIntegerField(null=True)
    state = state_field(case_machine)
    submitted_at = models.DateTimeField()
    acknowledge_by = models.DateField()
    conclude_by = models.DateField()
    extended_at = models.DateTimeField(null=True)
    overdue_for = models.DateField(null=True)  # the passed date that was announced already
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            state_is_known(case_machine),
            is_sealed("words"),
            models.CheckConstraint(
                name="%(class)s_reason_is_known", condition=Q(reason__in=AppealReason.values)
            ),
            models.CheckConstraint(
                name="%(class)s_handler_is_another_person",
                condition=Q(handler__isnull=True) | ~Q(handler=F("by")),
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(state__in=["SUBMITTED", "ACKNOWLEDGED", "IN_HAND", "UNDER_REVIEW"]),
                name="%(class)s_one_running_per_record",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Ruling(models.Model):
    """The answer to a complaint or an appeal, with reasons. Append-only."""

    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # of who asked
    complaint = models.ForeignKey(Complaint, models.PROTECT, null=True, related_name="rulings")
    appeal = models.ForeignKey(Appeal, models.PROTECT, null=True, related_name="rulings")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    words = EncryptedTextField()
    minutes = models.PositiveIntegerField(null=True)  # what the hours are corrected to
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_review = models.BooleanField(default=False)  # the second answer, by another person

    class Meta:
        constraints = [
            is_sealed("words"),
            models.CheckConstraint(
                name="%(class)s_answers_one_case",
                condition=Q(complaint__isnull=True, appeal__isnull=False)
                | Q(complaint__isnull=False, appeal__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.outcome}"


class Incident(models.Model):
    """Something happened during a service; the report's clock is 48 h (DOMAIN §2)."""

    machine: ClassVar[Machine] = incident_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=IncidentKind.choices)
    is_hurt = models.BooleanField(default=False)
    words = EncryptedTextField(null=True)
    happened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    report_due_at = models.DateTimeField()
    overdue_at = models.DateTimeField(null=True)  # when it was announced that the clock had run out
    state = state_field(incident_machine)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    outcome = EncryptedTextField(null=True)

    class Meta:
        constraints = [
            state_is_known(incident_machine),
            is_sealed("words"),
            is_sealed("outcome"),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=IncidentKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.number

"""What was really done: attendance, hours, review, evaluation."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.states import Category
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from matching.models import Assignment
from organizations.models import Organization
from regions.models import Region
from service_records.states import (
    CheckMethod,
    Decision,
    Evidence,
    Face,
    RecordState,
    ReturnReason,
    Side,
    record_machine,
)


class CheckIn(models.Model):
    """Evidence that the volunteer of ``assignment`` came and went; it records no hours."""

    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # the volunteer's
    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="+")
    method = models.CharField(max_length=14, choices=CheckMethod.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    point = EncryptedTextField(null=True)  # "lat,lng", only with the LOCATION consent
    out_method = models.CharField(max_length=14, choices=CheckMethod.choices, blank=True)
    out_at = models.DateTimeField(null=True)
    out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            is_sealed("point"),
            models.CheckConstraint(
                name="%(class)s_goes_after_coming",
                condition=Q(out_at__isnull=True) | Q(out_at__gte=F("at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.method}"


class CodeStep(models.Model):
    """A step of a code that was used for an assignment: once (GUARDS I8). Step 0 = the arrival code."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    step = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "step"], name="%(class)s_once")
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.step}"


class ServiceRecord(models.Model):
    """Hours of one volunteer on one local day; frozen from APPROVED on.

    ``minutes`` counts time actually given (民政部令67号 2020). ``recorded_by`` is who confirmed,
    ``organization`` the recording body, none = the street ``region`` in charge. A correction names the
    old record in ``corrects``; a service over midnight is two records joined by ``continues``.
    ``record_due_on``: ten working days after the end (Art 11).
    """

    machine: ClassVar[Machine] = record_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    category = models.CharField(max_length=1, choices=Category.choices)
    service_on = models.DateField()  # local date; a record never crosses midnight
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    minutes = models.PositiveIntegerField(default=0)
    evidence = models.CharField(max_length=8, choices=Evidence.choices, default=Evidence.VERIFIED)
    state = state_field(record_machine)
    opened_at = models.DateTimeField()
    record_due_on = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    approver_region = models.ForeignKey(  # scope of the approver's desk at that moment (I9)
        Region, models.PROTECT, null=True, related_name="+"
    )
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="correction")
    continues = models.OneToOneField("self", models.PROTECT, null=True, related_name="continuation")
    reason = models.CharField(max_length=14, choices=ReturnReason.choices, blank=True)
    words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            state_is_known(record_machine),
            models.CheckConstraint(
                name="%(class)s_evidence_is_known", condition=Q(evidence__in=Evidence.values)
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(  # HOUSE §2: NOT NULL from PROPOSED on
                name="%(class)s_has_a_recorder",
                condition=~Q(state__in=["PROPOSED", "HELD", "APPROVED"])
                | Q(recorded_by__isnull=False, recorded_at__isnull=False, ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_recorder_is_not_the_volunteer",
                condition=Q(recorded_by__isnull=True) | ~Q(recorded_by=F("volunteer")),
            ),
            models.CheckConstraint(
                name="%(class)s_has_an_approver",
                condition=~Q(state=RecordState.APPROVED)
                | Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    approver_region__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_approver_is_a_third_person",
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("volunteer")) & ~Q(approved_by=F("recorded_by"))),
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "service_on"], name="record_volunteer_day"),
            models.Index(fields=["state", "record_due_on"], name="record_state_due"),
        ]

    def __str__(self) -> str:
        return self.number


class HoursReview(models.Model):
    """One decision of a reviewer on a record. Append-only."""

    ref = RefField()
    record = models.ForeignKey(ServiceRecord, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.CharField(max_length=14, choices=ReturnReason.choices, blank=True)
    words = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_decision_is_known", condition=Q(decision__in=Decision.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.decision}"


class Evaluation(models.Model):
    """One side's word on a service: a face for residents, three scores of 1–5 for the volunteer's work.

    By the resident: ``face`` and, if they like, the scores. By a coordinator: the scores. By the
    volunteer: ``face`` only. ``words`` is sealed under the author's key.
    """

    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # the author's
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    side = models.CharField(max_length=12, choices=Side.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    face = models.CharField(max_length=4, choices=Face.choices, blank=True)
    punctuality = models.PositiveSmallIntegerField(null=True)
    attitude = models.PositiveSmallIntegerField(null=True)
    skill = models.PositiveSmallIntegerField(null=True)
    words = EncryptedTextField(null=True)

    class Meta:
        constraints = [
            is_sealed("words"),
            models.UniqueConstraint(fields=["assignment", "side"], name="%(class)s_one_a_side"),
            models.CheckConstraint(
                name="%(class)s_side_is_known", condition=Q(side__in=Side.values)
            ),
            *(
                models.CheckConstraint(
                    name=f"%(class)s_{score}_is_1_to_5",
                    condition=Q(**{f"{score}__isnull": True}) | Q(**{f"{score}__range": (1, 5)}),
                )
                for score in ("punctuality", "attitude", "skill")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.side}"


class DayTotal(models.Model):
    """Minutes of one volunteer on one local day, all records that count (GUARDS I10).

    Kept by the database's guards; above 8 h a day the volunteer is warned, above 12 h held for review.
    """

    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "day"], name="%(class)s_once"),
            models.CheckConstraint(name="%(class)s_fits_a_day", condition=Q(minutes__lte=1440)),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.day}"

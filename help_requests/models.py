"""What residents ask for, and its dated visits."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from accounts.models import ProxyGrant, ResidentProfile, User
from accounts.states import Category, Language, Sex
from help_requests.states import (
    CancelReason,
    Channel,
    Place,
    Risk,
    Tile,
    Urgency,
    WishSource,
    request_machine,
    visit_machine,
)
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from organizations.models import Organization
from regions.models import Region


class ServiceType(models.Model):
    """An entry of the service catalogue (DOMAIN §3), reference data; ``tile`` names its picture."""

    code = models.CharField(max_length=4, primary_key=True)  # "B1"
    category = models.CharField(max_length=1, choices=Category.choices)
    tile = models.CharField(max_length=12, choices=Tile.choices)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    skills = models.JSONField(default=dict)  # {code: least level}
    credentials = models.JSONField(default=list)
    risk = models.CharField(max_length=6, choices=Risk.choices, default=Risk.LOW)
    two_volunteers = models.BooleanField(default=False)
    remote = models.BooleanField(default=False)
    usual_minutes = models.PositiveSmallIntegerField(default=120)
    insured = models.BooleanField(default=False)
    adults_only = models.BooleanField(default=False)
    guardian_needed = models.BooleanField(default=False)
    national_code = models.CharField(max_length=4)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class HelpRequest(models.Model):
    """A request for help, once or weekly.

    A draft may have gaps; from SUBMITTED on it is whole (a CHECK). ``minutes`` is the length of a
    visit, ``places`` how many volunteers; visits of a series are planned up to ``planned_until``
    (the start of the last one that was planned or had passed). ``in_charge`` is the organization that
    took charge, none = the street. The words of the resident, the place and the answer are sealed.
    """

    machine: ClassVar[Machine] = request_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # the resident's
    resident = models.ForeignKey(ResidentProfile, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    grant = models.ForeignKey(ProxyGrant, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.PAGE)
    call_number = models.CharField(max_length=20, blank=True)
    service_type = models.ForeignKey(ServiceType, models.PROTECT, null=True, related_name="+")
    wish = EncryptedTextField(null=True)
    wish_source = models.CharField(max_length=10, choices=WishSource.choices, blank=True)
    details = EncryptedTextField(null=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")  # the street of the place
    place = models.CharField(max_length=6, choices=Place.choices, default=Place.HOME)
    address = EncryptedTextField(null=True)  # when not at home
    point = EncryptedTextField(null=True)
    lat = models.FloatField(null=True)  # snapped
    lng = models.FloatField(null=True)
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    is_weekly = models.BooleanField(default=False)
    repeats_until = models.DateField(null=True)
    planned_until = models.DateTimeField(null=True)
    places = models.PositiveSmallIntegerField(default=1)
    gender_wish = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    language = models.CharField(max_length=16, choices=Language.choices, blank=True)  # "" = any
    urgency = models.CharField(max_length=6, choices=Urgency.choices, default=Urgency.NORMAL)
    in_charge = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    only_own_volunteers = models.BooleanField(default=False)
    state = state_field(request_machine)
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    answer_due_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=24, blank=True)  # a code of the reason lists
    answer = EncryptedTextField(null=True)  # words to the resident; where it was referred to
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            state_is_known(request_machine),
            *(is_sealed(column) for column in ("wish", "details", "address", "point", "answer")),
            models.CheckConstraint(
                name="%(class)s_is_whole_once_sent",
                condition=Q(state__in=["DRAFT", "CANCELLED"])
                | Q(
                    service_type__isnull=False,
                    starts_at__isnull=False,
                    minutes__range=(15, 720),
                    places__range=(1, 10),
                    submitted_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_weekly_has_an_end",
                condition=Q(is_weekly=False) | Q(repeats_until__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_language_is_known", condition=Q(language__in=["", *Language.values])
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Visit(models.Model):
    """One dated occurrence of a request; ``region`` equals the request's (GUARDS I12)."""

    machine: ClassVar[Machine] = visit_machine
    ref = RefField()
    request = models.ForeignKey(HelpRequest, models.PROTECT, related_name="visits")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    places = models.PositiveSmallIntegerField(default=1)
    state = state_field(visit_machine)
    reason = models.CharField(max_length=24, choices=CancelReason.choices, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            state_is_known(visit_machine),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(fields=["request", "starts_at"], name="%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.starts_at:%F %H:%M}"


class ArrivalCode(models.Model):
    """Six digits that the resident knows and the volunteer types at the door; wrong five times at most."""

    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # the resident's
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="arrival_code")
    code = EncryptedTextField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            is_sealed("code"),
            models.CheckConstraint(name="%(class)s_five_tries", condition=Q(tries__lte=5)),
        ]

    def __str__(self) -> str:
        return self.ref

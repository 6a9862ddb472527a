"""Volunteers: what they can do, when, and from where."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.states import Category, Sex, SkillCode, SkillLevel
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from regions.models import Region


class VolunteerProfile(models.Model):
    """A volunteer. In clear (GUARDS I11): name, street, snapped point, birth year band, skills.

    ``is_verified``, ``is_adult`` and ``birth_band`` are derived from the verified identity and kept by
    the actions (``is_adult`` also by a nightly job), because candidate search needs them in SQL.
    Its row is what rivals for the same volunteer's time lock.
    """

    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    user = models.OneToOneField(User, models.PROTECT, related_name="volunteer")
    number = models.CharField(max_length=12, unique=True)
    national_number = models.CharField(max_length=32, unique=True, null=True)
    name = models.CharField(_("name"), max_length=60)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    birth_on = EncryptedTextField(null=True)  # ISO date, from the verified identity
    birth_band = models.PositiveSmallIntegerField(null=True)  # first year of a band of five
    is_adult = models.BooleanField(default=False)
    is_verified = models.BooleanField(default=False)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")  # home street
    lat = models.FloatField(null=True)  # snapped to the 500 m grid
    lng = models.FloatField(null=True)
    radius_m = models.PositiveIntegerField(_("how far I go, in metres"), default=5000)
    minutes_per_week = models.PositiveIntegerField(_("limit per week, in minutes"), default=600)
    paused_until = models.DateField(null=True)
    guardian = EncryptedTextField(null=True)  # JSON {"name", "phone"}, under 18
    guardian_consent_at = models.DateTimeField(null=True)
    lesson_passed_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.CharField(max_length=200, blank=True)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            is_sealed("birth_on"),
            is_sealed("guardian"),
            models.CheckConstraint(
                name="%(class)s_point_is_whole",
                condition=Q(lat__isnull=True, lng__isnull=True)
                | Q(lat__isnull=False, lng__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_radius_is_sane", condition=Q(radius_m__range=(500, 60000))
            ),
            models.CheckConstraint(
                name="%(class)s_week_is_sane", condition=Q(minutes_per_week__range=(0, 6000))
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Skill(models.Model):
    """A claimed skill with its level."""

    volunteer = models.ForeignKey(VolunteerProfile, models.PROTECT, related_name="skills")
    code = models.CharField(max_length=20, choices=SkillCode.choices)
    level = models.PositiveSmallIntegerField(choices=SkillLevel.choices, default=SkillLevel.SOME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "code"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_code_is_known", condition=Q(code__in=SkillCode.values)
            ),
            models.CheckConstraint(
                name="%(class)s_level_is_known", condition=Q(level__in=SkillLevel.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.level}"


class VolunteerCategory(models.Model):
    """A service category the volunteer wants to be asked for."""

    volunteer = models.ForeignKey(VolunteerProfile, models.PROTECT, related_name="categories")
    category = models.CharField(max_length=1, choices=Category.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "category"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_is_known", condition=Q(category__in=Category.values)
            ),
        ]

    def __str__(self) -> str:
        return self.category


class Availability(models.Model):
    """A weekly window in local time: minutes from midnight, ``ends`` exclusive, Monday is 0."""

    volunteer = models.ForeignKey(VolunteerProfile, models.PROTECT, related_name="windows")
    weekday = models.PositiveSmallIntegerField()
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "weekday", "starts"], name="%(class)s_once"
            ),
            models.CheckConstraint(
                name="%(class)s_is_a_window",
                condition=Q(weekday__lte=6, ends__lte=1440, starts__lt=F("ends")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts}–{self.ends}"


class AvailabilityException(models.Model):
    """One day that differs from the week: free in this window only, or not at all."""

    volunteer = models.ForeignKey(VolunteerProfile, models.PROTECT, related_name="exceptions")
    day = models.DateField()
    is_free = models.BooleanField(default=False)
    starts = models.PositiveSmallIntegerField(default=0)
    ends = models.PositiveSmallIntegerField(default=1440)

    class Meta:
        ordering = ["day", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "day", "starts"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_is_a_window", condition=Q(ends__lte=1440, starts__lt=F("ends"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.is_free}"

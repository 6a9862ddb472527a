"""Organizations, their people, what they publish."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.states import Category
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from organizations.states import (
    MemberRole,
    OrganizationKind,
    organization_machine,
    project_machine,
    shift_machine,
)
from regions.models import Region


class Organization(models.Model):
    """An NGO or another body that may recruit; what it says of itself is public."""

    machine: ClassVar[Machine] = organization_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganizationKind.choices)
    credit_code = models.CharField(_("credit code"), max_length=18, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")  # its district or street
    address = models.CharField(_("address"), max_length=200)
    contact = models.CharField(_("public contact"), max_length=80)
    about = models.TextField(_("about us"), max_length=2000, blank=True)
    grade = models.CharField(_("grade"), max_length=2, blank=True)  # 1A–5A
    state = state_field(organization_machine)
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            state_is_known(organization_machine),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=OrganizationKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A post in an organization, from … to; a volunteer's counts only once they ``confirmed_at``."""

    ref = RefField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=MemberRole.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_role_is_known", condition=Q(role__in=MemberRole.values)
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                fields=["organization", "user", "role"],
                condition=Q(ends_on__isnull=True),
                name="%(class)s_one_open_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.organization_id}"


class Project(models.Model):
    """What an organization offers; ``skills`` is ``{code: level}``, ``credentials`` a list of kinds."""

    machine: ClassVar[Machine] = project_machine
    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="projects")
    title = models.CharField(_("title"), max_length=60)
    summary = models.CharField(_("in one sentence"), max_length=120)
    description = models.TextField(_("what volunteers do"), max_length=4000)
    category = models.CharField(_("service category"), max_length=1, choices=Category.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")  # the street of the place
    place = models.CharField(_("place"), max_length=200)
    lat = models.FloatField()
    lng = models.FloatField()
    access = models.JSONField(default=list)  # codes of regions AccessFact
    skills = models.JSONField(default=dict)
    credentials = models.JSONField(default=list)
    auto_accept = models.BooleanField(_("accept who fits at once"), default=True)
    adults_only = models.BooleanField(_("18 and over"), default=False)
    insured = models.BooleanField(_("accident insurance"), default=False)
    state = state_field(project_machine)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    moderated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            state_is_known(project_machine),
            models.CheckConstraint(
                name="%(class)s_category_is_known", condition=Q(category__in=Category.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Shift(models.Model):
    """One dated part of a project; ``organization`` and ``region`` equal the project's (GUARDS I12)."""

    machine: ClassVar[Machine] = shift_machine
    ref = RefField()
    project = models.ForeignKey(Project, models.PROTECT, related_name="shifts")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    places = models.PositiveIntegerField()
    state = state_field(shift_machine)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            state_is_known(shift_machine),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="%(class)s_has_places", condition=Q(places__range=(1, 500))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.starts_at:%F %H:%M}"

"""Users, posts and residents."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.states import DeskRole, Sex
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from regions.models import Region


class User(AbstractBaseUser):
    """Whoever can sign in. Name, phone and e-mail are sealed; the two addresses are found by blind index.

    ``epoch`` is part of the session's hash: raising it ends all sessions of the person at once.
    """

    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    name = EncryptedTextField(null=True)
    phone = EncryptedTextField(null=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True, editable=False)
    email = EncryptedTextField(null=True)
    email_index = models.CharField(max_length=64, unique=True, null=True, editable=False)
    language = models.CharField(max_length=10, default="zh-hans")
    display = models.CharField(max_length=40, blank=True)  # "dark.large.simple", as in the cookie
    no_voice = models.BooleanField(_("write to me, do not call"), default=False)
    is_active = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    epoch = models.PositiveIntegerField(default=0)

    objects = BaseUserManager()

    USERNAME_FIELD = "ref"
    EMAIL_FIELD = ""
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [is_sealed("name"), is_sealed("phone"), is_sealed("email")]

    def __str__(self) -> str:
        return self.ref

    def get_session_auth_hash(self) -> str:
        """Bind a session to the password and to the epoch."""
        return salted_hmac(
            "accounts.User.session", f"{self.password}.{self.epoch}", algorithm="sha256"
        ).hexdigest()


class Desk(models.Model):
    """A post: ``user`` acts as ``role`` in ``region`` and everything inside it, from … to."""

    ref = RefField()
    user = models.ForeignKey(User, models.PROTECT, related_name="desks")
    role = models.CharField(max_length=16, choices=DeskRole.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_role_is_known", condition=Q(role__in=DeskRole.values)
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.region_id}"


RESIDENT_SEALED = (
    "name",
    "phone",
    "birth_on",
    "address",
    "point",
    "disability",
    "certificate",
    "needs",
    "practical",
    "health_notes",
    "guardian",
    "emergency_contact",
)


class ResidentProfile(models.Model):
    """A resident with a disability; ``user`` is empty for a child or a caller without an account.

    All that says who the person is or what the disability is is sealed. In clear: the street and the
    point snapped to a 500 m grid, which matching uses. The ``…_index`` columns are blind indexes.
    ``disability`` is JSON ``{"category": "4", "level": "2", "parts": []}``, ``needs`` a JSON list of
    ``Need`` codes, ``point`` is ``"lat,lng"`` (WGS-84), ``guardian`` and ``emergency_contact`` are
    JSON ``{"name", "phone"}``.
    """

    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    user = models.OneToOneField(User, models.PROTECT, null=True, related_name="resident")
    name = EncryptedTextField()
    name_index = models.CharField(max_length=64, db_index=True, editable=False)
    pinyin_index = models.CharField(max_length=64, db_index=True, editable=False)
    phone = EncryptedTextField(null=True)
    phone_index = models.CharField(max_length=64, db_index=True, blank=True, editable=False)
    phone_tail_index = models.CharField(max_length=64, db_index=True, blank=True, editable=False)
    birth_on = EncryptedTextField(null=True)  # ISO date
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")  # home street
    address = EncryptedTextField(null=True)
    point = EncryptedTextField(null=True)
    lat = models.FloatField(null=True)  # snapped
    lng = models.FloatField(null=True)
    disability = EncryptedTextField(null=True)
    certificate = EncryptedTextField(null=True)
    certificate_index = models.CharField(max_length=64, unique=True, null=True, editable=False)
    certificate_verified_on = models.DateField(null=True)
    needs = EncryptedTextField(null=True)
    practical = EncryptedTextField(null=True)  # "three steps, wheelchair 65 cm wide"
    health_notes = EncryptedTextField(null=True)
    guardian = EncryptedTextField(null=True)
    emergency_contact = EncryptedTextField(null=True)
    no_voice = models.BooleanField(_("write to me, do not call"), default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    identity_checked_at = models.DateTimeField(null=True)
    registered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *(is_sealed(column) for column in RESIDENT_SEALED),
            models.CheckConstraint(
                name="%(class)s_point_is_whole",
                condition=Q(lat__isnull=True, lng__isnull=True)
                | Q(lat__isnull=False, lng__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

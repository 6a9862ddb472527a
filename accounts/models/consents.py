"""What people allow, whom they let act, whom they do not want to meet, and who looked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.people import ResidentProfile, User
from accounts.models.volunteers import VolunteerProfile
from accounts.states import (
    BlockSide,
    PaperState,
    ProxyKind,
    Purpose,
    RevealReason,
    paper_machine,
)
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known


class Consent(models.Model):
    """One recorded decision: whose data, for what, which text, by whom, until withdrawn.

    It belongs to a user or to a resident (who may have no user), never to both.
    """

    ref = RefField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="consents")
    resident = models.ForeignKey(
        ResidentProfile, models.PROTECT, null=True, related_name="consents"
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    text_version = models.CharField(max_length=10)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_purpose_is_known", condition=Q(purpose__in=Purpose.values)
            ),
            models.CheckConstraint(
                name="%(class)s_has_one_subject",
                condition=Q(user__isnull=True, resident__isnull=False)
                | Q(user__isnull=False, resident__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(withdrawn_at__isnull=True, user__isnull=False),
                name="%(class)s_one_live_per_user",
            ),
            models.UniqueConstraint(
                fields=["resident", "purpose"],
                condition=Q(withdrawn_at__isnull=True, resident__isnull=False),
                name="%(class)s_one_live_per_resident",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.ref}"


class ProxyGrant(models.Model):
    """``proxy`` may act for ``resident``: on what evidence, for which deeds, until when."""

    machine: ClassVar[Machine] = paper_machine
    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")  # the resident's
    resident = models.ForeignKey(ResidentProfile, models.PROTECT, related_name="grants")
    proxy = models.ForeignKey(User, models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=10, choices=ProxyKind.choices)
    evidence = EncryptedTextField(null=True)
    may_ask = models.BooleanField(default=True)
    may_confirm = models.BooleanField(default=True)
    may_see_health = models.BooleanField(default=False)
    valid_until = models.DateField()
    state = state_field(paper_machine)
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            state_is_known(paper_machine),
            is_sealed("evidence"),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=ProxyKind.values)
            ),
            models.UniqueConstraint(
                fields=["resident", "proxy"],
                condition=Q(state__in=[PaperState.SUBMITTED, PaperState.VALID]),
                name="%(class)s_one_live_per_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Block(models.Model):
    """This resident and this volunteer are not brought together again; the other side never learns."""

    ref = RefField()
    resident = models.ForeignKey(ResidentProfile, models.PROTECT, related_name="blocks")
    volunteer = models.ForeignKey(VolunteerProfile, models.PROTECT, related_name="blocks")
    side = models.CharField(max_length=10, choices=BlockSide.choices)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "volunteer", "side"],
                condition=Q(lifted_at__isnull=True),
                name="%(class)s_one_live_per_side",
            ),
            models.CheckConstraint(
                name="%(class)s_side_is_known", condition=Q(side__in=BlockSide.values)
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class Reveal(models.Model):
    """Staff looked at masked data of a resident: who, which field, why, when. Append-only."""

    resident = models.ForeignKey(ResidentProfile, models.PROTECT, related_name="reveals")
    field = models.CharField(max_length=20)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=RevealReason.choices)
    call_number = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_reason_is_known", condition=Q(reason__in=RevealReason.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.at}"

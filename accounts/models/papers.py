"""What is checked about people: identity and credentials."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from accounts.models.volunteers import VolunteerProfile
from accounts.states import (
    CredentialKind,
    PaperState,
    VerificationState,
    paper_machine,
    verification_machine,
)
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known


class Verification(models.Model):
    """A claim "this is my name and ID number" and what became of it.

    The blind index is unique among MATCH rows only: a second claim ends as REJECTED, and the pair is
    a task of the city's identity desk (``duplicate_of``) until it is settled. The provider's payload is
    never kept.
    """

    machine: ClassVar[Machine] = verification_machine
    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="verifications")
    name = EncryptedTextField()
    id_number = EncryptedTextField()
    id_index = models.CharField(max_length=64, db_index=True, editable=False)
    state = state_field(verification_machine)
    provider = models.CharField(max_length=20, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    raw_code = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=20, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, db_index=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)  # a code, shown in words
    duplicate_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)  # the first who was verified is the right one

    class Meta:
        constraints = [
            state_is_known(verification_machine),
            is_sealed("name"),
            is_sealed("id_number"),
            models.UniqueConstraint(
                fields=["id_index"],
                condition=Q(state=VerificationState.MATCH),
                name="%(class)s_one_verified_per_number",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=[VerificationState.WAITING, VerificationState.SOURCE_DOWN]),
                name="%(class)s_one_running_per_user",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"

    @property
    def waits_for_office(self) -> bool:
        """Say whether the source did not confirm it, so that a person looks at the card."""
        stuck = self.state == VerificationState.SOURCE_DOWN and self.next_attempt_at is None
        unknown = {VerificationState.MISMATCH, VerificationState.NO_RECORD}
        return (stuck or self.state in unknown) and not self.key.destroyed_at


class Credential(models.Model):
    """A proven paper of a volunteer; ``file`` names an encrypted upload."""

    machine: ClassVar[Machine] = paper_machine
    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    volunteer = models.ForeignKey(VolunteerProfile, models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=20, choices=CredentialKind.choices)
    number = EncryptedTextField()
    issuer = models.CharField(max_length=80)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True)
    file = models.CharField(max_length=60, blank=True)
    state = state_field(paper_machine)
    submitted_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            state_is_known(paper_machine),
            is_sealed("number"),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=CredentialKind.values)
            ),
            models.UniqueConstraint(
                fields=["volunteer", "kind"],
                condition=Q(state=PaperState.VALID),
                name="%(class)s_one_valid_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

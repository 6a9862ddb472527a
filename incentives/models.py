"""What service earns: points, stars, proofs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from incentives.states import AccountKind, EntryKind
from kernel.references import RefField
from service_records.models import ServiceRecord


class PointAccount(models.Model):
    """A side of the ledger; ``balance`` is kept by the database with every entry (GUARDS I1, I7)."""

    kind = models.CharField(max_length=8, choices=AccountKind.choices)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    balance = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=AccountKind.values)
            ),
            models.CheckConstraint(
                name="%(class)s_only_people_have_an_owner",
                condition=Q(kind=AccountKind.PERSON, owner__isnull=False)
                | (~Q(kind=AccountKind.PERSON) & Q(owner__isnull=True)),
            ),
            models.CheckConstraint(
                name="%(class)s_a_person_never_owes",
                condition=~Q(kind=AccountKind.PERSON) | Q(balance__gte=0),
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(owner__isnull=True), name="%(class)s_one_of_ours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_id}"


class PointEntry(models.Model):
    """``amount`` points move from ``debit`` to ``credit``: one immutable row, so the sum is always 0.

    Points are never convertible to money (DOMAIN §2). One award and one reversal per record at most.
    """

    ref = RefField()
    debit = models.ForeignKey(PointAccount, models.PROTECT, related_name="+")
    credit = models.ForeignKey(PointAccount, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    record = models.ForeignKey(ServiceRecord, models.PROTECT, null=True, related_name="+")
    once = models.CharField(max_length=64, unique=True)  # idempotency key of the effect
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="%(class)s_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="%(class)s_has_two_sides", condition=~Q(debit=F("credit"))),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=Q(kind__in=EntryKind.values)
            ),
            models.UniqueConstraint(
                fields=["record", "kind"],
                condition=Q(record__isnull=False),
                name="%(class)s_one_per_record_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class StarLevel(models.Model):
    """The day a volunteer reached ``stars`` (1–5); ``lost_at`` when a correction took it back."""

    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField()
    reached_at = models.DateTimeField()
    lost_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="%(class)s_is_1_to_5", condition=Q(stars__range=(1, 5))),
            models.UniqueConstraint(
                fields=["volunteer", "stars"],
                condition=Q(lost_at__isnull=True),
                name="%(class)s_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.stars}"


class Proof(models.Model):
    """A service record proof (志愿服务记录证明): the records it lists, signed.

    ``ref`` is its public number (128 bits), ``number`` the short one on paper. The totals are those of
    its lines (GUARDS I16). ``name`` stands masked on the public page. Superseded is derived: one of its
    records was corrected.
    """

    ref = RefField()
    number = models.CharField(max_length=12, unique=True)
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    volunteer_number = models.CharField(max_length=12)
    starts_on = models.DateField()
    ends_on = models.DateField()
    verified_minutes = models.PositiveIntegerField()
    declared_minutes = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    language = models.CharField(max_length=10)
    content = models.JSONField()  # what is printed, canonical; what ``signature`` is over
    signature = models.BinaryField()  # Ed25519
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_period_is_one", condition=Q(ends_on__gte=F("starts_on"))
            )
        ]

    def __str__(self) -> str:
        return self.number


class ProofLine(models.Model):
    """One record of a proof, with the minutes as they stood."""

    proof = models.ForeignKey(Proof, models.PROTECT, related_name="lines")
    record = models.ForeignKey(ServiceRecord, models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proof", "record"], name="%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.proof_id} {self.record_id}"

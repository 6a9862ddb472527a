"""Who is told what, and by which channel."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField
from kernel.states import Machine, state_field, state_is_known
from notifications.states import Channel, Group, dispatch_machine


class Notice(models.Model):
    """A line in a person's inbox. ``kind`` names the templates ``notifications/<kind>/``.

    ``facts`` holds references, codes, numbers, times and names that are public anyway (of a service, a
    project), never personal data: the words are made when it is read, in the reader's language. ``link``
    is the path of what it is about. One event makes at most one notice of a kind for a person (``once``).
    A person's notices get their keys in the order in which they can be seen (who tells locks the person),
    so that a key is a cursor.
    """

    ref = RefField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    group = models.CharField(max_length=6, choices=Group.choices)
    facts = models.JSONField(default=dict)
    link = models.CharField(max_length=120, blank=True)
    once = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="notice_user_newest")]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_group_is_known", condition=Q(group__in=Group.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class Preference(models.Model):
    """One cell of the table group × channel."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    group = models.CharField(max_length=6, choices=Group.choices)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    is_on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "group", "channel"], name="%(class)s_one_per_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.channel} {self.is_on}"


class QuietHours(models.Model):
    """Local minutes from midnight between which nothing but safety is sent; may span midnight."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    starts = models.PositiveSmallIntegerField(default=21 * 60)
    ends = models.PositiveSmallIntegerField(default=8 * 60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_is_a_time_of_day", condition=Q(starts__lt=1440, ends__lt=1440)
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts}–{self.ends}"


class Dispatch(models.Model):
    """An outgoing message, sealed; ``notice`` is none for a sign-in code and for somebody without account.

    ``kind`` is that of the notice, or ``sign_in_code``. After ``expires_at`` it is not sent any more.
    Once it is forgotten, address and words are none. ``send_at`` is also the lease of who sends it.
    """

    machine: ClassVar[Machine] = dispatch_machine
    ref = RefField()
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="dispatches")
    kind = models.CharField(max_length=40, blank=True)
    once = models.CharField(max_length=90, unique=True, null=True)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    address = EncryptedTextField(null=True)
    words = EncryptedTextField(null=True)
    state = state_field(dispatch_machine)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    send_at = models.DateTimeField(db_index=True)  # now, or the end of the quiet hours
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    gateway_id = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            state_is_known(dispatch_machine),
            is_sealed("address"),
            is_sealed("words"),
            models.UniqueConstraint(
                fields=["notice", "channel"],
                condition=Q(notice__isnull=False),
                name="%(class)s_one_per_channel",
            ),
            models.CheckConstraint(
                name="%(class)s_channel_is_known", condition=Q(channel__in=Channel.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"

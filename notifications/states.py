"""Channels, groups of notices, and the way of an outgoing message."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.states import Machine


class Channel(TextChoices):
    """How a person is told besides the inbox, which always holds everything."""

    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("text message")


class Group(TextChoices):
    """Must-know notices cannot be switched off, only their channel can be chosen (LOOK §7)."""

    MUST = "MUST", _("you need to know")
    USEFUL = "USEFUL", _("good to know")
    DIGEST = "DIGEST", _("summaries")


class DispatchState(TextChoices):
    """An outgoing message."""

    WAITING = "WAITING", _("waiting")
    SENT = "SENT", _("sent")
    FAILED = "FAILED", _("failed")


dispatch_machine = Machine(
    DispatchState,
    {
        DispatchState.WAITING: {DispatchState.SENT, DispatchState.FAILED},
        DispatchState.SENT: set(),
        DispatchState.FAILED: {DispatchState.WAITING},
    },
)

"""Kinds of accounts, entries and proofs."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountKind(TextChoices):
    """Whose points they are; the platform's own accounts may go below zero, a person's never."""

    PERSON = "PERSON", _("a volunteer's points")
    ISSUED = "ISSUED", _("points issued")
    REDEEMED = "REDEEMED", _("points redeemed")
    EXPIRED = "EXPIRED", _("points expired")


class EntryKind(TextChoices):
    """Why points move."""

    AWARD = "AWARD", _("for approved hours")
    REVERSAL = "REVERSAL", _("taken back after a correction")
    REDEMPTION = "REDEMPTION", _("redeemed")
    EXPIRY = "EXPIRY", _("expired")


class RevokeReason(TextChoices):
    """Why a proof no longer stands."""

    MISTAKE = "MISTAKE", _("it was issued by mistake")
    MISUSE = "MISUSE", _("it was misused")
    ERASED = "ERASED", _("the person asked to be forgotten")


REVIEWERS_REASONS = (RevokeReason.MISTAKE, RevokeReason.MISUSE)  # the third one is the person's own


# Stars by verified hours (DOMAIN §2, national practice), in minutes.
STAR_MINUTES = (6_000, 18_000, 36_000, 60_000, 90_000)

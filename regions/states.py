"""Levels of the tree, kinds of service points, facts of access."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """The levels of administration; the street covers 街道, 镇 and 乡."""

    CITY = "CITY", _("city")
    DISTRICT = "DISTRICT", _("district")
    STREET = "STREET", _("street or town")


class PointKind(TextChoices):
    """What a service point is (DOMAIN §1: registers the plan names)."""

    STREET_DESK = "STREET_DESK", _("street service desk")
    CINEMA = "CINEMA", _("accessible cinema")
    SPORT = "SPORT", _("sports point")
    DEVICES = "DEVICES", _("assistive device shop")
    REHAB = "REHAB", _("rehabilitation station")
    SUNSHINE_HOME = "SUNSHINE_HOME", _("Sunshine Home")


class AccessFact(TextChoices):
    """What makes a place usable."""

    STEP_FREE = "STEP_FREE", _("step-free entrance")
    LIFT = "LIFT", _("lift")
    TOILET = "TOILET", _("accessible toilet")
    TACTILE = "TACTILE", _("tactile paving")
    LOOP = "LOOP", _("hearing loop")
    SIGN = "SIGN", _("sign language spoken")
    PARKING = "PARKING", _("accessible parking")

"""What staff sees of a resident only by a look that is written down, in words."""

from django.utils.translation import gettext_lazy as _

LABELS = {
    "name": _("Name"),
    "phone": _("Phone"),
    "birth_on": _("Birthday"),
    "address": _("Address"),
    "disability": _("Kind of disability"),
    "certificate": _("Number on the certificate"),
    "practical": _("At the door and at home"),
    "health_notes": _("Health notes"),
    "guardian": _("Guardian"),
    "emergency_contact": _("Emergency contact"),
}

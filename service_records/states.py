"""States and kinds of what was really done."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.states import Machine


class RecordState(TextChoices):
    """Hours on their way from the door to the total (HOUSE §2)."""

    OPEN = "OPEN", _("in service")
    FORCED = "FORCED", _("closed by the clock")
    UNCONFIRMED = "UNCONFIRMED", _("to be confirmed")
    PROPOSED = "PROPOSED", _("to review")
    HELD = "HELD", _("second review")
    RETURNED = "RETURNED", _("returned")
    APPROVED = "APPROVED", _("approved")


record_machine = Machine(
    RecordState,
    {
        RecordState.OPEN: {RecordState.UNCONFIRMED, RecordState.FORCED},
        RecordState.FORCED: {RecordState.PROPOSED, RecordState.RETURNED},
        RecordState.UNCONFIRMED: {RecordState.PROPOSED},
        RecordState.PROPOSED: {RecordState.APPROVED, RecordState.HELD, RecordState.RETURNED},
        RecordState.HELD: {RecordState.APPROVED, RecordState.RETURNED},
        RecordState.RETURNED: {RecordState.PROPOSED},
        RecordState.APPROVED: set(),
    },
    # A correction is a new row that is proposed at once; a declared record too.
    first={RecordState.OPEN, RecordState.PROPOSED, RecordState.UNCONFIRMED},
)


class Evidence(TextChoices):
    """The two classes of hours, never summed without saying so (DOMAIN §2)."""

    VERIFIED = "VERIFIED", _("verified hours")
    DECLARED = "DECLARED", _("declared hours")


class CheckMethod(TextChoices):
    """How somebody was seen to come or go."""

    ARRIVAL_CODE = "ARRIVAL_CODE", _("arrival code")
    ROTATING_CODE = "ROTATING_CODE", _("rotating code")
    COORDINATOR = "COORDINATOR", _("marked by the coordinator")
    NO_CODE = "NO_CODE", _("no code")
    SELF = "SELF", pgettext_lazy("check-in", "by the volunteer")
    CLOCK = "CLOCK", _("closed by the clock")


class Decision(TextChoices):
    """What a reviewer decided."""

    APPROVE = "APPROVE", _("approved")
    HOLD = "HOLD", _("passed to a second reviewer")
    RETURN = "RETURN", _("returned")


class Activity(TextChoices):
    """When a volunteer was last seen by an organization."""

    RECENT = "RECENT", _("served in the last 90 days")
    AWAY = "AWAY", _("not seen for 90 days")
    NEW = "NEW", _("no service yet")


class ReturnReason(TextChoices):
    """Why hours go back."""

    MINUTES = "MINUTES", _("the minutes do not fit the evidence")
    NO_EVIDENCE = "NO_EVIDENCE", _("evidence is missing")
    WRONG_PERSON = "WRONG_PERSON", _("another person served")
    NOT_SERVED = "NOT_SERVED", _("the service did not take place")
    OTHER = "OTHER", _("another reason")


class Side(TextChoices):
    """Whose evaluation it is."""

    RESIDENT = "RESIDENT", _("by the resident")
    VOLUNTEER = "VOLUNTEER", _("by the volunteer")
    COORDINATOR = "COORDINATOR", _("by the coordinator")


class Face(TextChoices):
    """The plain question with faces for the resident."""

    GOOD = "GOOD", pgettext_lazy("face", "good")
    FAIR = "FAIR", pgettext_lazy("face", "so-so")
    BAD = "BAD", pgettext_lazy("face", "not good")

"""States and kinds of cases."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.states import Machine


class CaseState(TextChoices):
    """The way of a complaint or an appeal (信访工作条例 2022)."""

    SUBMITTED = "SUBMITTED", _("received")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("acknowledged")
    IN_HAND = "IN_HAND", _("in hand")
    CONCLUDED = "CONCLUDED", _("decided")
    UNDER_REVIEW = "UNDER_REVIEW", _("decision under review")
    CLOSED = "CLOSED", _("closed")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


RUNNING = (
    CaseState.SUBMITTED,
    CaseState.ACKNOWLEDGED,
    CaseState.IN_HAND,
    CaseState.UNDER_REVIEW,
)

case_machine = Machine(
    CaseState,
    {
        CaseState.SUBMITTED: {CaseState.ACKNOWLEDGED, CaseState.WITHDRAWN},
        CaseState.ACKNOWLEDGED: {CaseState.IN_HAND, CaseState.CONCLUDED, CaseState.WITHDRAWN},
        CaseState.IN_HAND: {CaseState.CONCLUDED, CaseState.WITHDRAWN},
        CaseState.CONCLUDED: {CaseState.UNDER_REVIEW, CaseState.CLOSED},
        CaseState.UNDER_REVIEW: {CaseState.CLOSED},
        CaseState.CLOSED: set(),
        CaseState.WITHDRAWN: set(),
    },
)


class ComplaintKind(TextChoices):
    """What a complaint is about (DOMAIN §7)."""

    HOURS = "HOURS", pgettext_lazy("complaint", "hours")
    ORGANIZATION = "ORGANIZATION", _("an organization")
    PROJECT = "PROJECT", _("a project")
    PERSON = "PERSON", _("a person")
    PRIVACY = "PRIVACY", _("privacy")
    ACCIDENT = "ACCIDENT", _("an accident")
    PLATFORM = "PLATFORM", _("the platform")


class AppealReason(TextChoices):
    """What is wrong with a decision on hours."""

    MINUTES = "MINUTES", _("the minutes are wrong")
    RETURNED = "RETURNED", _("it was returned without reason")
    MISSING = "MISSING", _("a service is missing")
    OTHER = "OTHER", _("something else")


class Outcome(TextChoices):
    """A ruling."""

    UPHELD = "UPHELD", _("you are right")
    PARTLY = "PARTLY", _("you are right in part")
    DISMISSED = "DISMISSED", _("the decision stands")


class IncidentState(TextChoices):
    """An incident is never blocked by a form: it is there first, details come later."""

    REPORTED = "REPORTED", _("reported")
    IN_HAND = "IN_HAND", _("in hand")
    CLOSED = "CLOSED", _("closed")


incident_machine = Machine(
    IncidentState,
    {
        IncidentState.REPORTED: {IncidentState.IN_HAND},
        IncidentState.IN_HAND: {IncidentState.CLOSED},
        IncidentState.CLOSED: set(),
    },
)


class IncidentKind(TextChoices):
    """What happened."""

    UNSAFE = "UNSAFE", _("I do not feel safe")
    INJURY = "INJURY", _("someone is hurt")
    FALL = "FALL", _("a fall")
    DAMAGE = "DAMAGE", _("something was damaged")
    CONDUCT = "CONDUCT", _("someone behaved badly")
    OTHER = "OTHER", _("something else")

"""States of requests and visits, and the reasons that go with them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.states import Machine


class RequestState(TextChoices):
    """The request is asked and answered once (HOUSE §2)."""

    DRAFT = "DRAFT", _("draft")
    SUBMITTED = "SUBMITTED", _("received")
    ACCEPTED = "ACCEPTED", _("accepted")
    REFUSED = "REFUSED", _("refused")
    REFERRED = "REFERRED", _("referred")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")


request_machine = Machine(
    RequestState,
    {
        RequestState.DRAFT: {RequestState.SUBMITTED, RequestState.CANCELLED},
        RequestState.SUBMITTED: {
            RequestState.ACCEPTED,
            RequestState.REFUSED,
            RequestState.REFERRED,
            RequestState.CANCELLED,
        },
        RequestState.ACCEPTED: {RequestState.CLOSED, RequestState.CANCELLED},
        RequestState.REFUSED: set(),
        RequestState.REFERRED: {RequestState.CLOSED, RequestState.CANCELLED},
        RequestState.CLOSED: set(),
        RequestState.CANCELLED: set(),
    },
)


class VisitState(TextChoices):
    """The visit is what is matched and served; MATCHED means every place is filled."""

    PLANNED = "PLANNED", _("looking for a volunteer")
    MATCHED = "MATCHED", _("a volunteer will come")
    IN_SERVICE = "IN_SERVICE", _("in service")
    COMPLETED = "COMPLETED", _("done")
    UNFILLED = "UNFILLED", _("nobody was found")
    CANCELLED = "CANCELLED", _("cancelled")


visit_machine = Machine(
    VisitState,
    {
        VisitState.PLANNED: {
            VisitState.MATCHED,
            VisitState.IN_SERVICE,  # some of several came; the others never did
            VisitState.UNFILLED,
            VisitState.CANCELLED,
        },
        VisitState.MATCHED: {VisitState.PLANNED, VisitState.IN_SERVICE, VisitState.CANCELLED},
        VisitState.IN_SERVICE: {VisitState.COMPLETED},
        VisitState.COMPLETED: set(),
        VisitState.UNFILLED: set(),
        VisitState.CANCELLED: set(),
    },
)


class Tile(TextChoices):
    """The pictures under which the catalogue is shown: twelve kinds of help, and something else."""

    GOING_OUT = "going_out", _("going out together")
    MEDICAL = "medical", _("to the doctor")
    SIGN = "sign", _("sign language and captions")
    READING = "reading", _("reading and writing")
    PHONE = "phone", _("phone and computer")
    HOME = "home", _("help at home")
    SHOPPING = "shopping", _("shopping and deliveries")
    REPAIR = "repair", _("repairs")
    REHAB = "rehab", _("exercise and rehabilitation")
    LEARNING = "learning", _("learning and work")
    PAPERWORK = "paperwork", _("law and paperwork")
    TALK = "talk", _("company and free time")
    OTHER = "other", _("something else")


class Channel(TextChoices):
    """The door the request came through."""

    PAGE = "PAGE", _("page")
    API = "API", _("program")
    HOTLINE = "HOTLINE", _("hotline")
    COUNTER = "COUNTER", _("counter")


class WishSource(TextChoices):
    """How the resident's own wish is known (民法典 Art 35)."""

    OWN_WORDS = "OWN_WORDS", _("in their own words")
    OBSERVED = "OBSERVED", _("as observed")
    UNKNOWN = "UNKNOWN", _("cannot be known")


class Place(TextChoices):
    """Where the service is."""

    HOME = "HOME", _("at home")
    OTHER = "OTHER", _("somewhere else")
    REMOTE = "REMOTE", _("by phone or video")


class Risk(TextChoices):
    """Risk level of a service type."""

    LOW = "LOW", _("low")
    MEDIUM = "MEDIUM", _("medium")
    HIGH = "HIGH", _("high")


class Urgency(TextChoices):
    """How soon an answer is needed."""

    NORMAL = "NORMAL", _("normal")
    SOON = "SOON", _("soon")
    URGENT = "URGENT", _("urgent")


class RefusalReason(TextChoices):
    """Why a request cannot be met."""

    NOT_A_VOLUNTEER_TASK = "NOT_A_VOLUNTEER_TASK", _("this needs a professional, not a volunteer")
    NOT_IN_CATALOGUE = "NOT_IN_CATALOGUE", _("we do not offer this kind of help")
    TOO_DANGEROUS = "TOO_DANGEROUS", _("it would be dangerous for someone")
    NO_CONSENT = "NO_CONSENT", _("the person concerned does not want it")
    DUPLICATE = "DUPLICATE", _("the same request is already being handled")
    OTHER = "OTHER", _("another reason")


class CancelReason(TextChoices):
    """Why a request or a visit is called off."""

    NOT_NEEDED = "NOT_NEEDED", _("no longer needed")
    SOLVED = "SOLVED", _("solved in another way")
    ILL = "ILL", _("illness")
    OTHER_TIME = "OTHER_TIME", _("another time is better")
    MISTAKE = "MISTAKE", _("asked by mistake")
    OTHER = "OTHER", _("another reason")


class CloseReason(TextChoices):
    """How a request ended."""

    SERVED = "SERVED", _("the service took place")
    NOBODY_FOUND = "NOBODY_FOUND", _("nobody could be found")
    REFERRAL_DONE = "REFERRAL_DONE", _("the other body took it over")
    ENDED = "ENDED", _("the series has ended")

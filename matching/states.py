"""States between "somebody is needed" and "somebody will come"."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.states import Machine


class OpeningState(TextChoices):
    """A dated need with places to fill."""

    OPEN = "OPEN", _("open")
    FULL = "FULL", _("full")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")


opening_machine = Machine(
    OpeningState,
    {
        OpeningState.OPEN: {OpeningState.FULL, OpeningState.CLOSED, OpeningState.CANCELLED},
        OpeningState.FULL: {OpeningState.OPEN, OpeningState.CLOSED, OpeningState.CANCELLED},
        OpeningState.CLOSED: set(),
        OpeningState.CANCELLED: set(),
    },
)


class OfferState(TextChoices):
    """The platform asks a volunteer. An accepted offer stays ACCEPTED."""

    SENT = "SENT", _("waiting for your answer")
    ACCEPTED = "ACCEPTED", _("accepted")
    DECLINED = "DECLINED", _("declined")
    EXPIRED = "EXPIRED", _("expired")
    WITHDRAWN = "WITHDRAWN", _("no longer needed")


offer_machine = Machine(
    OfferState,
    {
        OfferState.SENT: {
            OfferState.ACCEPTED,
            OfferState.DECLINED,
            OfferState.EXPIRED,
            OfferState.WITHDRAWN,
        },
        OfferState.ACCEPTED: set(),
        OfferState.DECLINED: set(),
        OfferState.EXPIRED: set(),
        OfferState.WITHDRAWN: set(),
    },
)


class ApplicationState(TextChoices):
    """A volunteer asks for a place; WAITING is the waiting list."""

    SENT = "SENT", _("applied")
    WAITING = "WAITING", _("on the waiting list")
    ACCEPTED = "ACCEPTED", _("accepted")
    REFUSED = "REFUSED", _("not accepted")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    LAPSED = "LAPSED", _("lapsed")


application_machine = Machine(
    ApplicationState,
    {
        ApplicationState.SENT: {
            ApplicationState.WAITING,
            ApplicationState.ACCEPTED,
            ApplicationState.REFUSED,
            ApplicationState.WITHDRAWN,
            ApplicationState.LAPSED,
        },
        ApplicationState.WAITING: {
            ApplicationState.ACCEPTED,
            ApplicationState.REFUSED,
            ApplicationState.WITHDRAWN,
            ApplicationState.LAPSED,
        },
        ApplicationState.ACCEPTED: set(),
        ApplicationState.REFUSED: set(),
        ApplicationState.WITHDRAWN: set(),
        ApplicationState.LAPSED: set(),
    },
)


class AssignmentState(TextChoices):
    """Somebody will come; *live* is LIVE or CHECKED_IN."""

    LIVE = "LIVE", _("agreed")
    CHECKED_IN = "CHECKED_IN", _("checked in")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("called off")
    NO_SHOW = "NO_SHOW", _("did not come")


assignment_machine = Machine(
    AssignmentState,
    {
        AssignmentState.LIVE: {
            AssignmentState.CHECKED_IN,
            AssignmentState.CANCELLED,
            AssignmentState.NO_SHOW,
        },
        AssignmentState.CHECKED_IN: {AssignmentState.DONE},
        AssignmentState.DONE: set(),
        AssignmentState.CANCELLED: set(),
        AssignmentState.NO_SHOW: set(),
    },
)

LIVE = (AssignmentState.LIVE, AssignmentState.CHECKED_IN)


class RunState(TextChoices):
    """A plan for many needs: made by the worker, looked at, then carried out in part or whole."""

    QUEUED = "QUEUED", _("waiting for its turn")
    RUNNING = "RUNNING", _("being planned")
    READY = "READY", _("ready to look at")
    ACCEPTED = "ACCEPTED", _("accepted, offers are going out")
    DONE = "DONE", _("carried out")
    FAILED = "FAILED", _("failed")
    CANCELLED = "CANCELLED", _("cancelled")


run_machine = Machine(
    RunState,
    {
        RunState.QUEUED: {RunState.RUNNING, RunState.CANCELLED},
        RunState.RUNNING: {
            RunState.RUNNING,  # another worker takes over from one that died
            RunState.READY,
            RunState.FAILED,
            RunState.CANCELLED,
        },
        RunState.READY: {RunState.ACCEPTED, RunState.CANCELLED},
        RunState.ACCEPTED: {RunState.DONE},
        RunState.DONE: set(),
        RunState.FAILED: set(),
        RunState.CANCELLED: set(),
    },
)


class DeclineReason(TextChoices):
    """Why not this time; silence and "no" cost nothing."""

    NO_TIME = "NO_TIME", _("I have no time then")
    TOO_FAR = "TOO_FAR", _("it is too far")
    NOT_MY_KIND = "NOT_MY_KIND", _("this kind of help is not for me")
    UNWELL = "UNWELL", _("I am not well")
    OTHER = "OTHER", _("another reason")


# What is said where nobody kept which.
UNNAMED = {
    "skill_missing": _("a skill is missing"),
    "credential_missing": _("a valid paper is missing"),
}

# What each reason of the engine says, for or against; see ``engine.order`` and ``engine.rules``.
REASONS = {
    "near": _("about %(km).1f km away"),
    "remote": _("it is by phone or video"),
    "level": _("has the skills for it, level %(level).1f of 3"),
    "reliable": _("is likely to come to %(share)d%% of what is agreed"),
    "rested": _("asked %(asked)d times and served %(served)d times of late"),
    "roomy": _("%(hours).1f hours of that week are still free"),
    "first": _("it would be the first service"),
    "known": _("has helped this person before"),
    "preferred": _("is wished for by name"),
    # No longer given, but said in offers of before.
    "wants_this": _("this kind of service is wished for"),
    "skilled": _("has the skills for it"),
    "not_verified": _("the name is not verified yet"),
    "lesson_missing": _("the first lesson is not done yet"),
    "suspended": _("the account is suspended"),
    "paused": _("on a pause"),
    "adults_only": _("this is for people of 18 and over"),
    "guardian_missing": _("the guardian's consent is missing"),
    "pair": _("this time it does not suit"),
    "skill_missing": _("a skill is missing: %(skills)s"),
    "language_missing": _("a language is missing: %(languages)s"),
    "credential_missing": _("a valid paper is missing: %(credentials)s"),
    "gender_wish": _("the resident wishes for someone else"),
    "too_far": _("%(km).1f km is beyond the chosen radius"),
    "no_area": _("no home area is set"),
    "not_free": _("not free at that time"),
    "busy": _("another service is too close in time"),
    "no_rest": _("a night's rest is needed between the services"),
    "day_full": _("there is enough to do on that day already"),
    "week_full": _("the chosen hours of the week are used up"),
    "own_only": _("only the organization's own volunteers"),
    "not_asked": _("does not want to be asked automatically"),
    # What speaks against somebody who can go; see ``queries.against``.
    "not_chosen": _("did not choose this kind of help: plans and automatic offers pass them over"),
    "kind_paused": _("does not want to be asked for this kind of help for a while"),
    "asked_enough": _(
        "asked by the computer %(day)d times in a day and %(week)d in 7 days: enough for it"
    ),
    "asked_lately": _("asked by the computer %(week)d times in the last 7 days"),
    "far": _("lives %(km).1f km away"),
    "unreliable": _("is likely to come to only %(share)d%% of what is agreed"),
    "new": _("has not served yet"),
    # What comes between a plan and its offers; see ``actions.runs``.
    "asked_already": _("was asked already, or others were asked for the place"),
    "opening_closed": _("nobody is needed there any more"),
    "by_hand": _("the resident wants a person to choose"),
}

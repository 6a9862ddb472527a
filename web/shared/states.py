"""How a state is shown: words, an icon, a tone. The only place; a test walks every machine's states.

``LOOKS`` speaks to everybody: lists, desks. ``OWN`` speaks to the person whose thing it is, on its page.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Look(NamedTuple):
    """Words + icon + tone (LOOK §5); the icon's shape differs without colour."""

    words: Promise
    icon: str
    tone: str


_CASE = {
    "SUBMITTED": Look(_("Received"), "envelope", "info"),
    "ACKNOWLEDGED": Look(_("Its arrival was confirmed"), "clock", "wait"),
    "IN_HAND": Look(_("Being looked into"), "clock", "wait"),
    "CONCLUDED": Look(_("Decided"), "gavel", "ok"),
    "UNDER_REVIEW": Look(_("Being looked at once more"), "heads", "hold"),
    "CLOSED": Look(_("Closed"), "double-tick", "ok"),
    "WITHDRAWN": Look(_("Taken back"), "arrow-back", "neutral"),
}
_PAPER = {
    "SUBMITTED": Look(_("Being checked"), "hourglass", "info"),
    "VALID": Look(_("Checked and valid"), "shield-tick", "ok"),
    "REFUSED": Look(pgettext_lazy("paper", "Not accepted"), "barred", "stop"),
    "EXPIRED": Look(_("Run out"), "hourglass", "neutral"),
    "WITHDRAWN": Look(_("Taken back"), "arrow-back", "neutral"),
}

LOOKS: dict[str, dict[str, Look]] = {
    "help_requests_helprequest": {
        "DRAFT": Look(_("Draft, not sent"), "dashed", "neutral"),
        "SUBMITTED": Look(_("Waits for the street's answer"), "envelope", "info"),
        "ACCEPTED": Look(_("Looking for a volunteer"), "magnifier", "wait"),
        "REFUSED": Look(_("Not possible"), "barred", "stop"),
        "REFERRED": Look(_("Passed to the right body"), "arrow-on", "hold"),
        "CLOSED": Look(_("Closed"), "double-tick", "ok"),
        "CANCELLED": Look(_("Cancelled"), "cross-box", "neutral"),
    },
    "help_requests_visit": {
        "PLANNED": Look(_("Looking for a volunteer"), "magnifier", "wait"),
        "MATCHED": Look(_("A volunteer will come"), "person-tick", "go"),
        "IN_SERVICE": Look(_("In service"), "clock", "go"),
        "COMPLETED": Look(_("Done"), "double-tick", "ok"),
        "UNFILLED": Look(_("Nobody could come"), "empty-chair", "stop"),
        "CANCELLED": Look(_("Cancelled"), "cross-box", "neutral"),
    },
    "matching_run": {
        "QUEUED": Look(_("Waiting"), "hourglass", "neutral"),
        "RUNNING": Look(_("Being planned"), "clock", "wait"),
        "READY": Look(_("Ready to look at"), "magnifier", "info"),
        "ACCEPTED": Look(_("Offers are going out"), "arrow-on", "go"),
        "DONE": Look(_("Carried out"), "double-tick", "ok"),
        "FAILED": Look(_("Failed"), "barred", "stop"),
        "CANCELLED": Look(_("Dropped"), "cross-box", "neutral"),
    },
    "matching_opening": {
        "OPEN": Look(_("Places are free"), "magnifier", "wait"),
        "FULL": Look(_("Full"), "person-tick", "go"),
        "CLOSED": Look(_("Over"), "double-tick", "ok"),
        "CANCELLED": Look(_("Cancelled"), "cross-box", "neutral"),
    },
    "matching_offer": {
        "SENT": Look(_("Waiting for an answer"), "bell", "wait"),
        "ACCEPTED": Look(_("Accepted"), "tick", "go"),
        "DECLINED": Look(_("Not this time"), "dash", "neutral"),
        "EXPIRED": Look(_("Time to answer is over"), "hourglass", "neutral"),
        "WITHDRAWN": Look(_("No longer needed"), "arrow-back", "neutral"),
    },
    "matching_application": {
        "SENT": Look(_("Applied"), "page", "info"),
        "WAITING": Look(_("On the waiting list"), "queue", "wait"),
        "ACCEPTED": Look(_("Has a place"), "tick", "ok"),
        "REFUSED": Look(_("Not accepted"), "dash", "neutral"),
        "WITHDRAWN": Look(_("Taken back"), "arrow-back", "neutral"),
        "LAPSED": Look(_("Over before a place was free"), "hourglass", "neutral"),
    },
    "matching_assignment": {
        "LIVE": Look(_("Agreed"), "person-tick", "go"),
        "CHECKED_IN": Look(_("In service"), "clock", "go"),
        "DONE": Look(_("Done"), "double-tick", "ok"),
        "CANCELLED": Look(_("Called off"), "cross-box", "neutral"),
        "NO_SHOW": Look(_("Did not come"), "empty-chair", "stop"),
    },
    "service_records_servicerecord": {
        "OPEN": Look(_("In service"), "clock", "go"),
        "FORCED": Look(_("Not checked out: counts once it is reviewed"), "hourglass", "hold"),
        "UNCONFIRMED": Look(_("To be confirmed"), "clipboard", "wait"),
        "PROPOSED": Look(_("To review"), "page", "info"),
        "HELD": Look(_("Second review"), "heads", "hold"),
        "RETURNED": Look(_("Returned"), "arrow-back", "stop"),
        "APPROVED": Look(_("Approved"), "tick", "ok"),
    },
    "accounts_verification": {
        "WAITING": Look(_("Being checked"), "hourglass", "neutral"),
        "MATCH": Look(_("Verified"), "shield-tick", "ok"),
        "MISMATCH": Look(_("Does not match"), "shield-cross", "stop"),
        "NO_RECORD": Look(_("Not found"), "question", "wait"),
        "REJECTED": Look(_("Papers are asked for again"), "page-cross", "stop"),
        "SOURCE_DOWN": Look(_("Is asked again later"), "cloud", "neutral"),
    },
    "accounts_credential": _PAPER,
    "accounts_proxygrant": _PAPER,
    "organizations_organization": {
        "SUBMITTED": Look(_("Being checked by the district"), "hourglass", "info"),
        "VERIFIED": Look(_("Verified"), "shield-tick", "ok"),
        "REFUSED": Look(pgettext_lazy("paper", "Not accepted"), "barred", "stop"),
        "SUSPENDED": Look(_("Suspended"), "barred", "stop"),
        "CLOSED": Look(_("Closed"), "double-tick", "neutral"),
    },
    "organizations_project": {
        "DRAFT": Look(_("Draft"), "dashed", "neutral"),
        "SUBMITTED": Look(_("Being checked by the district"), "envelope", "info"),
        "RETURNED": Look(_("Returned"), "arrow-back", "stop"),
        "PUBLISHED": Look(_("Open for sign-up"), "magnifier", "go"),
        "CLOSED": Look(_("Closed"), "double-tick", "ok"),
        "ARCHIVED": Look(_("Archived"), "page", "neutral"),
    },
    "organizations_shift": {
        "DRAFT": Look(_("Draft"), "dashed", "neutral"),
        "PUBLISHED": Look(_("Open for sign-up"), "magnifier", "go"),
        "CLOSED": Look(_("Over"), "double-tick", "ok"),
        "CANCELLED": Look(_("Cancelled"), "cross-box", "neutral"),
    },
    "rights_complaint": _CASE,
    "rights_appeal": _CASE,
    "rights_incident": {
        "REPORTED": Look(_("Reported"), "envelope", "info"),
        "IN_HAND": Look(_("Being looked after"), "clock", "wait"),
        "CLOSED": Look(_("Closed"), "double-tick", "ok"),
    },
    "notifications_dispatch": {
        "WAITING": Look(_("Waiting to be sent"), "hourglass", "neutral"),
        "SENT": Look(_("Sent"), "tick", "ok"),
        "FAILED": Look(_("Could not be sent"), "barred", "stop"),
    },
    "kernel_job": {
        "QUEUED": Look(_("Waiting"), "hourglass", "neutral"),
        "RUNNING": Look(_("Running"), "clock", "go"),
        "DONE": Look(_("Done"), "tick", "ok"),
        "FAILED": Look(_("Failed; nothing was lost"), "barred", "stop"),
        "CANCELLED": Look(_("Cancelled"), "cross-box", "neutral"),
    },
}

_OWN_CASE: dict[str, Promise] = {
    "SUBMITTED": _("Received; within 15 days we tell you who handles it"),
    "ACKNOWLEDGED": _("In hand; within 60 days you get an answer"),
}
_OWN_PAPER: dict[str, Promise] = {"REFUSED": _("Not accepted; the reason is below")}
OWN: dict[str, dict[str, Promise]] = {
    "help_requests_helprequest": {
        "SUBMITTED": _("Received, being checked"),
        "REFUSED": _("Not possible; reason and other ways below"),
        "CLOSED": _("Closed; result below"),
    },
    "help_requests_visit": {"COMPLETED": _("Done, please confirm")},
    "matching_offer": {
        "SENT": _("Waiting for your answer"),
        "WITHDRAWN": _("No longer needed, thank you"),
    },
    "matching_application": {"ACCEPTED": _("You have a place")},
    "accounts_verification": {
        "NO_RECORD": _("Not found; please go to your street"),
        "REJECTED": _("Please hand the papers in again"),
        "SOURCE_DOWN": _("We try again later"),
    },
    "accounts_credential": _OWN_PAPER,
    "accounts_proxygrant": _OWN_PAPER,
    "organizations_organization": _OWN_PAPER,
    "rights_complaint": _OWN_CASE,
    "rights_appeal": _OWN_CASE,
}


def look_of(table: str, state: str, *, is_own: bool = False) -> Look:
    """Return how ``state`` of the machine of ``table`` is shown; ``is_own``: to whose thing it is."""
    look = LOOKS[table][state]
    own = OWN.get(table, {}).get(state) if is_own else None
    return look._replace(words=own) if own else look

"""Channels, kinds and groups of notices, and the way of an outgoing message."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kernel.states import Machine


class Channel(TextChoices):
    """How a person is told besides the inbox, which always holds everything. There is no voice."""

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


class Haste(TextChoices):
    """What quiet hours mean for a notice (LOOK §7)."""

    NONE = "NONE", _("waits for the morning")
    SAME_DAY = "SAME_DAY", _("does not wait on the day itself")
    SAFETY = "SAFETY", _("never waits")


class Kind(NamedTuple):
    """What a notice is for; its words stand in ``templates/notifications/<name>/``."""

    group: Group
    haste: Haste = Haste.NONE


_MUST, _USEFUL = Kind(Group.MUST), Kind(Group.USEFUL)
_CHANGE, _SAFETY = Kind(Group.MUST, Haste.SAME_DAY), Kind(Group.MUST, Haste.SAFETY)
_TODAY = Kind(Group.USEFUL, Haste.SAME_DAY)

KINDS: dict[str, Kind] = {
    # the account and its papers
    "signed_in": _USEFUL,
    "address_changed": _SAFETY,
    "password_changed": _SAFETY,
    "factor_added": _SAFETY,
    "factor_removed": _SAFETY,
    "factor_copied": _SAFETY,
    "identity_verified": _MUST,
    "identity_refused": _MUST,
    "credential_valid": _MUST,
    "credential_refused": _MUST,
    "credential_expiring": _USEFUL,
    "credential_expired": _MUST,
    "grant_asked": _MUST,
    "grant_valid": _MUST,
    "grant_refused": _MUST,
    "grant_ended": _MUST,
    "guardian_asked": _MUST,
    "guardian_withdrew": _MUST,
    "volunteer_suspended": _MUST,
    "volunteer_restored": _MUST,
    "desk_granted": _MUST,
    "desk_ended": _MUST,
    # asking for help
    "request_received": _MUST,
    "request_to_answer": _TODAY,
    "request_accepted": _CHANGE,
    "request_refused": _CHANGE,
    "request_referred": _CHANGE,
    "request_cancelled": _CHANGE,
    "request_closed": _USEFUL,
    "visit_matched": _CHANGE,
    "visit_opened_again": _CHANGE,
    "visit_moved": _CHANGE,
    "visit_cancelled": _CHANGE,
    "visit_started": _USEFUL,
    "visit_completed": _MUST,
    "visit_unfilled": _CHANGE,
    "visit_unfilled_office": _USEFUL,
    "visit_tomorrow": _MUST,
    "visit_soon": _CHANGE,
    # organizations, projects and shifts
    "organization_to_verify": _USEFUL,
    "organization_verified": _MUST,
    "organization_refused": _MUST,
    "organization_suspended": _MUST,
    "membership_offered": _USEFUL,
    "membership_ended": _USEFUL,
    "project_to_check": _USEFUL,
    "project_published": _MUST,
    "project_returned": _MUST,
    # matching
    "offer": _CHANGE,
    "offer_withdrawn": _TODAY,
    "offer_expired": _USEFUL,
    "opening_escalated": _CHANGE,
    "application_to_decide": _TODAY,
    "application_waiting": _TODAY,
    "application_accepted": _CHANGE,
    "application_promoted": _CHANGE,
    "application_refused": _CHANGE,
    "application_lapsed": _USEFUL,
    "task_made": _CHANGE,
    "task_moved": _CHANGE,
    "task_cancelled": _CHANGE,
    "task_given_back": _TODAY,
    "task_tomorrow": _MUST,
    "task_soon": _CHANGE,
    "no_show": _MUST,
    "no_show_office": _CHANGE,
    # service and what it earns
    "hours_to_confirm": _USEFUL,
    "record_forced": _MUST,
    "record_confirmed": _USEFUL,
    "record_held": _USEFUL,
    "record_returned": _MUST,
    "record_approved": _MUST,
    "record_corrected": _MUST,
    "evaluated": _USEFUL,
    "points_awarded": _USEFUL,
    "points_reversed": _USEFUL,
    "points_redeemed": _USEFUL,
    "stars_reached": _USEFUL,
    "stars_lost": _USEFUL,
    "proof_issued": _USEFUL,
    "proof_revoked": _MUST,
    # when something is wrong
    "case_received": _MUST,
    "case_to_handle": _MUST,
    "case_acknowledged": _MUST,
    "case_taken": _USEFUL,
    "case_extended": _MUST,
    "case_concluded": _MUST,
    "case_to_review": _MUST,
    "case_closed": _USEFUL,
    "case_withdrawn": _USEFUL,
    "case_overdue": _MUST,
    "incident_received": _SAFETY,
    "incident_reported": _SAFETY,
    "incident_taken": _SAFETY,
    "incident_closed": _MUST,
    "incident_overdue": _MUST,
}

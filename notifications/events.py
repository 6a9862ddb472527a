"""What this room announces, and what it hears: one row for each telling."""

from enum import StrEnum
from typing import NamedTuple

from accounts import events as people
from help_requests import events as requests
from incentives import events as incentives
from matching import events as matching
from organizations import events as bodies
from rights import events as rights
from service_records import events as records

MESSAGE_SENT = "message.sent"
MESSAGE_FAILED = "message.failed"
MESSAGE_TRIED_AGAIN = "message.tried_again"
PREFERENCES_CHANGED = "preferences.changed"
QUIET_HOURS_CHANGED = "quiet_hours.changed"


class Audience(StrEnum):
    """Who of a scene is told. Whoever did the deed is left out, unless the row says ``too``."""

    OWNER = "OWNER"  # whose paper, application, record, proof or case it is
    RESIDENT = "RESIDENT"  # the resident alone
    SIDE = "SIDE"  # the resident and who may act for them
    VOLUNTEERS = "VOLUNTEERS"  # who comes, or waits in line
    CONFIRMERS = "CONFIRMERS"  # who can say that it took place
    RUNNERS = "RUNNERS"  # who runs the organization
    GUARDIAN = "GUARDIAN"  # of a volunteer under 18: by account, else by a text to the named phone
    OFFICE = "OFFICE"  # the nearest office that answers requests and dispatches
    CHECKERS = "CHECKERS"  # the nearest office that verifies organizations and checks projects
    RECORDER = "RECORDER"  # who confirmed the hours
    HANDLERS = "HANDLERS"  # the nearest case handlers who are not part of it
    HANDLER = "HANDLER"  # who has the case or incident in hand
    ABOVE = "ABOVE"  # who handles such things, and one level up
    LOOKERS_AFTER = "LOOKERS_AFTER"  # the office, and the organization, that look after incidents


class Telling(NamedTuple):
    """``kind`` goes to ``to``, while the scene is in one of the ``while_`` situations (any if empty)."""

    kind: str
    to: Audience
    while_: tuple[str, ...] = ()
    too: bool = False  # whoever did it is told as well, as a receipt


_A = Audience

HEARD: dict[str, tuple[Telling, ...]] = {
    people.USER_ENTERED: (Telling("signed_in", _A.OWNER, ("ELSEWHERE",), too=True),),
    people.ADDRESS_CHANGED: (Telling("address_changed", _A.OWNER, too=True),),
    people.PASSWORD_CHANGED: (Telling("password_changed", _A.OWNER, too=True),),
    people.PASSKEY_ADDED: (Telling("factor_added", _A.OWNER, too=True),),
    people.APP_ADDED: (Telling("factor_added", _A.OWNER, too=True),),
    people.PASSKEY_COPIED: (Telling("factor_copied", _A.OWNER, too=True),),
    people.PASSKEY_REMOVED: (Telling("factor_removed", _A.OWNER, too=True),),
    people.APP_REMOVED: (Telling("factor_removed", _A.OWNER, too=True),),
    people.IDENTITY_ANSWERED: (
        Telling("identity_verified", _A.OWNER, ("MATCH",)),
        Telling("identity_refused", _A.OWNER, ("MISMATCH", "NO_RECORD", "REJECTED")),
    ),
    people.CREDENTIAL_DECIDED: (
        Telling("credential_valid", _A.OWNER, ("VALID",)),
        Telling("credential_refused", _A.OWNER, ("REFUSED",)),
    ),
    people.CREDENTIAL_EXPIRED: (Telling("credential_expired", _A.OWNER, ("EXPIRED",)),),
    people.GRANT_SUBMITTED: (Telling("grant_asked", _A.RESIDENT, ("SUBMITTED",)),),
    people.GRANT_DECIDED: (
        Telling("grant_valid", _A.OWNER, ("VALID",)),
        Telling("grant_valid", _A.RESIDENT, ("VALID",)),
        Telling("grant_refused", _A.OWNER, ("REFUSED",)),
    ),
    people.GRANT_EXPIRED: (
        Telling("grant_ended", _A.OWNER, ("EXPIRED",)),
        Telling("grant_ended", _A.RESIDENT, ("EXPIRED",)),
    ),
    people.GRANT_WITHDRAWN: (
        Telling("grant_ended", _A.OWNER, ("WITHDRAWN",)),
        Telling("grant_ended", _A.RESIDENT, ("WITHDRAWN",)),
    ),
    people.VOLUNTEER_SUSPENDED: (Telling("volunteer_suspended", _A.OWNER, ("SUSPENDED",)),),
    people.VOLUNTEER_RESTORED: (Telling("volunteer_restored", _A.OWNER, ("ACTIVE",)),),
    people.GUARDIAN_NAMED: (Telling("guardian_asked", _A.GUARDIAN),),
    people.GUARDIAN_WITHDREW: (Telling("guardian_withdrew", _A.OWNER),),
    people.DESK_GRANTED: (Telling("desk_granted", _A.OWNER),),
    people.DESK_ENDED: (Telling("desk_ended", _A.OWNER),),
    requests.REQUEST_SUBMITTED: (
        Telling("request_received", _A.SIDE, ("SUBMITTED",), too=True),
        Telling("request_to_answer", _A.OFFICE, ("SUBMITTED",)),
    ),
    requests.REQUEST_ACCEPTED: (Telling("request_accepted", _A.SIDE, ("ACCEPTED",)),),
    requests.REQUEST_REFUSED: (Telling("request_refused", _A.SIDE),),
    requests.REQUEST_REFERRED: (Telling("request_referred", _A.SIDE),),
    requests.REQUEST_CANCELLED: (
        Telling("request_cancelled", _A.SIDE),
        Telling("request_cancelled", _A.RUNNERS),
    ),
    requests.REQUEST_CLOSED: (Telling("request_closed", _A.SIDE),),
    requests.VISIT_MATCHED: (Telling("visit_matched", _A.SIDE, ("MATCHED",)),),
    requests.VISIT_OPENED_AGAIN: (Telling("visit_opened_again", _A.SIDE, ("PLANNED",)),),
    requests.VISIT_MOVED: (
        Telling("visit_moved", _A.SIDE, ("PLANNED", "MATCHED")),
        Telling("task_moved", _A.VOLUNTEERS, ("PLANNED", "MATCHED")),
    ),
    requests.VISIT_CANCELLED: (Telling("visit_cancelled", _A.SIDE, ("CANCELLED",)),),
    requests.VISIT_STARTED: (Telling("visit_started", _A.SIDE, ("IN_SERVICE",)),),
    requests.VISIT_COMPLETED: (Telling("visit_completed", _A.SIDE),),
    requests.VISIT_UNFILLED: (
        Telling("visit_unfilled", _A.SIDE),
        Telling("visit_unfilled_office", _A.OFFICE),
    ),
    bodies.ORGANIZATION_REGISTERED: (
        Telling("organization_to_verify", _A.CHECKERS, ("SUBMITTED",)),
    ),
    bodies.ORGANIZATION_ASKED_AGAIN: (
        Telling("organization_to_verify", _A.CHECKERS, ("SUBMITTED",)),
    ),
    bodies.ORGANIZATION_DECIDED: (
        Telling("organization_verified", _A.RUNNERS, ("VERIFIED",)),
        Telling("organization_refused", _A.RUNNERS, ("REFUSED",)),
    ),
    bodies.ORGANIZATION_SUSPENDED: (Telling("organization_suspended", _A.RUNNERS, ("SUSPENDED",)),),
    bodies.MEMBERSHIP_ADDED: (Telling("membership_offered", _A.OWNER, ("OFFERED",)),),
    bodies.MEMBERSHIP_ENDED: (Telling("membership_ended", _A.OWNER),),
    bodies.PROJECT_SUBMITTED: (Telling("project_to_check", _A.CHECKERS, ("SUBMITTED",)),),
    bodies.PROJECT_PUBLISHED: (Telling("project_published", _A.RUNNERS, ("PUBLISHED",)),),
    bodies.PROJECT_RETURNED: (Telling("project_returned", _A.RUNNERS, ("RETURNED",)),),
    bodies.SHIFT_CHANGED: (Telling("task_moved", _A.VOLUNTEERS, ("PUBLISHED",)),),
    matching.OFFER_SENT: (Telling("offer", _A.OWNER, ("SENT",)),),
    matching.OFFER_WITHDRAWN: (Telling("offer_withdrawn", _A.OWNER),),
    matching.OFFER_EXPIRED: (Telling("offer_expired", _A.OWNER),),
    matching.OPENING_ESCALATED: (Telling("opening_escalated", _A.OFFICE, ("OPEN",)),),
    matching.APPLICATION_SENT: (Telling("application_to_decide", _A.RUNNERS, ("SENT",)),),
    matching.APPLICATION_WAITING: (Telling("application_waiting", _A.OWNER, ("WAITING",)),),
    matching.APPLICATION_ACCEPTED: (
        Telling("application_accepted", _A.OWNER, ("ACCEPTED",)),
        Telling("application_promoted", _A.OWNER, ("PROMOTED",)),
    ),
    matching.APPLICATION_REFUSED: (Telling("application_refused", _A.OWNER),),
    matching.APPLICATION_LAPSED: (Telling("application_lapsed", _A.OWNER),),
    matching.ASSIGNMENT_MADE: (Telling("task_made", _A.OWNER, ("BY_OFFER",), too=True),),
    matching.ASSIGNMENT_CANCELLED: (
        Telling("task_cancelled", _A.OWNER),
        Telling("task_given_back", _A.RUNNERS),
    ),
    matching.ASSIGNMENT_NO_SHOW: (
        Telling("no_show", _A.OWNER),
        Telling("no_show_office", _A.OFFICE),
    ),
    records.RECORD_CHECKED_OUT: (Telling("hours_to_confirm", _A.CONFIRMERS, ("UNCONFIRMED",)),),
    records.RECORD_FORCED: (
        Telling("record_forced", _A.OWNER, ("FORCED",)),
        Telling("hours_to_confirm", _A.CONFIRMERS, ("FORCED",)),
    ),
    records.RECORD_CONFIRMED: (Telling("record_confirmed", _A.OWNER, ("PROPOSED",)),),
    records.RECORD_HELD: (Telling("record_held", _A.OWNER, ("HELD",)),),
    records.RECORD_RETURNED: (
        Telling("record_returned", _A.OWNER, ("RETURNED",)),
        Telling("record_returned", _A.RECORDER, ("RETURNED",)),
    ),
    records.RECORD_APPROVED: (Telling("record_approved", _A.OWNER),),
    records.RECORD_CORRECTED: (Telling("record_corrected", _A.OWNER),),
    # That it was said, not what: an evaluation is read by who is in charge (LOOK page 5, n ≥ 5).
    records.EVALUATION_GIVEN: (Telling("evaluated", _A.OWNER, ("RESIDENT", "COORDINATOR")),),
    incentives.POINTS_AWARDED: (Telling("points_awarded", _A.OWNER),),
    incentives.POINTS_REVERSED: (Telling("points_reversed", _A.OWNER),),
    incentives.POINTS_REDEEMED: (Telling("points_redeemed", _A.OWNER, too=True),),
    incentives.STARS_REACHED: (Telling("stars_reached", _A.OWNER, ("REACHED",)),),
    incentives.STARS_LOST: (Telling("stars_lost", _A.OWNER, ("LOST",)),),
    incentives.PROOF_ISSUED: (Telling("proof_issued", _A.OWNER, too=True),),
    incentives.PROOF_REVOKED: (Telling("proof_revoked", _A.OWNER),),
    rights.INCIDENT_REPORTED: (
        Telling("incident_received", _A.OWNER, too=True),
        Telling("incident_reported", _A.LOOKERS_AFTER, ("REPORTED",)),
    ),
    rights.INCIDENT_TAKEN: (Telling("incident_taken", _A.OWNER, ("IN_HAND",)),),
    rights.INCIDENT_CLOSED: (Telling("incident_closed", _A.OWNER),),
    rights.INCIDENT_OVERDUE: (
        Telling("incident_overdue", _A.HANDLER, ("REPORTED", "IN_HAND")),
        Telling("incident_overdue", _A.ABOVE, ("REPORTED", "IN_HAND")),
    ),
    rights.CASE_EXTENDED: (Telling("case_extended", _A.OWNER),),
}

_RUNNING = ("SUBMITTED", "ACKNOWLEDGED", "IN_HAND", "UNDER_REVIEW")

# Complaints and appeals go the same way.
for _case in ("complaint", "appeal"):
    HEARD |= {
        f"{_case}.submitted": (
            Telling("case_received", _A.OWNER, too=True),
            Telling("case_to_handle", _A.HANDLERS, ("SUBMITTED",)),
        ),
        f"{_case}.acknowledged": (Telling("case_acknowledged", _A.OWNER),),
        f"{_case}.taken": (Telling("case_taken", _A.OWNER),),
        f"{_case}.concluded": (Telling("case_concluded", _A.OWNER),),
        f"{_case}.review_asked": (Telling("case_to_review", _A.HANDLERS, ("UNDER_REVIEW",)),),
        f"{_case}.closed": (Telling("case_closed", _A.OWNER),),
        f"{_case}.withdrawn": (Telling("case_withdrawn", _A.HANDLER),),
        f"{_case}.overdue": (
            Telling("case_overdue", _A.HANDLER, _RUNNING),
            Telling("case_overdue", _A.ABOVE, _RUNNING),
        ),
    }

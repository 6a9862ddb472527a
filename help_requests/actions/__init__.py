"""What happens to requests and visits: the only writers of this room's tables, by subject."""

from help_requests.actions.answers import (
    accept_request,
    call_all_off,
    cancel_request,
    close_request,
    refer_request,
    refuse_request,
)
from help_requests.actions.asking import change_draft, draft_request, submit_request
from help_requests.actions.codes import use_arrival_code
from help_requests.actions.reference import load_reference
from help_requests.actions.visits import (
    cancel_visit,
    mark_visit_completed,
    mark_visit_in_service,
    mark_visit_matched,
    mark_visit_open_again,
    mark_visit_unfilled,
    move_visit,
    plan_ahead,
)

__all__ = [
    "accept_request",
    "call_all_off",
    "cancel_request",
    "cancel_visit",
    "change_draft",
    "close_request",
    "draft_request",
    "load_reference",
    "mark_visit_completed",
    "mark_visit_in_service",
    "mark_visit_matched",
    "mark_visit_open_again",
    "mark_visit_unfilled",
    "move_visit",
    "plan_ahead",
    "refer_request",
    "refuse_request",
    "submit_request",
    "use_arrival_code",
]

"""What happens when something is wrong: the only writers of this room's tables, by subject."""

from rights.actions.asking import submit_appeal, submit_complaint, withdraw_case
from rights.actions.deciding import (
    acknowledge,
    ask_review,
    close_case,
    close_settled,
    conclude,
    extend_case,
    note_overdue,
    note_overdue_cases,
    take_in_hand,
)
from rights.actions.incidents import (
    add_to_incident,
    close_incident,
    note_overdue_incident,
    note_overdue_incidents,
    report_incident,
    take_incident,
)

__all__ = [
    "acknowledge",
    "add_to_incident",
    "ask_review",
    "close_case",
    "close_incident",
    "close_settled",
    "conclude",
    "extend_case",
    "note_overdue",
    "note_overdue_cases",
    "note_overdue_incident",
    "note_overdue_incidents",
    "report_incident",
    "submit_appeal",
    "submit_complaint",
    "take_in_hand",
    "take_incident",
    "withdraw_case",
]

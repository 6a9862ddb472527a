"""What is written about service: the only writers of this room's tables, by subject."""

from service_records.actions.attendance import check_in, check_out, force_close_open
from service_records.actions.evaluations import evaluate
from service_records.actions.hours import (
    approve_hours,
    confirm_record,
    correct_hours,
    propose_after_appeal,
    propose_again,
    return_hours,
)
from service_records.actions.together import confirm_records

__all__ = [
    "approve_hours",
    "check_in",
    "check_out",
    "confirm_record",
    "confirm_records",
    "correct_hours",
    "evaluate",
    "force_close_open",
    "propose_after_appeal",
    "propose_again",
    "return_hours",
]

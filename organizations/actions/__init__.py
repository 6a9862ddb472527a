"""What organizations do: register, publish, plan shifts; the only writers of this room's tables."""

from organizations.actions.bodies import (
    add_member,
    ask_again,
    close_organization,
    confirm_membership,
    decide_organization,
    end_membership,
    register_organization,
    suspend_organization,
)
from organizations.actions.projects import (
    archive_project,
    change_project,
    close_project,
    make_project,
    publish_project,
    return_project,
    submit_project,
)
from organizations.actions.shifts import (
    add_shift,
    add_weekly_shifts,
    cancel_shift,
    change_shift,
    close_past_shifts,
)

__all__ = [
    "add_member",
    "add_shift",
    "add_weekly_shifts",
    "archive_project",
    "ask_again",
    "cancel_shift",
    "change_project",
    "change_shift",
    "close_organization",
    "close_past_shifts",
    "close_project",
    "confirm_membership",
    "decide_organization",
    "end_membership",
    "make_project",
    "publish_project",
    "register_organization",
    "return_project",
    "submit_project",
    "suspend_organization",
]

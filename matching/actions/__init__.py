"""What happens between a need and a promise: the only writers of this room's tables, by subject."""

from matching.actions.applications import (
    accept_application,
    apply,
    promote,
    refuse_application,
    withdraw_application,
)
from matching.actions.assignments import (
    cancel_assignment,
    mark_checked_in,
    mark_done,
    mark_no_show,
    part_ways,
)
from matching.actions.learning import learn, learn_daily
from matching.actions.leaving import keep_apart, let_go, lose_paper
from matching.actions.offers import (
    accept_offer,
    decline_offer,
    expire_offers,
    extend_offer,
    send_offer,
)
from matching.actions.openings import (
    cancel_opening,
    clear_cancelled,
    close_past_openings,
    follow_consent,
    follow_shift,
    follow_visit,
    open_for_shift,
    open_for_visit,
)
from matching.actions.pauses import resume_kind
from matching.actions.postings import post, post_all, post_day, post_work
from matching.actions.runs import (
    Superseded,
    accept_run,
    ask_run,
    cancel_run,
    fail_run,
    note_answer,
    plan_area,
    send_run,
    show_run,
    take_run,
    write_down,
)
from matching.actions.waves import ask_again, send_wave
from matching.actions.weights import set_weights
from matching.actions.willing import go_on_duty, leave_duty
from matching.actions.wished import wish_again, wish_no_more

__all__ = [
    "Superseded",
    "accept_application",
    "accept_offer",
    "accept_run",
    "apply",
    "ask_again",
    "ask_run",
    "cancel_assignment",
    "cancel_opening",
    "cancel_run",
    "clear_cancelled",
    "close_past_openings",
    "decline_offer",
    "expire_offers",
    "extend_offer",
    "fail_run",
    "follow_consent",
    "follow_shift",
    "follow_visit",
    "go_on_duty",
    "keep_apart",
    "learn",
    "learn_daily",
    "leave_duty",
    "let_go",
    "lose_paper",
    "mark_checked_in",
    "mark_done",
    "mark_no_show",
    "note_answer",
    "open_for_shift",
    "open_for_visit",
    "part_ways",
    "plan_area",
    "post",
    "post_all",
    "post_day",
    "post_work",
    "promote",
    "refuse_application",
    "resume_kind",
    "send_offer",
    "send_run",
    "send_wave",
    "set_weights",
    "show_run",
    "take_run",
    "wish_again",
    "wish_no_more",
    "withdraw_application",
    "write_down",
]

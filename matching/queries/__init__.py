"""Reading this room: what each viewer may see, and the facts the engine is told."""

from matching.queries.against import unwished
from matching.queries.asking import (
    Invited,
    invited_by_hand,
    next_end,
    next_wave,
    rested,
)
from matching.queries.chances import answers_of_late
from matching.queries.facts import need_of, people_of
from matching.queries.possible import Possible, possible
from matching.queries.posted import changing, may_be_asked, rows_of
from matching.queries.runs import (
    against_words,
    away_m,
    load_of,
    next_problem,
    opening_ref,
    proposals_of,
    runs_for,
    told,
    unfilled_of,
)
from matching.queries.snapshot import left_out, problems, to_plan
from matching.queries.visible import (
    address_of,
    addresses,
    applications_for,
    assignments_for,
    cancels_of_late,
    candidates,
    door_notes_of,
    live_assignments,
    may_dispatch,
    offers_for,
    opening_of,
    openings_for,
    overlapping,
    roster,
    waiting_position,
    waiting_positions,
    why_not,
)
from matching.queries.weights import parameters_now, weighings_for
from matching.queries.widened import widened
from matching.queries.widening import change_of, changes, widening
from matching.queries.willing import (
    allows_matching,
    duty_of,
    is_asked,
    on_duty,
    pauses_of,
    urgent_now,
)
from matching.queries.wished import wished_for

__all__ = [
    "Invited",
    "Possible",
    "address_of",
    "addresses",
    "against_words",
    "allows_matching",
    "answers_of_late",
    "applications_for",
    "assignments_for",
    "away_m",
    "cancels_of_late",
    "candidates",
    "change_of",
    "changes",
    "changing",
    "door_notes_of",
    "duty_of",
    "invited_by_hand",
    "is_asked",
    "left_out",
    "live_assignments",
    "load_of",
    "may_be_asked",
    "may_dispatch",
    "need_of",
    "next_end",
    "next_problem",
    "next_wave",
    "offers_for",
    "on_duty",
    "opening_of",
    "opening_ref",
    "openings_for",
    "overlapping",
    "parameters_now",
    "pauses_of",
    "people_of",
    "possible",
    "problems",
    "proposals_of",
    "rested",
    "roster",
    "rows_of",
    "runs_for",
    "to_plan",
    "told",
    "unfilled_of",
    "unwished",
    "urgent_now",
    "waiting_position",
    "waiting_positions",
    "weighings_for",
    "why_not",
    "widened",
    "widening",
    "wished_for",
]

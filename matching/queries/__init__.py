"""Reading this room: what each viewer may see, and the facts the engine is told."""

from matching.queries.asking import (
    Invited,
    invited_by_hand,
    next_end,
    next_wave,
    rested,
)
from matching.queries.chances import answers_of_late
from matching.queries.facts import need_of, people_of
from matching.queries.posted import changing, may_be_asked, rows_of
from matching.queries.runs import (
    opening_ref,
    proposals_of,
    runs_for,
    told,
)
from matching.queries.snapshot import problems, to_plan
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
from matching.queries.widening import widening

__all__ = [
    "Invited",
    "address_of",
    "addresses",
    "answers_of_late",
    "applications_for",
    "assignments_for",
    "cancels_of_late",
    "candidates",
    "changing",
    "door_notes_of",
    "invited_by_hand",
    "live_assignments",
    "may_be_asked",
    "may_dispatch",
    "need_of",
    "next_end",
    "next_wave",
    "offers_for",
    "opening_of",
    "opening_ref",
    "openings_for",
    "overlapping",
    "parameters_now",
    "people_of",
    "problems",
    "proposals_of",
    "rested",
    "roster",
    "rows_of",
    "runs_for",
    "to_plan",
    "told",
    "waiting_position",
    "waiting_positions",
    "weighings_for",
    "why_not",
    "widening",
]

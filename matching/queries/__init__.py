"""Reading this room: what each viewer may see, and the facts the engine is told."""

from matching.queries.facts import need_of, people_of
from matching.queries.posted import changing, may_be_asked, rows_of
from matching.queries.runs import opening_ref, proposals_of, runs_for, told
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

__all__ = [
    "address_of",
    "addresses",
    "applications_for",
    "assignments_for",
    "cancels_of_late",
    "candidates",
    "changing",
    "door_notes_of",
    "live_assignments",
    "may_be_asked",
    "may_dispatch",
    "need_of",
    "offers_for",
    "opening_of",
    "opening_ref",
    "openings_for",
    "overlapping",
    "parameters_now",
    "people_of",
    "problems",
    "proposals_of",
    "roster",
    "rows_of",
    "runs_for",
    "to_plan",
    "told",
    "waiting_position",
    "waiting_positions",
    "weighings_for",
    "why_not",
]

"""Guards: rules that the database itself keeps, declared as data and installed as one set.

A room lists its guards in ``<room>/guards.py`` as ``GUARDS``. They have no off switch: only ``lifted``
takes them down, around ``migrate``, because SQLite rebuilds a table to alter it (the triggers on it are
lost, and one that reads it trips the rename), and PostgreSQL will not alter a column a trigger names.
"""

from kernel.guards.building import (
    PREFIX,
    Guard,
    lite_refusal,
    lite_trigger,
    pg_function,
    pg_refusal,
    pg_trigger,
    refused_by,
)
from kernel.guards.kinds import append_only, frozen_when, legal_moves, same_as_parent
from kernel.guards.sets import declared, drop, install, lifted, machines, problems, standing

GUARDS = [
    append_only("kernel_event"),
    append_only("kernel_eventseal", keys=("id", "number", "event_id")),
]

__all__ = [
    "GUARDS",
    "PREFIX",
    "Guard",
    "append_only",
    "declared",
    "drop",
    "frozen_when",
    "install",
    "legal_moves",
    "lifted",
    "lite_refusal",
    "lite_trigger",
    "machines",
    "pg_function",
    "pg_refusal",
    "pg_trigger",
    "problems",
    "refused_by",
    "same_as_parent",
    "standing",
]

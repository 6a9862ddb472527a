"""The engine: who can fill a need, in which order, and why. Pure Python: it knows no Django."""

from matching.engine.order import Candidate, best_at, rank, scored
from matching.engine.parameters import USUAL, Parameters
from matching.engine.problem import Need, Person, Reason, Span
from matching.engine.rules import HARD_RULES, refusals

__all__ = [
    "HARD_RULES",
    "USUAL",
    "Candidate",
    "Need",
    "Parameters",
    "Person",
    "Reason",
    "Span",
    "best_at",
    "rank",
    "refusals",
    "scored",
]

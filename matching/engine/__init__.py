"""The engine: who can fill a need, in which order, and why. Pure Python: it knows no Django."""

from matching.engine.order import USUAL, Candidate, Weights, best_at, rank
from matching.engine.problem import Need, Person, Reason, Span
from matching.engine.rules import HARD_RULES, refusals

__all__ = [
    "HARD_RULES",
    "USUAL",
    "Candidate",
    "Need",
    "Person",
    "Reason",
    "Span",
    "Weights",
    "best_at",
    "rank",
    "refusals",
]

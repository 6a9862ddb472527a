"""From "somebody is needed" to "somebody will come", and what the engine is told and answers."""

from matching.models.learning import AcceptanceModel
from matching.models.openings import Application, Assignment, Offer, Opening
from matching.models.postings import Posting
from matching.models.runs import Proposal, Run
from matching.models.weighing import Weighing
from matching.models.willing import Duty, KindPause
from matching.models.wished import Wished

__all__ = [
    "AcceptanceModel",
    "Application",
    "Assignment",
    "Duty",
    "KindPause",
    "Offer",
    "Opening",
    "Posting",
    "Proposal",
    "Run",
    "Weighing",
    "Wished",
]

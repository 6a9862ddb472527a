"""What this room announces."""

POINTS_AWARDED = "points.awarded"
POINTS_REVERSED = "points.reversed"
POINTS_REDEEMED = "points.redeemed"
STARS_REACHED = "stars.reached"
STARS_LOST = "stars.lost"
PROOF_ISSUED = "proof.issued"
PROOF_REVOKED = "proof.revoked"

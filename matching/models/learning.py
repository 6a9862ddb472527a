"""What was learned of how people answer."""

from django.db import models


class AcceptanceModel(models.Model):
    """How likely somebody is to say yes to an offer, as it was learned in one night; the newest counts.

    ``weights`` is ``engine.acceptance.Model`` as a dict. ``uses``: the logistic model was better than the
    prior on the newest third, and so is used; else the prior is. ``report`` holds how both did there
    (``engine.acceptance.Judged``: Brier score, log loss, ten bins of [size, predicted, observed]), none
    where there were too few ``answers``.
    """

    number = models.PositiveIntegerField(unique=True)
    trained_at = models.DateTimeField()
    weights = models.JSONField()
    report = models.JSONField()
    uses = models.BooleanField()
    answers = models.PositiveIntegerField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.answers}"

"""What the engine weighs, as the city set it."""

from django.conf import settings
from django.db import models

from kernel.references import RefField


class Weighing(models.Model):
    """The parameters of the engine from ``set_at`` on: never changed, followed by the next number.

    ``parameters`` holds all of ``engine.Parameters``, so that a receipt of today can be read in ten years.
    """

    ref = RefField()
    number = models.PositiveIntegerField(unique=True)
    parameters = models.JSONField()
    reason = models.CharField(max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(name="%(class)s_has_a_reason", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

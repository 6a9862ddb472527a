"""Whom a resident would like to see again."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ResidentProfile
from kernel.references import RefField


class Wished(models.Model):
    """The resident's side wishes that ``volunteer`` comes again: asked earlier, never alone, and free to say
    no. The volunteer reads of it with the next offer."""

    ref = RefField()
    resident = models.ForeignKey(ResidentProfile, models.PROTECT, related_name="+")
    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    wished_at = models.DateTimeField()
    wished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "volunteer"],
                condition=Q(ended_at__isnull=True),
                name="%(class)s_once",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

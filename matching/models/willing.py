"""What a volunteer is willing to do just now, and what not for a while."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.states import Category


class Duty(models.Model):
    """ "I can go now": until ``until`` (two hours at most) a volunteer is first in line for what is urgent.

    The point is where they are, snapped to the 500 m grid; none, the home area. ``ended_at`` is when they
    switched it off themselves.
    """

    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_begins", condition=Q(until__gt=F("since"))
            ),
            models.CheckConstraint(
                name="%(class)s_point_is_whole",
                condition=Q(lat__isnull=True, lng__isnull=True)
                | Q(lat__isnull=False, lng__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["volunteer"],
                condition=Q(ended_at__isnull=True),
                name="%(class)s_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.since:%F %H:%M}"


class KindPause(models.Model):
    """Until the day ``until`` a volunteer is not asked for this kind of service, as they said with a no."""

    volunteer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    category = models.CharField(max_length=1, choices=Category.choices)
    until = models.DateField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "category"], name="%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.category} {self.until}"

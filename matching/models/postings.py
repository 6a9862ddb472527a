"""Who could be asked, laid out for the search: derived, kept true, made anew by a command."""

from django.db import models

from accounts.models import VolunteerProfile
from accounts.states import Sex

DAYS = 14  # that a row knows in advance
WEEKS = 3  # that these days can touch


class Posting(models.Model):
    """One skill of one volunteer who may be asked at all, with everything the search looks at (ENGINE §2);
    the skill ``""`` stands for everybody.

    Derived from the profile, its windows, exceptions, papers of consent and the tasks of ``matching``: kept
    true in the same transaction as what it is derived from, and rewritten once a day. It holds nothing that
    is not elsewhere, and what it says is a superset: who is found is looked at again.

    ``cell`` is radius class and square kilometre (``engine.index``), -1 where no home area is set. ``d00``
    to ``d13`` are 48 half hours each, local time, of the fourteen days from ``posted_on`` on: the day with
    ordinal ``n`` stands in column ``n mod 14``; ``w0`` to ``w6`` are the weekdays as they usually are.
    ``left0`` to ``left2`` are the minutes that are left in those weeks, by the week's ordinal mod 3.
    ``wants`` has a bit for each service category, A first. ``recent``: services done in the fourteen days
    before ``posted_on``.
    """

    volunteer = models.ForeignKey(VolunteerProfile, models.CASCADE, related_name="+")
    skill = models.CharField(max_length=20, blank=True)
    level = models.SmallIntegerField()
    cell = models.BigIntegerField()
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    radius_m = models.IntegerField()
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    is_adult = models.BooleanField()
    may_ask = models.BooleanField()
    wants = models.IntegerField()
    week_minutes = models.IntegerField()
    left0 = models.IntegerField()
    left1 = models.IntegerField()
    left2 = models.IntegerField()
    reliability = models.FloatField()
    recent = models.IntegerField()
    is_new = models.BooleanField()
    posted_on = models.DateField(db_index=True)
    paused_until = models.DateField(null=True)
    d00 = models.BigIntegerField()
    d01 = models.BigIntegerField()
    d02 = models.BigIntegerField()
    d03 = models.BigIntegerField()
    d04 = models.BigIntegerField()
    d05 = models.BigIntegerField()
    d06 = models.BigIntegerField()
    d07 = models.BigIntegerField()
    d08 = models.BigIntegerField()
    d09 = models.BigIntegerField()
    d10 = models.BigIntegerField()
    d11 = models.BigIntegerField()
    d12 = models.BigIntegerField()
    d13 = models.BigIntegerField()
    w0 = models.BigIntegerField()
    w1 = models.BigIntegerField()
    w2 = models.BigIntegerField()
    w3 = models.BigIntegerField()
    w4 = models.BigIntegerField()
    w5 = models.BigIntegerField()
    w6 = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "skill"], name="%(class)s_once"),
        ]
        indexes = [models.Index(fields=["skill", "cell"], name="posting_skill_cell")]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.skill}"


DERIVED = [
    field.name
    for field in Posting._meta.concrete_fields
    if field.name not in {"id", "volunteer", "skill"}
]

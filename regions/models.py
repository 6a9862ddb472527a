"""Places: the administrative tree and the registers of service points."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.references import RefField
from regions.states import Level, PointKind


def named(zh: str, en: str) -> str:
    """Return the one of two names that is in the reader's language."""
    return en if (get_language() or "").startswith("en") else zh


class Region(models.Model):
    """A unit of the administrative tree: the city, one of its districts, one of their streets.

    ``code`` is our own key; the two official code systems (civil affairs, statistics) differ for
    22 units and stand beside it. ``path`` is ``/city/district/street/`` in codes, so that "inside"
    is one prefix.
    """

    code = models.CharField(max_length=12, unique=True)
    level = models.CharField(max_length=8, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=48, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    mca_code = models.CharField(max_length=9, blank=True, db_index=True)
    nbs_code = models.CharField(max_length=9, blank=True, db_index=True)
    lat = models.FloatField()
    lng = models.FloatField()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_level_is_known", condition=models.Q(level__in=Level.values)
            ),
            models.CheckConstraint(
                name="%(class)s_only_the_city_has_no_parent",
                condition=models.Q(level=Level.CITY, parent__isnull=True)
                | (~models.Q(level=Level.CITY) & models.Q(parent__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return named(self.name_zh, self.name_en)

    def is_inside(self, other: "Region") -> bool:
        """Say whether this region is ``other`` or lies in it."""
        return self.path.startswith(other.path)


class ServicePoint(models.Model):
    """A place of a register (accessible cinema, sports point, device shop, street's own desk)."""

    ref = RefField()
    kind = models.CharField(_("kind"), max_length=16, choices=PointKind.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="points")
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=200)
    lat = models.FloatField()
    lng = models.FloatField()
    access = models.JSONField(default=list)  # codes of AccessFact
    opens = models.CharField(_("opening hours"), max_length=120, blank=True)

    class Meta:
        ordering = ["region__path", "name"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "name"], name="%(class)s_once"),
            models.CheckConstraint(
                name="%(class)s_kind_is_known", condition=models.Q(kind__in=PointKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name

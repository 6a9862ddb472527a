"""Whom residents would like to see again."""

from datetime import datetime

from django.db.models import QuerySet

from accounts import queries as people
from accounts.models import User
from matching.models import Wished


def wished_for(viewer: User | None, *, now: datetime) -> QuerySet[Wished]:
    """Return whom the viewer's residents would like to see again; the newest first."""
    if viewer is None:
        return Wished.objects.none()
    mine = people.resident_keys(viewer, now=now)
    standing = Wished.objects.filter(resident__in=mine, ended_at__isnull=True)
    return standing.select_related("resident", "volunteer__volunteer").order_by("-pk")


def wished_by(resident: int) -> QuerySet[Wished]:
    """Return whom this resident (its key) would like to see again."""
    return Wished.objects.filter(resident=resident, ended_at__isnull=True)

"""Whom residents would like to see again."""

from datetime import datetime

from django.db.models import QuerySet

from accounts import queries as people
from accounts.models import Block, User
from accounts.states import BlockSide
from matching.models import Wished


def wished_for(viewer: User | None, *, now: datetime) -> QuerySet[Wished]:
    """Return whom the viewer's residents would like to see again; the newest first."""
    if viewer is None:
        return Wished.objects.none()
    mine = people.resident_keys(viewer, now=now)
    standing = Wished.objects.filter(resident__in=mine, ended_at__isnull=True)
    return standing.select_related("resident", "volunteer__volunteer").order_by("-pk")


def is_parted(*, resident: int, volunteer: int) -> bool:
    """Say whether the resident's own side does not want to meet this volunteer (the user's key) again."""
    blocks = Block.objects.filter(resident=resident, volunteer__user=volunteer)
    return blocks.filter(side=BlockSide.RESIDENT, lifted_at__isnull=True).exists()


def wished_by(resident: int) -> QuerySet[Wished]:
    """Return whom this resident (its key) would like to see again."""
    return Wished.objects.filter(resident=resident, ended_at__isnull=True)

"""What was learned of how people answer, for who weighs it."""

from datetime import datetime

from django.db.models import QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from matching.models import AcceptanceModel


def acceptance_models_for(viewer: User | None, *, now: datetime) -> QuerySet[AcceptanceModel]:
    """Return what was learned, the newest first, for the city's office."""
    may = viewer is not None and people.may_in_city(viewer, Permission.WEIGH_MATCHING, now=now)
    return AcceptanceModel.objects.all() if may else AcceptanceModel.objects.none()

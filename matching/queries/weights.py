"""What the engine weighs now."""

from datetime import datetime

from django.db.models import QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from matching.engine import Parameters
from matching.models import Weighing

# What holds before the city has said anything: ENGINE §1, a little for who has never served, eleven hours of
# rest after a night, and the thirteen that it leaves of a day (above eight a reviewer is warned: GUARDS I10).
BEFORE = Parameters(first=0.05, night_rest_minutes=660, day_minutes=780)


def parameters_now() -> Parameters:
    """Return the parameters that the city set last."""
    last = Weighing.objects.first()
    return Parameters(**last.parameters) if last else BEFORE


def last_weighing() -> Weighing | None:
    """Return what the city said last of what counts, and why: everybody may read it (PIPL Art 24)."""
    return Weighing.objects.first()


def weighings_for(viewer: User | None, *, now: datetime) -> QuerySet[Weighing]:
    """Return what was weighed, the newest first, for who may see an office's reports."""
    may = bool(people.desk_paths(viewer, Permission.DISPATCH, now=now)) if viewer else False
    return Weighing.objects.select_related("set_by__key") if may else Weighing.objects.none()

"""Who can go now, and who does not want to be asked for a kind of service for a while."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from accounts.models import User, VolunteerProfile
from help_requests.states import Urgency
from matching import rules
from matching.models import Duty, KindPause, Opening
from matching.queries import held
from matching.states import OpeningState

AFTER_DUTY = timedelta(hours=3)  # what begins on duty may last so long beyond it


def on_duty(*, now: datetime) -> QuerySet[Duty]:
    """Return who can go now."""
    return Duty.objects.filter(ended_at__isnull=True, since__lte=now, until__gt=now)


def duties_at(
    starts_at: datetime, users: Collection[int] | None, *, now: datetime
) -> dict[int, Duty]:
    """Return who of ``users`` (None: of all) is on duty now and still will be when something starts."""
    if starts_at > now + rules.ON_DUTY:
        return {}
    ready = on_duty(now=now).filter(until__gt=starts_at)
    if users is not None:
        ready = ready.filter(volunteer__in=users)
    return {duty.volunteer_id: duty for duty in ready}


def duty_of(user: User, *, now: datetime) -> Duty | None:
    """Return the viewer's own duty, if it runs."""
    return on_duty(now=now).filter(volunteer=user).first()


def pauses(users: Collection[int], day: date) -> dict[int, set[str]]:
    """Return the categories that users do not want to be asked for on ``day``."""
    found: dict[int, set[str]] = defaultdict(set)
    standing = KindPause.objects.filter(volunteer__in=users, until__gte=day)
    for user, category in standing.values_list("volunteer", "category"):
        found[user].add(category)
    return found


def pauses_of(user: User, *, today: date) -> QuerySet[KindPause]:
    """Return the viewer's own pauses that still hold."""
    return KindPause.objects.filter(volunteer=user, until__gte=today).order_by("until", "category")


def allows_matching(user: User) -> bool:
    """Say whether ``user`` allows to be asked without having asked."""
    return user.pk in held.willing([user.pk])


def is_asked(profile: VolunteerProfile, *, allows: bool) -> bool:
    """Say whether the platform asks a volunteer by itself at all: they give hours in a week, and allow it
    (``allows_matching``)."""
    return allows and profile.minutes_per_week > 0


def urgent_now(*, now: datetime, most: int = 20) -> list[Opening]:
    """Return the urgent needs that begin while somebody who goes on duty now is on duty."""
    soon = Opening.objects.filter(
        state=OpeningState.OPEN,
        automatic=True,
        urgency=Urgency.URGENT,
        starts_at__gt=now,
        starts_at__lt=now + rules.ON_DUTY,
    )
    return list(soon.order_by("starts_at", "pk")[:most])

"""A volunteer can go now, or does not want to be asked for one kind for a while."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User, VolunteerProfile
from kernel.events import record
from kernel.workdays import local_date
from matching import events, queries, rules
from matching.actions.postings import post
from matching.models import Duty, KindPause
from matching.queries.possible import pause_of
from regions.places import check_point, snap


@transaction.atomic
def go_on_duty(
    *, by: User, now: datetime, lat: float | None = None, lng: float | None = None
) -> Duty:
    """Be first in line for what is urgent, for two hours from now; the place (none: the home area) is
    snapped to the grid. Said again, the two hours begin anew.

    Raises ``Conflict`` (``not_ready``: who may not be asked at all; ``paused``) or ``Invalid``
    (``foreign_point``).
    """
    profile = VolunteerProfile.objects.filter(queries.may_be_asked(), user=by).first()
    rules.check_goes_on_duty(
        may=profile is not None and queries.allows_matching(by),
        paused_until=pause_of(profile, now=now) if profile else None,
    )
    point: tuple[float | None, float | None] = None, None
    if lat is not None and lng is not None:
        check_point(lat, lng, field="place")
        point = snap(lat, lng)
    _end(by, now=now)
    duty = Duty.objects.create(
        volunteer=by, since=now, until=now + rules.ON_DUTY, lat=point[0], lng=point[1]
    )
    record(events.DUTY_BEGUN, subject=duty, by=by, at=now)
    return duty


@transaction.atomic
def leave_duty(*, by: User, now: datetime) -> None:
    """Be asked as usual again. Who is not on duty stays so."""
    for duty in _end(by, now=now):
        record(events.DUTY_ENDED, subject=duty, by=by, at=now)


def _end(user: User, *, now: datetime) -> list[Duty]:
    """End what stands; return what had not run out yet."""
    standing = list(
        Duty.objects.select_for_update(no_key=True).filter(volunteer=user, ended_at=None)
    )
    for duty in standing:
        duty.ended_at = min(now, duty.until)
        duty.save(update_fields=["ended_at"])
    return [duty for duty in standing if duty.until > now]


def pause_kind(*, user: User, category: str, days: int, now: datetime) -> None:
    """Ask ``user`` for nothing of ``category`` for so many days; the search knows it at once."""
    KindPause.objects.update_or_create(
        volunteer=user,
        category=category,
        defaults={"until": local_date(now) + timedelta(days=days), "said_at": now},
    )
    post(volunteers=[user.volunteer.pk], now=now)

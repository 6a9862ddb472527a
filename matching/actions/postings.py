"""The posting table is kept true: with every change of a profile or a task, and once a day for everybody."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import VolunteerProfile
from kernel.workdays import local_date
from matching import queries
from matching.models import Posting
from matching.models.postings import DERIVED

AT_ONCE = 500  # volunteers


@transaction.atomic
def post(*, volunteers: Collection[int], now: datetime) -> None:
    """Make the rows of these profiles what they have to be, whatever they were."""
    _write(volunteers, today=local_date(now))


def _lock(profiles: QuerySet[VolunteerProfile]) -> list[VolunteerProfile]:
    """Return the profiles, locked in the order of their keys: of two changes at once the later one reads
    what the earlier one did, and neither writes what is no longer true."""
    return list(profiles.select_for_update(no_key=True).order_by("pk"))


def _write(volunteers: Collection[int], *, today: date) -> None:
    _lock(VolunteerProfile.objects.filter(pk__in=volunteers).only("pk"))
    rows = queries.rows_of(volunteers, today=today)
    wanted = {(row.volunteer_id, row.skill) for row in rows}
    standing = Posting.objects.filter(volunteer__in=volunteers)
    gone = [
        pk
        for pk, *key in standing.values_list("pk", "volunteer", "skill")
        if tuple(key) not in wanted
    ]
    if gone:
        Posting.objects.filter(pk__in=gone).delete()
    Posting.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["volunteer", "skill"],
        update_fields=DERIVED,
    )


@transaction.atomic
def post_work(*, user: int, now: datetime) -> None:
    """Make true what changes with the tasks of a volunteer (the user's key): days, weeks, the past."""
    today = local_date(now)
    profiles = _lock(VolunteerProfile.objects.filter(user=user))
    for pk, columns in queries.changing(profiles, today=today).items():
        Posting.objects.filter(volunteer=pk).update(**columns)


def post_day(*, now: datetime, most: int = 20_000) -> int:
    """Write the new day of everybody whose rows are of another, or are not there yet; returns how many
    people. Rows that are late are searched all the same, by the weekday (``queries.posting_sql``)."""
    today = local_date(now)
    posted = Posting.objects.filter(skill="", posted_on=today).values("volunteer")
    late = VolunteerProfile.objects.filter(queries.may_be_asked()).exclude(pk__in=posted)
    keys = list(late.order_by("pk").values_list("pk", flat=True)[:most])
    for some in _parts(keys):
        post(volunteers=some, now=now)
    return len(keys)


def post_all(*, now: datetime) -> int:
    """Make the whole table anew from what it is derived from; returns how many people stand in it."""
    posted = VolunteerProfile.objects.filter(pk__in=Posting.objects.values("volunteer"))
    everybody = VolunteerProfile.objects.filter(queries.may_be_asked()).union(posted)
    for some in _parts(sorted(everybody.values_list("pk", flat=True))):
        post(volunteers=some, now=now)
    return Posting.objects.filter(skill="").count()


def _parts(keys: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(keys), AT_ONCE):
        yield keys[first : first + AT_ONCE]

"""Many records confirmed at once, each of them by itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from kernel.refusals import Refusal
from service_records import queries, rules
from service_records.actions.hours import confirm_record
from service_records.models import ServiceRecord


class Outcome(NamedTuple):
    """What became of one record: ``refusal`` says why it was not confirmed, None that it was."""

    record: ServiceRecord
    refusal: Refusal | None


def confirm_records(*, records: Iterable[ServiceRecord], by: User, now: datetime) -> list[Outcome]:
    """Confirm those that nobody needs to look at one by one, with the minutes that the times show.

    Each is confirmed in a transaction of its own: one that is refused, for a signal or because somebody
    was faster, takes none of the others with it. Outcomes come in the order of ``records``. Raises
    ``Invalid`` (``nothing_chosen``, ``too_many``).
    """
    sheets = queries.sheets(records, by=by, now=now)
    rules.check_at_once(len(sheets))
    return [
        Outcome(sheet.record, sheet.against or _confirm(sheet.record, by=by, now=now))
        for sheet in sheets
    ]


def _confirm(record: ServiceRecord, *, by: User, now: datetime) -> Refusal | None:
    try:
        confirm_record(record=record, by=by, now=now)
    except Refusal as refusal:
        return refusal
    return None

"""Hours: confirmed, reviewed, approved; corrected only by a new row."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel.events import record as leave_event
from kernel.references import new_number
from kernel.refusals import Conflict, Invalid
from kernel.transitions import move
from regions.models import Region
from service_records import events, queries, rules
from service_records.models import HoursReview, ServiceRecord
from service_records.states import Decision, RecordState


@transaction.atomic
def confirm_record(
    *, record: ServiceRecord, by: User, now: datetime, minutes: int | None = None
) -> ServiceRecord:
    """Confirm that it took place, with as many minutes as the evidence shows, or fewer.

    Whoever confirms becomes the recorder. Raises ``NotAllowed`` (``your_own``,
    ``not_yours_to_confirm``), ``Invalid`` (``bad_minutes``), ``Conflict`` (``illegal_move``).
    """
    rules.check_confirms(record=record, may=queries.may_confirm(by, record, now=now), by=by)
    return _propose(record, minutes, by=by, now=now)


def _propose(
    row: ServiceRecord, minutes: int | None, *, by: User, now: datetime, words: str = ""
) -> ServiceRecord:
    if row.ends_at is None or not row.machine.allows(row.state, RecordState.PROPOSED):
        raise Conflict("illegal_move", _("This can no longer be done."))
    given = minutes if minutes is not None else row.minutes or rules.evidence_minutes(row)
    move(
        row,
        RecordState.PROPOSED,
        event=events.RECORD_CONFIRMED,
        by=by,
        at=now,
        minutes=rules.check_minutes(record=row, minutes=given),
        recorded_by=by,
        recorded_at=now,
        words=words,
    )
    return row


@transaction.atomic
def propose_again(
    *, record: ServiceRecord, minutes: int, words: str, by: User, now: datetime
) -> ServiceRecord:
    """Hand a returned record in again, with what was missing. Raises as ``confirm_record``."""
    rules.check_confirms(record=record, may=queries.may_confirm(by, record, now=now), by=by)
    return _propose(record, minutes, by=by, now=now, words=rules.check_words(words))


def _scope(row: ServiceRecord, *, by: User, now: datetime) -> Region | None:
    """Return the reviewer's region that holds the service, as it is at this moment (I9)."""
    for desk in people.desks_of(by, now=now):
        in_it = row.region.path.startswith(desk.region.path)
        if in_it and people.may(by, Permission.REVIEW_HOURS, region=desk.region, now=now):
            return desk.region
    return None


def _review(
    row: ServiceRecord,
    decision: Decision,
    *,
    by: User,
    now: datetime,
    reason: str = "",
    words: str = "",
) -> None:
    HoursReview.objects.create(
        record=row, reviewer=by, decision=decision, reason=reason, words=words, at=now
    )


@transaction.atomic
def approve_hours(*, record: ServiceRecord, by: User, now: datetime) -> ServiceRecord:
    """Approve, or pass on to a second reviewer where two have to see it (declared, > 12 h a day).

    From APPROVED on nothing of the row changes. Raises ``NotAllowed`` (``three_people``,
    ``not_your_area``, ``second_person``), ``Conflict`` (``illegal_move``, ``state_changed``).
    """
    scope = _scope(record, by=by, now=now)
    rules.check_reviews(record=record, in_scope=scope is not None, by=by)
    total = queries.day_minutes(record.volunteer, record.service_on)
    if record.state == RecordState.PROPOSED and rules.needs_second(
        record=record, day_minutes=total
    ):
        _review(record, Decision.HOLD, by=by, now=now)
        move(record, RecordState.HELD, event=events.RECORD_HELD, by=by, at=now)
        return record
    first = record.reviews.filter(decision=Decision.HOLD).last()
    if record.state == RecordState.HELD:
        rules.check_second(first=first.reviewer if first else None, by=by)
    _review(record, Decision.APPROVE, by=by, now=now)
    move(
        record,
        RecordState.APPROVED,
        event=events.RECORD_APPROVED,
        by=by,
        at=now,
        approved_by=by,
        approved_at=now,
        approver_region=scope,
    )
    return record


@transaction.atomic
def return_hours(
    *, record: ServiceRecord, reason: str, words: str, by: User, now: datetime
) -> ServiceRecord:
    """Send hours back with a reason. Raises as ``approve_hours``, and ``Invalid`` (``reason_missing``,
    ``words_missing``)."""
    rules.check_reviews(record=record, in_scope=_scope(record, by=by, now=now) is not None, by=by)
    code, clean = rules.check_return(reason, words)
    _review(record, Decision.RETURN, by=by, now=now, reason=code, words=clean)
    move(
        record,
        RecordState.RETURNED,
        event=events.RECORD_RETURNED,
        by=by,
        at=now,
        reason=code,
        words=clean,
    )
    return record


def latest_of(row: ServiceRecord) -> ServiceRecord:
    """Return the record that stands for ``row`` today: itself, or the last of its corrections."""
    while following := ServiceRecord.objects.filter(corrects=row).first():
        row = following
    return row


@transaction.atomic
def correct_hours(
    *,
    record: ServiceRecord,
    minutes: int,
    words: str,
    approver_region: Region,
    by: User,
    now: datetime,
) -> ServiceRecord:
    """Put a new approved row in the place of an approved one; nothing recorded is overwritten (Art 13).

    Called for an upheld appeal, by a person who is neither the volunteer nor the recorder. Raises
    ``NotAllowed`` (``three_people``), ``Invalid`` (``bad_minutes``), ``Conflict`` (``not_approved``,
    ``already_corrected``).
    """
    rules.check_reviews(record=record, in_scope=True, by=by)
    if record.state != RecordState.APPROVED:
        raise Conflict("not_approved", _("Only approved hours are corrected."))
    if not 0 <= minutes <= 1440:
        raise Invalid("bad_minutes", _("Choose the minutes of one day."), field="minutes")
    try:
        with transaction.atomic():
            row = _correction_of(record, minutes, rules.check_words(words), now=now)
    except IntegrityError:
        if ServiceRecord.objects.filter(corrects=record).exists():
            raise Conflict("already_corrected", _("These hours were corrected already.")) from None
        # Else the day's total refused it: with the other services it would pass 24 hours.
        raise Invalid("bad_minutes", _("Choose the minutes of one day."), field="minutes") from None
    leave_event(events.RECORD_CONFIRMED, subject=row, by=by, at=now, target=row.state)
    _review(row, Decision.APPROVE, by=by, now=now)
    move(
        row,
        RecordState.APPROVED,
        event=events.RECORD_CORRECTED,
        by=by,
        at=now,
        data={"corrects": record.ref},
        approved_by=by,
        approved_at=now,
        approver_region=approver_region,
    )
    return row


@transaction.atomic
def propose_after_appeal(
    *, record: ServiceRecord, minutes: int, words: str, by: User, now: datetime
) -> ServiceRecord:
    """Bring returned hours back to review, as a ruling says; a reviewer still approves them.

    Who ruled becomes the recorder. Raises ``Invalid`` (``bad_minutes``), ``Conflict`` (``illegal_move``).
    """
    return _propose(record, minutes, by=by, now=now, words=rules.check_words(words))


def _correction_of(old: ServiceRecord, minutes: int, words: str, *, now: datetime) -> ServiceRecord:
    return ServiceRecord.objects.create(
        number=new_number(ServiceRecord, "S"),
        assignment=old.assignment,
        volunteer=old.volunteer,
        organization=old.organization,
        region=old.region,
        category=old.category,
        service_on=old.service_on,
        starts_at=old.starts_at,
        ends_at=old.ends_at,
        minutes=minutes,
        evidence=old.evidence,
        opened_at=now,
        record_due_on=old.record_due_on,
        recorded_by=old.recorded_by,
        recorded_at=now,
        corrects=old,
        words=words,
        state=RecordState.PROPOSED,
    )

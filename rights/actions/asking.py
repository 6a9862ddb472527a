"""Somebody complains, or appeals a decision."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kernel import vault
from kernel.events import record as leave_event
from kernel.models import PersonKey
from kernel.references import new_number
from kernel.refusals import Invalid
from kernel.transitions import move
from kernel.workdays import local_date
from matching.models import Assignment
from organizations.models import Organization
from regions.models import Region
from rights import events, queries, rules
from rights.models import Appeal, Complaint
from rights.states import AppealReason, CaseState, ComplaintKind
from service_records.models import ServiceRecord
from service_records.states import RecordState


def _clocks(now: datetime) -> dict[str, object]:
    today = local_date(now)
    return {
        "submitted_at": now,
        "acknowledge_by": today + rules.days("acknowledge"),
        "conclude_by": today + rules.days("conclude"),
    }


@transaction.atomic
def submit_complaint(
    *,
    kind: str,
    words: str,
    region: Region,
    by: User | None,
    now: datetime,
    wish: str = "",
    contact: str = "",
    about_user: User | None = None,
    about_organization: Organization | None = None,
    assignment: Assignment | None = None,
) -> tuple[Complaint, str]:
    """Take a complaint in, with or without an account; returns it and, without one, the code to follow it.

    About a person it is about whom one met in the service (``assignment``), where nobody else is named.
    Raises ``Invalid`` (``kind_missing``, ``words_missing``).
    """
    if kind not in ComplaintKind.values:
        raise Invalid("kind_missing", _("Choose what it is about."), field="kind")
    clean = rules.check_words(words)
    if by and assignment and about_user is None and kind == ComplaintKind.PERSON:
        about_user = queries.met_in(assignment, by=by)
    code = "" if by else f"{secrets.randbelow(10**8):08d}"
    complaint = Complaint.objects.create(
        number=new_number(Complaint, "T"),
        key=by.key if by else PersonKey.new(),
        by=by,
        track_index=vault.blind("complaint-code", code) if code else "",
        kind=kind,
        about_user=about_user,
        about_organization=about_organization,
        assignment=assignment,
        region=region,
        words=clean,
        wish=rules.check_words(wish, field="wish", least=0) or None,
        contact=rules.check_words(contact, field="contact", least=0, most=100) or None,
        **_clocks(now),
    )
    leave_event(events.COMPLAINT_SUBMITTED, subject=complaint, by=by, at=now, kind=kind)
    return complaint, code


@transaction.atomic
def submit_appeal(
    *,
    record: ServiceRecord,
    reason: str,
    words: str,
    claimed_minutes: int | None,
    by: User,
    now: datetime,
) -> Appeal:
    """Appeal a decision on the own hours; another person decides it.

    Raises ``NotAllowed`` (``not_yours``), ``Invalid`` (``reason_missing``, ``words_missing``,
    ``bad_minutes``), ``Conflict`` (``not_decided``, ``too_late``, ``corrected``, ``appeal_running``).
    """
    rules.check_appeals(record=record, by=by, now=now, **queries.appeal_facts(record))
    if reason not in AppealReason.values:
        raise Invalid("reason_missing", _("Choose what is wrong."), field="reason")
    if claimed_minutes is not None and not 0 < claimed_minutes <= 1440:
        raise Invalid("bad_minutes", _("Choose the minutes of one day."), field="claimed_minutes")
    appeal = Appeal.objects.create(
        number=new_number(Appeal, "A"),
        key=by.key,
        by=by,
        record=record,
        region=record.region,
        reason=reason,
        words=rules.check_words(words),
        claimed_minutes=claimed_minutes,
        **_clocks(now),
    )
    is_returned = record.state == RecordState.RETURNED
    leave_event(events.APPEAL_SUBMITTED, subject=appeal, by=by, at=now, returned=is_returned)
    return appeal


@transaction.atomic
def withdraw_case(
    *, case: Complaint | Appeal, by: User | None, now: datetime, code: str = ""
) -> Complaint | Appeal:
    """Take a case back before it is decided; without an account by its ``code``.

    Raises ``NotAllowed`` (``not_yours``), ``Conflict`` (``illegal_move``, ``state_changed``).
    """
    rules.check_own(own=queries.is_own(case, by=by, code=code))
    is_appeal = isinstance(case, Appeal)
    event = events.APPEAL_WITHDRAWN if is_appeal else events.COMPLAINT_WITHDRAWN
    move(case, CaseState.WITHDRAWN, event=event, by=by, at=now)
    return case

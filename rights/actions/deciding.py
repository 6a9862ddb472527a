"""A case handler answers; an upheld appeal corrects the hours."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.roles import ROLES, Permission, Role
from kernel.events import record as leave_event
from kernel.refusals import Conflict
from kernel.transitions import move
from kernel.workdays import local_date
from regions.models import Region
from rights import events, queries, rules
from rights.models import Appeal, Complaint, Ruling
from rights.states import CaseState, Outcome
from service_records import actions as records
from service_records.actions.hours import latest_of
from service_records.states import RecordState

Case = Complaint | Appeal
CASES: tuple[Any, ...] = (Complaint, Appeal)


def _name(case: Case, of_complaint: str, of_appeal: str) -> str:
    return of_appeal if isinstance(case, Appeal) else of_complaint


def _check_handles(case: Case, *, by: User, now: datetime) -> None:
    rules.check_handles(
        in_scope=people.may(by, Permission.HANDLE_CASES, region=case.region, now=now),
        involved=queries.involved_in(case),
        by=by,
    )


@transaction.atomic
def acknowledge(*, case: Case, by: User, now: datetime) -> Case:
    """Tell who asked that it has arrived and who handles it. Raises ``NotAllowed`` (``involved``,
    ``not_your_area``), ``Conflict``."""
    _check_handles(case, by=by, now=now)
    event = _name(case, events.COMPLAINT_ACKNOWLEDGED, events.APPEAL_ACKNOWLEDGED)
    move(case, CaseState.ACKNOWLEDGED, event=event, by=by, at=now, handler=by)
    return case


@transaction.atomic
def take_in_hand(*, case: Case, by: User, now: datetime) -> Case:
    """Begin to look into it. Raises as ``acknowledge``."""
    _check_handles(case, by=by, now=now)
    event = _name(case, events.COMPLAINT_TAKEN, events.APPEAL_TAKEN)
    move(case, CaseState.IN_HAND, event=event, by=by, at=now, handler=by)
    return case


@transaction.atomic
def extend_case(*, case: Case, by: User, now: datetime) -> Case:
    """Give the conclusion 30 more days (setting), once. Raises ``NotAllowed``, ``Conflict``
    (``extended_already``, ``illegal_move``)."""
    _check_handles(case, by=by, now=now)
    rules.check_extends(case)
    later = case.conclude_by + rules.days("extension")
    rows: Any = type(case).objects.filter(pk=case.pk, state=case.state, extended_at__isnull=True)
    if not rows.update(extended_at=now, conclude_by=later):
        raise Conflict("state_changed", _("Someone else was faster. Please look again."))
    case.extended_at, case.conclude_by = now, later
    leave_event(events.CASE_EXTENDED, subject=case, by=by, at=now)
    return case


@transaction.atomic
def conclude(
    *, case: Case, outcome: str, words: str, by: User, now: datetime, minutes: int | None = None
) -> Ruling:
    """Decide, with reasons. An appeal that is right, wholly or in part, puts the hours right at once.

    Raises ``NotAllowed`` (``involved``, ``not_your_area``), ``Invalid`` (``outcome_missing``,
    ``words_missing``, ``minutes_missing``, ``bad_minutes``), ``Conflict``. After a review the case is
    closed; another person than before has to look (``second_person``).
    """
    _check_handles(case, by=by, now=now)
    is_appeal = isinstance(case, Appeal)
    decided = rules.check_outcome(outcome, minutes=minutes, corrects=is_appeal)
    is_review = case.state == CaseState.UNDER_REVIEW
    rules.check_second_person(ruled=is_review and case.rulings.filter(by=by).exists())
    ruling = Ruling.objects.create(
        key=case.key,
        outcome=decided,
        words=rules.check_words(words),
        minutes=minutes,
        by=by,
        at=now,
        is_review=is_review,
        **({"appeal": case} if is_appeal else {"complaint": case}),
    )
    event = _name(case, events.COMPLAINT_CONCLUDED, events.APPEAL_CONCLUDED)
    to = CaseState.CLOSED if is_review else CaseState.CONCLUDED
    move(case, to, event=event, by=by, at=now, handler=by, data={"outcome": decided})
    if isinstance(case, Appeal) and decided != Outcome.DISMISSED and minutes is not None:
        _put_right(case, minutes, by=by, now=now)
    return ruling


def _put_right(appeal: Appeal, minutes: int, *, by: User, now: datetime) -> None:
    row = latest_of(appeal.record)
    # The record names the appeal; the ruling's own words stay sealed in it (GUARDS I11).
    with translation.override(appeal.by.language):
        words = _("As ruled on appeal %(number)s.") % {"number": appeal.number}
    if row.state == RecordState.APPROVED:
        records.correct_hours(
            record=row,
            minutes=minutes,
            words=words,
            approver_region=_region(appeal, by=by, now=now),
            by=by,
            now=now,
        )
    else:
        records.propose_after_appeal(record=row, minutes=minutes, words=words, by=by, now=now)


def _region(case: Case, *, by: User, now: datetime) -> Region:
    """Return the region of the post by which ``by`` handles the case (there is one: it was checked)."""
    posts = people.desks_of(by, now=now)
    holding = [
        post.region
        for post in posts
        if case.region.path.startswith(post.region.path)
        and Permission.HANDLE_CASES in ROLES[Role(post.role)].permissions
    ]
    return holding[0]


@transaction.atomic
def ask_review(*, case: Case, by: User | None, now: datetime, code: str = "") -> Case:
    """Ask for a second look, by another person, within 30 days; without an account by its ``code``.

    Raises ``NotAllowed`` (``not_yours``), ``Conflict`` (``too_late``).
    """
    today = local_date(now)
    rules.check_own(own=queries.is_own(case, by=by, code=code))
    rules.check_asks_review(
        state=case.state, concluded_on=queries.settled_on(case, now=now), today=today
    )
    event = _name(case, events.COMPLAINT_REVIEW_ASKED, events.APPEAL_REVIEW_ASKED)
    move(
        case,
        CaseState.UNDER_REVIEW,
        event=event,
        by=by,
        at=now,
        conclude_by=today + rules.days("review"),
        handler=None,
    )
    return case


@transaction.atomic
def close_case(*, case: Case, by: User | None, now: datetime, code: str = "") -> Case:
    """End a decided case: who asked is content, or the time for a review is over (then a handler may, or
    the platform's clock, ``by`` none).

    Raises ``NotAllowed`` (``involved``, ``not_your_area``), ``Conflict`` (``review_possible``,
    ``illegal_move``).
    """
    own = queries.is_own(case, by=by, code=code)
    if by is not None and not own:
        _check_handles(case, by=by, now=now)
    rules.check_closes(own=own, settled_on=queries.settled_on(case, now=now), today=local_date(now))
    event = _name(case, events.COMPLAINT_CLOSED, events.APPEAL_CLOSED)
    move(case, CaseState.CLOSED, event=event, by=by, at=now)
    return case


def close_settled(*, now: datetime) -> int:
    """Close decided cases whose time for a review is over; returns how many."""
    closed = 0
    for model in CASES:
        for case in list(model.objects.filter(state=CaseState.CONCLUDED).order_by("pk")):
            if queries.settled_on(case, now=now) + rules.days("review") < local_date(now):
                close_case(case=case, by=None, now=now)
                closed += 1
    return closed


@transaction.atomic
def note_overdue(*, case: Case, now: datetime) -> bool:
    """Leave an event for the clock of a case that has run out; False when that was done before."""
    due = case.due_on
    assert due is not None
    rows: Any = type(case).objects.filter(pk=case.pk, state=case.state)
    # The condition is what makes it once, whoever else looks at this moment.
    if not rows.exclude(overdue_for=due, overdue_for__isnull=False).update(overdue_for=due):
        return False
    event = _name(case, events.COMPLAINT_OVERDUE, events.APPEAL_OVERDUE)
    leave_event(event, subject=case, by=None, at=now, due=due.isoformat())
    return True


def note_overdue_cases(*, now: datetime) -> int:
    """Announce every case whose clock has run out, once for each clock; returns how many."""
    today = local_date(now)
    cases = [case for model in CASES for case in queries.overdue_cases(model, today=today)]
    return sum(note_overdue(case=case, now=now) for case in cases)

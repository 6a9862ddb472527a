"""Rules of complaints, appeals and incidents. Pure: facts come in as arguments."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise
from rights.states import CaseState, Outcome
from service_records.models import ServiceRecord
from service_records.states import RecordState

# 信访工作条例 2022: acknowledge in 15 days, conclude in 60, one extension of 30, review within 30.
ACKNOWLEDGE, CONCLUDE, EXTENSION, REVIEW = (timedelta(days=n) for n in (15, 60, 30, 30))
APPEAL_WITHIN = timedelta(days=30)
REPORT_WITHIN = timedelta(hours=48)


def check_words(words: str, *, field: str = "words", least: int = 2, most: int = 2000) -> str:
    """Return what somebody wrote; there must be some of it."""
    clean = normalise(words, field=field, lines=True)
    if not least <= len(clean) <= most:
        raise Invalid(
            "words_missing",
            _("Write it down, in up to %(n)d characters.") % {"n": most},
            field=field,
        )
    return clean


def check_appeals(
    *, record: ServiceRecord, by: User, decided_at: datetime | None, now: datetime
) -> None:
    """A volunteer appeals a decision on the own hours, within 30 days of it."""
    if record.volunteer_id != by.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    if record.state not in {RecordState.APPROVED, RecordState.RETURNED} or decided_at is None:
        raise Conflict("not_decided", _("Wait for the decision first."))
    if now > decided_at + APPEAL_WITHIN:
        raise Conflict("too_late", _("An appeal can be made for 30 days."))


def check_handles(*, in_scope: bool, involved: Collection[int | None], by: User) -> None:
    """A case is never handled by whom it is about, nor by who decided before."""
    if by.pk in involved:
        raise NotAllowed("involved", _("You are part of this: somebody else has to decide."))
    if not in_scope:
        raise NotAllowed("not_your_area", _("This is not in your area."))


def check_extends(*, extended_at: datetime | None) -> None:
    """The clock is extended once."""
    if extended_at is not None:
        raise Conflict("extended_already", _("This was extended already."))


def check_outcome(outcome: str, *, minutes: int | None, corrects: bool) -> Outcome:
    """Return the outcome; who is right about hours is told how many they are."""
    if outcome not in Outcome.values:
        raise Invalid("outcome_missing", _("Choose an outcome."), field="outcome")
    if corrects and outcome != Outcome.DISMISSED and minutes is None:
        raise Invalid("minutes_missing", _("Say how many minutes are right."), field="minutes")
    return Outcome(outcome)


def check_asks_review(*, own: bool, state: str, concluded_on: date, today: date) -> None:
    """Who asked may have the answer looked at once more, within 30 days."""
    if not own:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    if state != CaseState.CONCLUDED or today > concluded_on + REVIEW:
        raise Conflict("too_late", _("A review can be asked for 30 days."))

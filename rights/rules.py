"""Rules of complaints, appeals and incidents. Pure: facts come in as arguments."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise
from rights.models import Appeal, Complaint, Incident
from rights.states import CaseState, IncidentState, Outcome
from service_records.models import ServiceRecord
from service_records.states import RecordState


def days(clock: str) -> timedelta:
    """Return how long a clock of the setting ``HUB_CASE_DAYS`` runs (信访工作条例 2022): ``acknowledge``
    15 days, ``conclude`` 60, ``extension`` 30, ``review`` 30, ``appeal`` 30."""
    return timedelta(days=settings.HUB_CASE_DAYS[clock])


def report_due_at(*, now: datetime) -> datetime:
    """Return when the full report of an incident is due: 48 hours (setting ``HUB_INCIDENT_HOURS``)."""
    return now + timedelta(hours=settings.HUB_INCIDENT_HOURS)


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
    *,
    record: ServiceRecord,
    by: User,
    decided_at: datetime | None,
    is_corrected: bool,
    is_running: bool,
    now: datetime,
) -> None:
    """A volunteer appeals a decision on the own hours, within 30 days of it; one appeal at a time."""
    if record.volunteer_id != by.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    if record.state not in {RecordState.APPROVED, RecordState.RETURNED} or decided_at is None:
        raise Conflict("not_decided", _("Wait for the decision first."))
    if now > decided_at + days("appeal"):
        raise Conflict(
            "too_late",
            _("An appeal can be made for %(n)d days.") % {"n": days("appeal").days},
        )
    if is_corrected:
        raise Conflict("corrected", _("These hours were corrected already."))
    if is_running:
        raise Conflict("appeal_running", _("Your appeal is already being looked at."))


def check_handles(*, in_scope: bool, involved: Collection[int | None], by: User) -> None:
    """A case is never handled by whom it is about, nor by who decided before."""
    if by.pk in involved:
        raise NotAllowed("involved", _("You are part of this: somebody else has to decide."))
    if not in_scope:
        raise NotAllowed("not_your_area", _("This is not in your area."))


def check_extends(case: Complaint | Appeal) -> None:
    """The clock of a case that was acknowledged and is not decided is extended once."""
    if case.extended_at is not None:
        raise Conflict("extended_already", _("This was extended already."))
    if case.state not in {CaseState.ACKNOWLEDGED, CaseState.IN_HAND, CaseState.UNDER_REVIEW}:
        raise Conflict("illegal_move", _("This can no longer be done."))


def check_second_person(*, ruled: bool) -> None:
    """A review is another person's look."""
    if ruled:
        raise NotAllowed("second_person", _("Another person has to look at it once more."))


def check_own(*, own: bool) -> None:
    """A case is taken back, reviewed or left as it is at the wish of who brought it."""
    if not own:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_closes(*, own: bool, settled_on: date, today: date) -> None:
    """Who asked may be content at once; all others wait until no review can be asked for any more."""
    if not own and today <= settled_on + days("review"):
        raise Conflict("review_possible", _("A review can still be asked for."))


def check_adds(incident: Incident) -> None:
    """What happened can be told until the incident is closed."""
    if incident.state == IncidentState.CLOSED:
        raise Conflict("illegal_move", _("This can no longer be done."))


def check_outcome(outcome: str, *, minutes: int | None, corrects: bool) -> Outcome:
    """Return the outcome; who is right about hours is told how many they are."""
    if outcome not in Outcome.values:
        raise Invalid("outcome_missing", _("Choose an outcome."), field="outcome")
    if corrects and outcome != Outcome.DISMISSED and minutes is None:
        raise Invalid("minutes_missing", _("Say how many minutes are right."), field="minutes")
    return Outcome(outcome)


def check_asks_review(*, state: str, concluded_on: date, today: date) -> None:
    """An answer is looked at once more within 30 days (setting), when it is the first one."""
    if state != CaseState.CONCLUDED or today > concluded_on + days("review"):
        raise Conflict(
            "too_late",
            _("A review can be asked for %(n)d days after the answer.")
            % {"n": days("review").days},
        )

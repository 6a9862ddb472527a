"""Rules of attendance, hours and evaluation. Pure: facts come in as arguments."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules.figures import share
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise
from matching.models import Assignment, Opening
from matching.states import AssignmentState
from service_records.models import CheckIn, ServiceRecord
from service_records.states import (
    CheckMethod,
    Evidence,
    Face,
    RecordState,
    ReturnReason,
    Side,
)

EARLY = timedelta(minutes=60)
STEP_SECONDS = 45  # of a rotating code; this step or the one before is good
GRACE = timedelta(hours=2)  # after the planned end, before the clock closes a service
TOLERANCE = 5  # minutes that a confirmer may add to the evidence
WARN_MINUTES, HOLD_MINUTES = 8 * 60, 12 * 60  # a day (DOMAIN §2)
LONGER = 30  # minutes past the plan, or less than half of it: not an ordinary service
MOST_AT_ONCE = 100  # records that one person confirms together
WORKING_DAYS_TO_RECORD = 10  # 民政部令67号 Art 11
LATELY = timedelta(days=90)  # how long a volunteer counts as active with an organization
EVALUATE_WITHIN = timedelta(days=30)
FEWEST_BEHIND_A_SHARE = 5


def check_in_opens_at(assignment: Assignment) -> datetime:
    """Return from when somebody may check in: an hour before the start."""
    return assignment.opening.starts_at - EARLY


def check_check_in(*, assignment: Assignment, now: datetime) -> None:
    """Somebody checks in to a task of today: from an hour before the start to the end."""
    if assignment.state != AssignmentState.LIVE:
        raise Conflict("not_live", _("This task cannot be checked in to."))
    if now < check_in_opens_at(assignment):
        raise Conflict("too_early", _("Check in when you arrive, at most an hour early."))
    if now >= assignment.opening.ends_at:
        raise Conflict("too_late", _("This task is over. Ask the desk."))


def check_no_other_open(*, other: ServiceRecord | None) -> None:
    """Nobody serves twice at once."""
    if other is not None:
        raise Conflict("another_open", _("Check out of your other service first."))


def check_own(*, assignment: Assignment, by: User) -> None:
    """The volunteer checks herself in and out."""
    if assignment.volunteer_id != by.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_runs(*, may: bool) -> None:
    """Who runs the shift, or the office in whose area it is, marks people."""
    if not may:
        raise NotAllowed("not_your_shift", _("You do not run this shift."))


def check_rotating(*, fits: bool) -> None:
    """The code on the coordinator's screen, of this step or the one before."""
    if not fits:
        raise Invalid("code_wrong", _("This code is not right, or has changed."), field="code")


def check_code_exhausted(*, tries: int, most: int) -> None:
    """Without a code only after the code was tried in vain: the record then says so."""
    if tries < most:
        raise Invalid("code_first", _("Ask for the arrival code first."), field="code")


def check_open(record: ServiceRecord | None) -> None:
    """One checks out of an open service."""
    if record is None or record.state != RecordState.OPEN:
        raise Conflict("not_open", _("This service is not open."))


def check_confirms(*, record: ServiceRecord, may: bool, by: User) -> None:
    """The resident's side, who runs it, or the street's clerk confirms; never the volunteer."""
    if record.volunteer_id == by.pk:
        raise NotAllowed("your_own", _("Nobody confirms their own hours."))
    if not may:
        raise NotAllowed("not_yours_to_confirm", _("This is not for you to confirm."))


def whole_minutes(start: datetime, end: datetime) -> int:
    """Return the minutes from ``start`` to ``end``; the last counts once it is whole."""
    return int((end - start).total_seconds() // 60)


def served_minutes(start: datetime, end: datetime) -> int:
    """Return the minutes of a service that took place: the whole ones, at least one."""
    return max(1, whole_minutes(start, end))


def counted_from(*, came: datetime, left: datetime, opening: Opening) -> datetime:
    """Return when the service began. Waiting for the planned start does not count; but who began early
    and went early served all the same, so the plan moves forward as far as they left before its end."""
    planned = opening.ends_at - opening.starts_at
    return max(came, min(opening.starts_at, left - planned))


def evidence_minutes(record: ServiceRecord) -> int:
    """Return the minutes between coming and going."""
    assert record.ends_at is not None
    return served_minutes(record.starts_at, record.ends_at)


def check_minutes(*, record: ServiceRecord, minutes: int) -> int:
    """Return the minutes to record: more than none, never more than the evidence and a tolerance."""
    most = evidence_minutes(record) + TOLERANCE
    if not 0 < minutes <= most:
        raise Invalid(
            "bad_minutes",
            _("Choose between 1 and %(most)d minutes, as the times show.") % {"most": most},
            field="minutes",
        )
    return minutes


def signals(*, record: ServiceRecord, check_in: CheckIn | None, day_minutes: int) -> dict[str, str]:
    """Return what about a record asks for a look of its own, in words, by code; none is a verdict."""
    found = {}
    if record.state == RecordState.RETURNED:
        found["sent_back"] = _("The reviewer sent it back: say what was missing.")
    if check_in is None or check_in.method == CheckMethod.NO_CODE:
        found["no_code"] = _("Nobody gave a code at the door.")
    if check_in is None or check_in.out_method == CheckMethod.CLOCK or check_in.out_at is None:
        found["closed_by_clock"] = _("Nobody checked out: the clock closed it.")
    else:
        opening = record.assignment.opening
        planned = whole_minutes(opening.starts_at, opening.ends_at)
        began = counted_from(came=check_in.at, left=check_in.out_at, opening=opening)
        stayed = served_minutes(began, check_in.out_at)
        if not planned / 2 <= stayed <= planned + LONGER:
            found["unusual_minutes"] = _("%(stayed)d minutes, where %(planned)d were planned.") % {
                "stayed": stayed,
                "planned": planned,
            }
    if is_long_day(day_minutes):
        found["long_day"] = _("More than 8 hours on one day.")
    return found


def check_together(
    *, record: ServiceRecord, may: bool, check_in: CheckIn | None, day_minutes: int, by: User
) -> None:
    """Who may confirm a record may confirm it together with others when nothing about it is unusual.

    ``day_minutes`` are those of the whole day. That it was long is not said: who asks may be an
    organization, and how long somebody served with others is not theirs to read.
    """
    check_confirms(record=record, may=may, by=by)
    if not record.machine.allows(record.state, RecordState.PROPOSED):
        raise Conflict("illegal_move", _("This can no longer be done."))
    for code, words in signals(record=record, check_in=check_in, day_minutes=0).items():
        raise Conflict(code, words)
    if is_long_day(day_minutes):
        raise Conflict("one_by_one", _("Look at this one by itself."))


def check_at_once(count: int) -> None:
    """At least one record, and no more than one person can answer for at once."""
    if count < 1:
        raise Invalid("nothing_chosen", _("Choose at least one record."), field="records")
    if count > MOST_AT_ONCE:
        words = _("Choose at most %(most)d records at once.") % {"most": MOST_AT_ONCE}
        raise Invalid("too_many", words, field="records")


def check_reviews(*, record: ServiceRecord, in_scope: bool, by: User) -> None:
    """Recorder, approver and volunteer are three people, and the approver's area holds the service (I9)."""
    if by.pk in {record.volunteer_id, record.recorded_by_id}:
        raise NotAllowed("three_people", _("Somebody else has to review this."))
    if not in_scope:
        raise NotAllowed("not_your_area", _("This is not in your area."))


def needs_second(*, record: ServiceRecord, day_minutes: int) -> bool:
    """Declared hours, and days of more than twelve, are seen by two reviewers."""
    return record.evidence == Evidence.DECLARED or day_minutes > HOLD_MINUTES


def is_long_day(day_minutes: int) -> bool:
    """Say whether who reviews is warned: more than eight hours on one day."""
    return day_minutes > WARN_MINUTES


def check_second(*, first: User | None, by: User) -> None:
    """The second review is by another person than the first."""
    if first is not None and first.pk == by.pk:
        raise NotAllowed("second_person", _("Another reviewer has to decide this."))


def check_return(reason: str, words: str) -> tuple[ReturnReason, str]:
    """Return why hours go back: a reason from the list, and words."""
    if reason not in ReturnReason.values:
        raise Invalid("reason_missing", _("Choose a reason."), field="reason")
    return ReturnReason(reason), check_words(words)


def check_words(words: str) -> str:
    """Return a sentence that explains."""
    clean = normalise(words, field="words", lines=True)
    if not 2 <= len(clean) <= 400:
        raise Invalid("words_missing", _("Explain it, in up to 400 characters."), field="words")
    return clean


def published_share(part: int, whole: int) -> int | None:
    """Return per cent as the page of an organization shows it; None below five services or evaluations,
    which say little and could point to who gave them (LOOK page 5: n ≥ 5)."""
    return share(part, whole, fewest=FEWEST_BEHIND_A_SHARE)


def check_evaluates(*, assignment: Assignment, may: bool, given: bool, now: datetime) -> None:
    """Each side evaluates a service that took place, once, within 30 days."""
    if not may:
        raise NotAllowed("not_your_side", _("This is not yours to evaluate."))
    if assignment.state != AssignmentState.DONE:
        raise Conflict("not_done", _("Evaluate it when it is done."))
    if now > assignment.opening.ends_at + EVALUATE_WITHIN:
        raise Conflict("too_late", _("An evaluation can be given for 30 days."))
    if given:
        raise Conflict("already_given", _("You have evaluated this already. Thank you."))


def check_scores(
    *, side: str, face: str, scores: tuple[int | None, int | None, int | None]
) -> None:
    """A face from who was there, three scores of 1–5 from a coordinator; a resident may give both."""
    if side == Side.COORDINATOR:
        if not all(score is not None for score in scores):
            raise Invalid("score_missing", _("Give all three scores."), field="punctuality")
    elif face not in Face.values:
        raise Invalid("face_missing", _("Choose one of the faces."), field="face")
    if not all(score is None or 1 <= score <= 5 for score in scores):
        raise Invalid("bad_score", _("Scores go from 1 to 5."), field="punctuality")

"""Rules about requests and visits. Pure: facts come in as arguments."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.states import Purpose
from help_requests.models import ArrivalCode, HelpRequest, Visit
from help_requests.states import CancelReason, Place, RefusalReason, RequestState, VisitState
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise

FURTHEST = timedelta(days=90)
CODE_SHOWN = timedelta(hours=2)
MOST_TRIES = 5
NEEDED_CONSENTS = (Purpose.DISABILITY, Purpose.SHARING)


def check_acts(*, acting: object) -> None:
    """Only the resident, or who holds a grant for this deed, acts for the resident."""
    if acting is None:
        raise NotAllowed("not_your_resident", _("You cannot ask for this person."))


def check_when(starts_at: datetime, minutes: int, *, now: datetime) -> None:
    """A visit has an offset, lies ahead within 90 days and lasts 15 minutes to 12 hours."""
    if starts_at.tzinfo is None:
        raise Invalid("naive_time", _("Give the time with its offset."), field="starts_at")
    if starts_at <= now:
        raise Invalid("in_the_past", _("Choose a time that is still to come."), field="starts_at")
    if starts_at > now + FURTHEST:
        raise Invalid("too_far_ahead", _("Choose a day within 90 days."), field="starts_at")
    if not 15 <= minutes <= 720:
        raise Invalid("bad_length", _("Choose between 15 minutes and 12 hours."), field="minutes")


def check_series(starts_on: date, until: date | None) -> None:
    """A weekly series says when it ends, within a year."""
    if until is None or not starts_on <= until <= starts_on + timedelta(days=366):
        raise Invalid("bad_end", _("Say until when, at most a year ahead."), field="repeats_until")


def check_places(places: int) -> None:
    """One to ten volunteers."""
    if not 1 <= places <= 10:
        raise Invalid("bad_places", _("Choose between 1 and 10 volunteers."), field="places")


def check_draft(request: HelpRequest) -> None:
    """Only a draft is written on."""
    if request.state != RequestState.DRAFT:
        raise Conflict("not_a_draft", _("This request was already sent."))


def check_whole(
    request: HelpRequest, *, missing_consents: Sequence[Purpose], now: datetime
) -> None:
    """A request that is sent says what, when and where, and its resident allows what it needs."""
    if request.service_type is None:
        raise Invalid("what_missing", _("Choose what you need."), field="service_type")
    if request.starts_at is None or request.minutes is None:
        raise Invalid("when_missing", _("Say when, and for how long."), field="starts_at")
    check_when(request.starts_at, request.minutes, now=now)
    if request.place == Place.OTHER and not request.address:
        raise Invalid("where_missing", _("Write the address."), field="address")
    if missing_consents:
        names = "、".join(str(purpose.label) for purpose in missing_consents)
        raise Invalid(
            "consent_missing",
            _("This needs your consent: %(names)s.") % {"names": names},
            field="consent",
            purposes=[purpose.value for purpose in missing_consents],
        )


def check_answers(*, in_scope: bool) -> None:
    """An office answers requests of its own area."""
    if not in_scope:
        raise NotAllowed("not_your_area", _("This is not in your area."))


def check_refusal(reason: str, words: str) -> tuple[str, str]:
    """Return the reason and the words of a refusal; an answer is always explained (条例 Art 13)."""
    if reason not in RefusalReason.values:
        raise Invalid("reason_missing", _("Choose a reason."), field="reason")
    return reason, check_words(words)


def check_words(words: str, *, field: str = "words") -> str:
    """Return words to the resident; there must be some."""
    clean = normalise(words, field=field, lines=True)
    if not 2 <= len(clean) <= 500:
        raise Invalid("words_missing", _("Explain it, in up to 500 characters."), field=field)
    return clean


def check_cancel_reason(reason: str) -> str:
    """Return a reason for calling off."""
    if reason not in CancelReason.values:
        raise Invalid("reason_missing", _("Choose a reason."), field="reason")
    return reason


def check_cancels(*, acting: object, in_scope: bool) -> None:
    """The resident's side or the office calls a request or a visit off."""
    if acting is None and not in_scope:
        raise NotAllowed("not_your_request", _("You cannot call this off."))


def check_visit_open(visit: Visit) -> None:
    """A visit is moved or called off before it begins."""
    if visit.state not in {VisitState.PLANNED, VisitState.MATCHED}:
        raise Conflict("visit_over", _("This visit can no longer be changed."))


def is_code_shown(visit: Visit, *, now: datetime) -> bool:
    """The arrival code is shown from two hours before the start to the end of the visit."""
    is_due = visit.state in {VisitState.MATCHED, VisitState.IN_SERVICE}
    return is_due and visit.starts_at - CODE_SHOWN <= now <= visit.ends_at


def check_code(arrival: ArrivalCode, *, fits: bool) -> None:
    """Judge an arrival code; after five wrong tries the desk has to help."""
    if arrival.tries >= MOST_TRIES:
        raise Conflict(
            "code_locked",
            _("Five wrong tries. Check in without a code, and say why."),
            field="code",
        )
    if not fits:
        raise Invalid(
            "code_wrong", _("This code is not right. Ask again."), field="code", counted=True
        )

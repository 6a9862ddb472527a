"""Rules about requests and visits. Pure: facts come in as arguments."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.states import Purpose
from help_requests.models import ArrivalCode, HelpRequest, ServiceType, Visit
from help_requests.states import (
    CancelReason,
    Channel,
    CloseReason,
    Place,
    RefusalReason,
    RequestState,
    Urgency,
    VisitState,
)
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import enumerated, normalise
from kernel.workdays import add_working_days, at_local, local_date
from regions.models import Region
from regions.states import Level

CLOSES = 17 * 60
FURTHEST = timedelta(days=90)
SOONEST = timedelta(hours=2)
TAKEN_DOWN = (Channel.HOTLINE, Channel.COUNTER)  # a human is asked, and judges at once
CODE_SHOWN = timedelta(hours=2)
MOST_TRIES = 5
MOST_VOLUNTEERS = 10
NEEDED_CONSENTS = (Purpose.DISABILITY, Purpose.SHARING)


def answer_due(now: datetime) -> datetime:
    """Return by when what is sent ``now`` is answered: the end of the next working day, local time."""
    return at_local(add_working_days(local_date(now), 1), CLOSES)


def begins_before_answer(request: HelpRequest, *, now: datetime) -> bool:
    """Say whether what is sent ``now`` may be answered only after the time that it asks for."""
    return request.starts_at is not None and request.starts_at < answer_due(now)


def check_acts(*, acts: bool) -> None:
    """Only the resident, who holds a grant for this deed, or who takes the call asks for a resident."""
    if not acts:
        raise NotAllowed("not_your_resident", _("You cannot ask for this person."))


def check_known(value: str, known: Collection[str], *, field: str) -> None:
    """Refuse a value that the list at ``field`` does not have."""
    if value not in known:
        raise Invalid("not_in_list", _("Choose from the list."), field=field)


def check_offered(service_type: ServiceType) -> None:
    """Refuse an entry that the catalogue no longer has."""
    if not service_type.is_active:
        raise Invalid("not_offered", _("This is no longer offered."), field="service_type")


def check_street(region: Region) -> None:
    """The place of a service is in a street or town, whose desk answers."""
    if region.level != Level.STREET:
        raise Invalid("not_a_street", _("Choose a street or town."), field="region")


def check_text(text: str, *, field: str, most: int) -> str | None:
    """Return ``text`` clean, or None when there is none."""
    clean = normalise(text, field=field, lines=True)
    if len(clean) > most:
        raise Invalid("too_long", _("Write at most %(n)s characters.") % {"n": most}, field=field)
    return clean or None


def check_start(starts_at: datetime, *, now: datetime) -> None:
    """A visit's start has an offset and lies ahead within 90 days."""
    if starts_at.tzinfo is None:
        raise Invalid("naive_time", _("Give the time with its offset."), field="starts_at")
    if starts_at <= now:
        raise Invalid("in_the_past", _("Choose a time that is still to come."), field="starts_at")
    if starts_at > now + FURTHEST:
        raise Invalid("too_far_ahead", _("Choose a day within 90 days."), field="starts_at")


def check_notice(request: HelpRequest, *, now: datetime) -> None:
    """Somebody has to be found: what is not urgent begins in two hours at the earliest.

    What cannot wait is asked for at the hotline, whose operators are not held to this.
    """
    is_held = request.urgency == Urgency.NORMAL and request.channel not in TAKEN_DOWN
    if is_held and request.starts_at is not None and request.starts_at < now + SOONEST:
        raise Invalid("too_soon", _too_soon(writes=_writes(request)), field="starts_at")


def _writes(request: HelpRequest) -> bool:
    """Say whether who asks does not phone: the account says so, or the resident who asks for themselves."""
    is_own = request.asked_by_id == request.resident.user_id
    return request.asked_by.no_voice or (is_own and request.resident.no_voice)


def _too_soon(*, writes: bool) -> str:
    """Return what to do about what cannot wait; nobody who does not phone is told to."""
    if writes:
        return _(
            "Choose a time at least two hours from now. If it cannot wait, ask somebody with you to "
            "call 12385."
        )
    return _(
        "Choose a time at least two hours from now. If it cannot wait, call 12385 or "
        "text 106 9012 385."
    )


def check_minutes(minutes: int) -> None:
    """A visit lasts 15 minutes to 12 hours."""
    if not 15 <= minutes <= 720:
        raise Invalid("bad_length", _("Choose between 15 minutes and 12 hours."), field="minutes")


def check_series(starts_on: date, until: date | None) -> None:
    """A weekly series says when it ends, within a year."""
    if until is None or not starts_on <= until <= starts_on + timedelta(days=366):
        raise Invalid("bad_end", _("Say until when, at most a year ahead."), field="repeats_until")


def occurrences(request: HelpRequest) -> Iterator[datetime]:
    """Yield the starts of a whole request in order: one, or one a week until the series ends.

    A week is seven times 24 hours: Shanghai has kept one offset since 1991, so the local time stays.
    """
    assert request.starts_at is not None
    start = request.starts_at
    yield start
    while request.is_weekly:
        start += timedelta(weeks=1)
        if request.repeats_until is None or local_date(start) > request.repeats_until:
            return
        yield start


def check_places(places: int) -> None:
    """One to ten volunteers."""
    if not 1 <= places <= MOST_VOLUNTEERS:
        raise Invalid("bad_places", _("Choose between 1 and 10 volunteers."), field="places")


def where_given(service_type: ServiceType | None) -> list[Place]:
    """Return where this kind of help can be given, the usual place first."""
    there = [Place.HOME, Place.OTHER]
    return [Place.REMOTE, *there] if service_type and service_type.remote else there


def least_volunteers(service_type: ServiceType | None) -> int:
    """Return how many have to come at least: some kinds of help take two."""
    return 2 if service_type and service_type.two_volunteers else 1


def asked_again(request: HelpRequest, *, now: datetime) -> dict[str, Any]:
    """Return what a new draft says that asks for the same; the time only while it can still be had."""
    same = ("wish_source", "region", "place", "minutes", "places", "gender_wish", "language")
    facts: dict[str, Any] = {name: getattr(request, name) for name in same}
    facts |= {name: getattr(request, name) or "" for name in ("wish", "details", "address")}
    if request.service_type and request.service_type.is_active:
        facts["service_type"] = request.service_type
    if request.place == Place.OTHER and request.point:
        facts["lat"], facts["lng"] = map(float, str(request.point).split(","))
    if request.starts_at and request.starts_at >= now + SOONEST:
        facts |= {
            name: getattr(request, name) for name in ("starts_at", "is_weekly", "repeats_until")
        }
    return facts


def blank() -> dict[str, Any]:
    """Return what a draft says before anything was answered: it is begun again with this."""
    return {
        **dict.fromkeys(("service_type", "starts_at", "minutes", "repeats_until")),
        **dict.fromkeys(("wish", "wish_source", "details", "address"), ""),
        **dict.fromkeys(("gender_wish", "language"), ""),
        **{"place": Place.HOME, "urgency": Urgency.NORMAL, "is_weekly": False, "places": 1},
    }


def check_draft(request: HelpRequest) -> None:
    """Only a draft is written on."""
    if request.state != RequestState.DRAFT:
        raise Conflict("not_a_draft", _("This request was already sent."))


def to_plan(request: HelpRequest, *, until: datetime | None = None) -> Iterator[datetime]:
    """Yield the starts that were not planned yet: the first at any rate, then those up to ``until``."""
    for number, start in enumerate(occurrences(request)):
        if number and until and start > until:
            return
        if request.planned_until is None or start > request.planned_until:
            yield start


def check_whole(
    request: HelpRequest, *, missing_consents: Sequence[Purpose], now: datetime
) -> None:
    """A request that is sent says what, when and where, and its resident allows what it needs.

    Whoever asks for somebody else writes down that person's own wish (民法典 Art 35).
    """
    if request.service_type is None:
        raise Invalid("what_missing", _("Choose what you need."), field="service_type")
    if request.starts_at is None or request.minutes is None:
        raise Invalid("when_missing", _("Say when, and for how long."), field="starts_at")
    check_offered(request.service_type)
    check_start(request.starts_at, now=now)
    check_notice(request, now=now)
    check_minutes(request.minutes)
    for_another = request.asked_by_id != request.resident.user_id
    if for_another and not (request.wish and request.wish_source):
        raise Invalid("wish_missing", _("Write down what the person wants."), field="wish")
    if request.place not in where_given(request.service_type):
        words = _("This help is not given by phone or video. Choose another place.")
        raise Invalid("not_from_afar", words, field="place")
    if request.place == Place.OTHER and not request.address:
        raise Invalid("where_missing", _("Write the address."), field="address")
    if missing_consents:
        names = enumerated(purpose.label for purpose in missing_consents)
        raise Invalid(
            "consent_missing",
            _("This needs your consent: %(names)s.") % {"names": names},
            field="consent",
            purposes=[purpose.value for purpose in missing_consents],
        )


def check_answers(*, in_scope: bool, is_own: bool = False) -> None:
    """An office answers requests of its own area; nobody answers their own."""
    if not in_scope:
        raise NotAllowed("not_your_area", _("This is not in your area."))
    if is_own:
        raise NotAllowed("your_own", _("This is your own request: somebody else has to answer."))


def check_still_ahead(request: HelpRequest, *, now: datetime) -> None:
    """A request is accepted while one of its visits can still take place."""
    if request.starts_at is not None and not any(start > now for start in occurrences(request)):
        raise Conflict("start_is_over", _("Its time is over. Refuse it, and ask for a new one."))


def check_charge(*, has_organization: bool, only_own_volunteers: bool) -> None:
    """Only an organization in charge can keep a request to its own volunteers."""
    if only_own_volunteers and not has_organization:
        raise Invalid(
            "no_organization",
            _("Choose the organization whose volunteers should come."),
            field="in_charge",
        )


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


def check_close_reason(reason: str) -> CloseReason:
    """Return how a request ended."""
    if reason not in CloseReason.values:
        raise Invalid("reason_missing", _("Choose a reason."), field="reason")
    return CloseReason(reason)


def check_nothing_open(*, is_open: bool) -> None:
    """A request is closed when nobody is still to come; before that it is cancelled."""
    if is_open:
        raise Conflict("visits_open", _("There are visits to come. Call them off first."))


def check_cancels(*, is_side: bool, in_scope: bool) -> None:
    """The resident's side or the office calls a request or a visit off."""
    if not (is_side or in_scope):
        raise NotAllowed("not_your_request", _("You cannot call this off."))


def check_visit_open(visit: Visit) -> None:
    """A visit is moved or called off before it begins."""
    if visit.state not in {VisitState.PLANNED, VisitState.MATCHED}:
        raise Conflict("visit_over", _("This visit can no longer be changed."))


def check_free_start(*, is_taken: bool) -> None:
    """A request has one visit at a time."""
    if is_taken:
        raise Conflict("visit_there", _("There is a visit at this time already."))


def is_code_shown(visit: Visit, *, now: datetime) -> bool:
    """The arrival code is shown from two hours before the start to the end of the visit."""
    is_due = visit.state in {VisitState.MATCHED, VisitState.IN_SERVICE}
    return is_due and visit.starts_at - CODE_SHOWN <= now <= visit.ends_at


def check_code(arrival: ArrivalCode | None, *, fits: bool) -> None:
    """Judge an arrival code: after five wrong tries, or without a code, evidence is given otherwise."""
    if arrival is None:
        raise Conflict(
            "no_code",
            _("There is no code for this visit. Check in without a code, and say why."),
            field="code",
        )
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


def shown_state(state: str, visits: Sequence[str]) -> tuple[str, str]:
    """Return (machine, state) as the resident sees it: the request's own, or from ACCEPTED on that of
    its next visit, whose states come in order of time (HOUSE §2)."""
    if state != RequestState.ACCEPTED or not visits:
        return HelpRequest._meta.db_table, state
    to_come = (visit for visit in visits if not Visit.machine.is_final(visit))
    return Visit._meta.db_table, next(to_come, visits[-1])

"""The office answers a request, once; either side may call it off."""

from datetime import datetime

from django.db import transaction

from accounts import queries as people
from accounts.models import ResidentProfile, User
from accounts.roles import Permission
from help_requests import events, queries, rules
from help_requests.actions.visits import call_off, plan_visits
from help_requests.models import HelpRequest
from help_requests.states import CancelReason, CloseReason, RequestState, VisitState
from kernel.transitions import move
from organizations.models import Organization
from organizations.rules import check_active


def _check_answers(request: HelpRequest, *, by: User, now: datetime) -> None:
    rules.check_answers(
        in_scope=_in_office(request, by=by, now=now), is_own=request.resident.user_id == by.pk
    )


def _in_office(request: HelpRequest, *, by: User, now: datetime) -> bool:
    return people.may(by, Permission.ANSWER_REQUESTS, region=request.region, now=now)


def _keep_words(request: HelpRequest, words: str) -> None:
    """Seal the answer: it is written apart from the move, which cannot write sealed fields."""
    request.answer = words
    request.save(update_fields=["answer"])


@transaction.atomic
def accept_request(
    *,
    request: HelpRequest,
    by: User,
    now: datetime,
    in_charge: Organization | None = None,
    only_own_volunteers: bool = False,
    words: str = "",
) -> HelpRequest:
    """Say yes: visits are planned at once, and matching begins. ``in_charge`` none = the street.

    Raises ``NotAllowed`` (``not_your_area``, ``your_own``), ``Invalid`` (``no_organization``),
    ``Conflict`` (``illegal_move``, ``not_verified``, ``start_is_over``).
    """
    _check_answers(request, by=by, now=now)
    rules.check_charge(
        has_organization=in_charge is not None, only_own_volunteers=only_own_volunteers
    )
    if in_charge:
        check_active(in_charge)
    rules.check_still_ahead(request, now=now)
    clean = rules.check_words(words) if words else None
    move(
        request,
        RequestState.ACCEPTED,
        event=events.REQUEST_ACCEPTED,
        by=by,
        at=now,
        answered_by=by,
        answered_at=now,
        in_charge=in_charge,
        only_own_volunteers=only_own_volunteers,
    )
    if clean:
        _keep_words(request, clean)
    plan_visits(request=request, by=by, now=now)
    return request


@transaction.atomic
def refuse_request(
    *, request: HelpRequest, reason: str, words: str, by: User, now: datetime
) -> HelpRequest:
    """Say no, with a reason and words (条例 Art 13: a refusal is answered too).

    Raises ``NotAllowed``, ``Invalid`` (``reason_missing``, ``words_missing``), ``Conflict``.
    """
    _check_answers(request, by=by, now=now)
    code, clean = rules.check_refusal(reason, words)
    _end(request, RequestState.REFUSED, events.REQUEST_REFUSED, code, by=by, now=now)
    _keep_words(request, clean)
    return request


@transaction.atomic
def refer_request(*, request: HelpRequest, words: str, by: User, now: datetime) -> HelpRequest:
    """Hand it to the body that can help; ``words`` say to whom and how to reach them.

    Raises ``NotAllowed``, ``Invalid`` (``words_missing``), ``Conflict``.
    """
    _check_answers(request, by=by, now=now)
    clean = rules.check_words(words)
    _end(request, RequestState.REFERRED, events.REQUEST_REFERRED, "", by=by, now=now)
    _keep_words(request, clean)
    return request


def _end(
    request: HelpRequest, to: RequestState, event: str, reason: str, *, by: User, now: datetime
) -> None:
    move(
        request,
        to,
        event=event,
        by=by,
        at=now,
        answered_by=by,
        answered_at=now,
        ended_at=now,
        reason=reason,
    )


@transaction.atomic
def cancel_request(*, request: HelpRequest, reason: str, by: User, now: datetime) -> HelpRequest:
    """Call it off, with every visit that has not begun; one that is under way goes on to its end.

    Raises ``NotAllowed`` (``not_your_request``), ``Invalid`` (``reason_missing``), ``Conflict``.
    """
    rules.check_cancels(**queries.cancel_facts(by, request, now=now))
    _cancel(request, CancelReason(rules.check_cancel_reason(reason)), by=by, now=now)
    return request


def _cancel(request: HelpRequest, reason: CancelReason, *, by: User | None, now: datetime) -> None:
    move(
        request,
        RequestState.CANCELLED,
        event=events.REQUEST_CANCELLED,
        by=by,
        at=now,
        reason=reason,
        ended_at=now,
    )
    for visit in request.visits.filter(state__in=[VisitState.PLANNED, VisitState.MATCHED]):
        call_off(visit=visit, reason=reason, by=by, now=now)


@transaction.atomic
def call_all_off(*, resident: ResidentProfile, now: datetime) -> None:
    """Cancel every request of who was erased; nobody could find the door any more."""
    running = [s for s in RequestState if HelpRequest.machine.allows(s, RequestState.CANCELLED)]
    for request in HelpRequest.objects.filter(resident=resident, state__in=running):
        _cancel(request, CancelReason.NOT_NEEDED, by=None, now=now)


@transaction.atomic
def close_request(
    *, request: HelpRequest, reason: CloseReason, by: User | None, now: datetime, words: str = ""
) -> HelpRequest:
    """End a referred request, or an accepted one whose visits are all over; ``words`` are added to what
    the resident was answered.

    By hand: the office in whose area it is; else the platform. Raises ``NotAllowed``
    (``not_your_area``), ``Invalid`` (``reason_missing``, ``words_missing``), ``Conflict``
    (``visits_open``, ``illegal_move``).
    """
    if by is not None:
        rules.check_answers(in_scope=_in_office(request, by=by, now=now))
    code = rules.check_close_reason(reason)
    clean = rules.check_words(words) if words else None
    rules.check_nothing_open(is_open=queries.has_open_visits(request))
    move(
        request,
        RequestState.CLOSED,
        event=events.REQUEST_CLOSED,
        by=by,
        at=now,
        reason=code,
        ended_at=now,
    )
    if clean:
        _keep_words(request, "\n".join([request.answer, clean] if request.answer else [clean]))
    return request

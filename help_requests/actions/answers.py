"""The office answers a request, once; either side may call it off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from help_requests import events, rules
from help_requests.actions.visits import call_off, plan_visits
from help_requests.models import HelpRequest
from help_requests.states import CancelReason, CloseReason, RequestState, VisitState
from kernel.refusals import Conflict
from kernel.transitions import move
from organizations.models import Organization
from organizations.rules import check_active


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

    Raises ``NotAllowed`` (``not_your_area``), ``Conflict`` (``illegal_move``, ``not_verified``,
    ``start_is_over``).
    """
    rules.check_answers(in_scope=_in_office(request, by=by, now=now))
    if in_charge:
        check_active(in_charge)
    if request.starts_at is None or (request.starts_at <= now and not request.is_weekly):
        raise Conflict("start_is_over", _("Its time is over. Refuse it, and ask for a new one."))
    move(
        request,
        RequestState.ACCEPTED,
        event=events.REQUEST_ACCEPTED,
        by=by,
        at=now,
        answered_by=by,
        answered_at=now,
        in_charge=in_charge,
        only_own_volunteers=bool(in_charge) and only_own_volunteers,
    )
    if words:
        _keep_words(request, rules.check_words(words))
    plan_visits(request=request, by=by, now=now)
    return request


@transaction.atomic
def refuse_request(
    *, request: HelpRequest, reason: str, words: str, by: User, now: datetime
) -> HelpRequest:
    """Say no, with a reason and words (条例 Art 13: a refusal is answered too).

    Raises ``NotAllowed``, ``Invalid`` (``reason_missing``, ``words_missing``), ``Conflict``.
    """
    rules.check_answers(in_scope=_in_office(request, by=by, now=now))
    code, clean = rules.check_refusal(reason, words)
    _end(request, RequestState.REFUSED, events.REQUEST_REFUSED, code, by=by, now=now)
    _keep_words(request, clean)
    return request


@transaction.atomic
def refer_request(*, request: HelpRequest, words: str, by: User, now: datetime) -> HelpRequest:
    """Hand it to the body that can help; ``words`` say to whom and how to reach them.

    Raises ``NotAllowed``, ``Invalid`` (``words_missing``), ``Conflict``.
    """
    rules.check_answers(in_scope=_in_office(request, by=by, now=now))
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
    """Call it off, with every visit that has not begun. Raises ``NotAllowed``, ``Invalid``, ``Conflict``."""
    acting = people.acting(by, request.resident, deed="ask", now=now)
    mine = acting or (request.asked_by_id == by.pk or None)
    rules.check_cancels(acting=mine, in_scope=_in_office(request, by=by, now=now))
    code = rules.check_cancel_reason(reason)
    move(
        request,
        RequestState.CANCELLED,
        event=events.REQUEST_CANCELLED,
        by=by,
        at=now,
        reason=code,
        ended_at=now,
    )
    for visit in request.visits.filter(state__in=[VisitState.PLANNED, VisitState.MATCHED]):
        call_off(visit=visit, reason=CancelReason(code), by=by, now=now)
    return request


@transaction.atomic
def close_request(
    *, request: HelpRequest, reason: CloseReason, by: User | None, now: datetime
) -> HelpRequest:
    """End an accepted or referred request. By hand: the office in whose area it is; else the platform."""
    if by is not None:
        rules.check_answers(in_scope=_in_office(request, by=by, now=now))
    move(
        request,
        RequestState.CLOSED,
        event=events.REQUEST_CLOSED,
        by=by,
        at=now,
        reason=reason,
        ended_at=now,
    )
    return request

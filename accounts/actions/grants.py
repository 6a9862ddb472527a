"""Who may act for a resident: asked for with evidence, decided at the street, ended by either side."""

from datetime import date, datetime

from django.db import transaction

from accounts import events, queries, rules
from accounts.models import ProxyGrant, ResidentProfile, User
from accounts.roles import Permission
from accounts.states import PaperState, ProxyKind
from kernel.events import record
from kernel.transitions import move
from kernel.workdays import local_date


@transaction.atomic
def submit_grant(
    *,
    resident: ResidentProfile,
    proxy: User,
    kind: ProxyKind,
    evidence: str,
    valid_until: date,
    by: User,
    now: datetime,
    may_ask: bool = True,
    may_confirm: bool = True,
    may_see_health: bool = False,
) -> ProxyGrant:
    """Ask that ``proxy`` may act for ``resident``; given by the resident themselves it holds at once.

    The resident may ask, the proxy, and the office that serves the resident. Raises ``NotAllowed``
    (``not_your_resident``), ``Invalid`` (``bad_dates``, ``your_own``, ``too_long``) or ``Conflict``
    (``grant_exists``).
    """
    ResidentProfile.objects.select_for_update(no_key=True).get(pk=resident.pk)
    live = ProxyGrant.objects.filter(
        resident=resident, proxy=proxy, state__in=[PaperState.SUBMITTED, PaperState.VALID]
    ).first()
    office = queries.may(
        by, Permission.ANSWER_REQUESTS, Permission.TAKE_CALLS, region=resident.region, now=now
    )
    rules.check_submit_grant(resident=resident, proxy=proxy, live=live, office=office, by=by)
    rules.check_grant_dates(valid_until=valid_until, today=local_date(now))
    grant = ProxyGrant.objects.create(
        key=resident.key,
        resident=resident,
        proxy=proxy,
        kind=kind,
        evidence=rules.check_text(evidence, field="evidence", most=500, lines=True),
        may_ask=may_ask,
        may_confirm=may_confirm,
        may_see_health=may_see_health,
        valid_until=valid_until,
        submitted_at=now,
    )
    record(events.GRANT_SUBMITTED, subject=grant, by=by, at=now, kind=kind)
    if resident.user_id == by.pk:
        _decide(grant, PaperState.VALID, reason="", by=by, now=now)
    return grant


def _decide(grant: ProxyGrant, to: PaperState, *, reason: str, by: User, now: datetime) -> None:
    move(
        grant,
        to,
        event=events.GRANT_DECIDED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
        reason=reason,
    )


@transaction.atomic
def decide_grant(
    *, grant: ProxyGrant, accept: bool, reason: str, by: User, now: datetime
) -> ProxyGrant:
    """Say at the street whether the evidence holds; a refusal needs a reason.

    Raises ``NotAllowed`` (``not_your_street``, ``your_own``), ``Invalid`` (``reason_missing``) or
    ``Conflict`` (``illegal_move``).
    """
    in_scope = queries.may(by, Permission.VERIFY_PEOPLE, region=grant.resident.region, now=now)
    rules.check_reviews(whose=grant.proxy, in_scope=in_scope, by=by)
    words = rules.check_reason(reason, needed=not accept)
    _decide(grant, PaperState.VALID if accept else PaperState.REFUSED, reason=words, by=by, now=now)
    return grant


@transaction.atomic
def withdraw_grant(*, grant: ProxyGrant, by: User, now: datetime) -> ProxyGrant:
    """End a grant: the resident or the proxy may, at any time (民法典 Art 35), and the street.

    Raises ``NotAllowed`` (``not_yours``) or ``Conflict`` (``illegal_move``).
    """
    in_scope = queries.may(by, Permission.VERIFY_PEOPLE, region=grant.resident.region, now=now)
    rules.check_withdraw_grant(grant=grant, in_scope=in_scope, by=by)
    move(grant, PaperState.WITHDRAWN, event=events.GRANT_WITHDRAWN, by=by, at=now)
    return grant

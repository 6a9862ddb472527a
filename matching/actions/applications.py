"""A volunteer asks for a place; who comes too late waits in line."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.events import record
from kernel.refusals import Conflict
from kernel.transitions import move
from matching import events, queries, rules
from matching.actions.places import lock_opening, lock_volunteer, lock_volunteers, take_place
from matching.models import Application, Assignment, Opening
from matching.states import ApplicationState


@transaction.atomic
def apply(*, opening: Opening, by: User, now: datetime, note: str = "") -> Application:
    """Ask for a place. Who fits, whatever their own limits, is accepted at once where the project says so and
    a place is left; a full opening puts the volunteer in line.

    Raises ``Conflict`` (``opening_closed``, ``opening_begun``, ``does_not_fit``, ``already_applied``).
    """
    words = rules.check_note(note)
    opening = lock_opening(opening.pk)
    rules.check_open(opening=opening, now=now)
    # First of all: the own place here would be the other service that stands against it.
    if queries.live_assignments(opening).filter(volunteer=by).exists():
        raise Conflict("already_applied", _("You have a place here already."))
    lock_volunteers([by.pk])  # who is no volunteer has no row, and does not fit
    rules.check_own_yes(reasons=queries.why_not(opening, by, now=now))
    try:
        with transaction.atomic():
            application = Application.objects.create(
                opening=opening, volunteer=by, note=words, applied_at=now
            )
    except IntegrityError:
        raise Conflict("already_applied", _("You have applied here already.")) from None
    record(events.APPLICATION_SENT, subject=application, by=by, at=now)
    if opening.is_full:
        move(
            application, ApplicationState.WAITING, event=events.APPLICATION_WAITING, by=None, at=now
        )
    elif opening.shift is None or opening.shift.project.auto_accept:
        _take(application, opening=opening, by=None, now=now)
    return application


def _take(
    application: Application, *, opening: Opening, by: User | None, now: datetime
) -> Assignment:
    move(
        application,
        ApplicationState.ACCEPTED,
        event=events.APPLICATION_ACCEPTED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
    )
    return take_place(
        opening=opening,
        volunteer=application.volunteer,
        application=application,
        by=by,
        now=now,
    )


@transaction.atomic
def accept_application(*, application: Application, by: User, now: datetime) -> Assignment:
    """Give the applicant a place. Raises ``NotAllowed`` (``not_your_area``), ``Conflict`` (``filled``,
    ``does_not_fit``, ``overlap``, ``illegal_move``)."""
    opening = lock_opening(application.opening_id)
    rules.check_dispatches(may=queries.may_dispatch(by, opening, now=now))
    rules.check_open(opening=opening, now=now)
    rules.check_place_left(opening=opening)
    lock_volunteer(application.volunteer)
    rules.check_own_yes(reasons=queries.why_not(opening, application.volunteer, now=now))
    return _take(application, opening=opening, by=by, now=now)


@transaction.atomic
def refuse_application(
    *, application: Application, reason: str, by: User, now: datetime
) -> Application:
    """Say no to an applicant, in words. Raises ``NotAllowed``, ``Conflict`` (``illegal_move``)."""
    opening = lock_opening(application.opening_id)
    rules.check_dispatches(may=queries.may_dispatch(by, opening, now=now))
    move(
        application,
        ApplicationState.REFUSED,
        event=events.APPLICATION_REFUSED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
        reason=rules.check_note(reason),
    )
    return application


@transaction.atomic
def withdraw_application(*, application: Application, by: User, now: datetime) -> Application:
    """Take an application back, or leave the line. Raises ``NotAllowed``, ``Conflict``."""
    rules.check_applicant(application=application, by=by)
    move(application, ApplicationState.WITHDRAWN, event=events.APPLICATION_WITHDRAWN, by=by, at=now)
    return application


@transaction.atomic
def promote(*, opening: Opening, now: datetime) -> list[Assignment]:
    """Give free places to those who wait, in their order; who no longer fits is passed over for now. Their
    yes holds until they take it back, whatever their own limits are meanwhile.

    Asked again, nothing happens twice.
    """
    opening = lock_opening(opening.pk)
    made: list[Assignment] = []
    if opening.starts_at <= now or Opening.machine.is_final(opening.state):
        return made
    line = opening.applications.filter(state=ApplicationState.WAITING)
    for application in line.select_related("volunteer").order_by("applied_at", "pk"):
        if opening.is_full:
            break
        lock_volunteer(application.volunteer)
        against = queries.why_not(opening, application.volunteer, now=now)
        if not rules.against_yes(against):
            made.append(_take(application, opening=opening, by=None, now=now))
    return made

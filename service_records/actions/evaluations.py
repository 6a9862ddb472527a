"""What each side says of a service."""

from datetime import datetime

from django.db import transaction

from accounts import queries as people
from accounts.models import User
from kernel.events import record
from kernel.text import normalise
from matching.models import Assignment
from organizations import queries as bodies
from service_records import events, rules
from service_records.models import Evaluation
from service_records.states import Side


def may_evaluate(user: User, assignment: Assignment, side: str, *, now: datetime) -> bool:
    """Say whether ``user`` speaks for this side."""
    opening = assignment.opening
    if side == Side.VOLUNTEER:
        return assignment.volunteer_id == user.pk
    if side == Side.COORDINATOR:
        return bodies.is_member(user, opening.organization, now=now)
    if opening.visit is None:
        return False
    resident = opening.visit.request.resident
    return people.acting(user, resident, deed="confirm", now=now) is not None


@transaction.atomic
def evaluate(
    *,
    assignment: Assignment,
    side: Side,
    by: User,
    now: datetime,
    face: str = "",
    punctuality: int | None = None,
    attitude: int | None = None,
    skill: int | None = None,
    words: str = "",
) -> Evaluation:
    """Say how it was, once a side, within 30 days; the words are sealed under the author's key.

    Raises ``NotAllowed`` (``not_your_side``), ``Conflict`` (``not_done``, ``too_late``,
    ``already_given``), ``Invalid`` (``face_missing``, ``score_missing``, ``bad_score``).
    """
    given = Evaluation.objects.filter(assignment=assignment, side=side).exists()
    may = may_evaluate(by, assignment, side, now=now)
    rules.check_evaluates(assignment=assignment, may=may, given=given, now=now)
    rules.check_scores(side=side, face=face, scores=(punctuality, attitude, skill))
    evaluation = Evaluation.objects.create(
        key=by.key,
        assignment=assignment,
        side=side,
        by=by,
        at=now,
        face=face,
        punctuality=punctuality,
        attitude=attitude,
        skill=skill,
        words=normalise(words, field="words", lines=True)[:500] or None,
    )
    record(events.EVALUATION_GIVEN, subject=evaluation, by=by, at=now, side=side)
    return evaluation

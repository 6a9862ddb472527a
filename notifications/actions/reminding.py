"""What is told by the clock: tasks and visits that come near, papers that run out."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import Credential, User
from accounts.states import PaperState
from help_requests.models import Visit
from help_requests.queries import arrival_code_for
from help_requests.rules import is_code_shown
from help_requests.states import VisitState
from kernel.workdays import local_date
from matching.models import Assignment
from matching.states import AssignmentState
from notifications import queries, rules
from notifications.actions.telling import lock_readers, tell, text_resident


def remind(*, now: datetime) -> int:
    """Remind of tasks and visits 24 hours and 2 hours before they begin, once each; returns how many.

    Who agreed later than that has just been told, and is not reminded at once.
    """
    reminded = 0
    for word, before in rules.REMIND_BEFORE.items():
        since = now + (rules.REMIND_BEFORE["soon"] if word == "tomorrow" else timedelta(0))
        near = Assignment.objects.filter(
            state=AssignmentState.LIVE,
            opening__starts_at__gt=since,
            opening__starts_at__lte=now + before,
            made_at__lte=F("opening__starts_at") - before,
        ).select_related(*queries.TASK)
        tasks = {_once(word, task): task for task in near.order_by("opening__starts_at", "pk")}
        for once in queries.not_told(tasks):
            reminded += _remind_of(tasks[once], word, once=once, now=now)
    return reminded


def _once(word: str, task: Assignment) -> str:
    return f"task_{word}:{task.pk}:{task.opening.starts_at:%y%m%d%H%M}"


@transaction.atomic
def _remind_of(task: Assignment, word: str, *, once: str, now: datetime) -> int:
    opening = task.opening
    side = _side(opening.visit, now=now)
    lock_readers({task.volunteer_id, *(user.pk for user in side)})
    told = tell(
        user=task.volunteer,
        kind=f"task_{word}",
        facts=queries.opening_facts(opening),
        link=f"/assignments/{task.ref}/",
        once=once,
        now=now,
    )
    if opening.visit and opening.visit.state == VisitState.MATCHED:
        stem = f"visit_{word}:{opening.visit.pk}:{opening.starts_at:%y%m%d%H%M}"
        _remind_side(opening.visit, side, f"visit_{word}", stem, now=now)
    return bool(told)


def _side(visit: Visit | None, *, now: datetime) -> list[User]:
    return queries.side_of(visit.request.resident, now=now) if visit else []


def _remind_side(visit: Visit, side: list[User], kind: str, stem: str, *, now: datetime) -> None:
    """Remind the resident's side that somebody will come; by text with the arrival code, once it is
    shown to them."""
    facts = queries.visit_facts(visit)
    for user in side:
        tell(
            user=user,
            kind=kind,
            facts=facts,
            link=f"/visits/{visit.ref}/",
            once=f"{stem}:{user.pk}",
            now=now,
            private={"code": arrival_code_for(user, visit, now=now)},
        )
    resident = visit.request.resident
    if resident.user is None:
        shown = is_code_shown(visit, now=now)
        text_resident(
            resident=resident,
            kind=kind,
            facts=facts,
            once=f"{stem}:r{resident.pk}",
            now=now,
            private={"code": visit.arrival_code.code if shown else None},
        )


def mention_expiring(*, now: datetime) -> int:
    """Say that a valid credential runs out within 30 days, once; returns how many were told."""
    today = local_date(now)
    ending = Credential.objects.filter(
        state=PaperState.VALID, valid_until__gte=today, valid_until__lte=today + rules.EXPIRING
    ).select_related("volunteer__user__key")
    papers = {f"credential_expiring:{row.pk}": row for row in ending.order_by("pk")}
    due = queries.not_told(papers)
    for once in due:
        tell(
            user=papers[once].volunteer.user,
            kind="credential_expiring",
            facts=queries.credential_facts(papers[once]),
            link="/volunteer/profile/",
            once=once,
            now=now,
        )
    return len(due)

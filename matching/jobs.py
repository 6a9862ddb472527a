"""Time-driven work of this room."""

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from kernel.workdays import SHANGHAI, local_date
from matching import actions, queries, rules
from matching.engine.assign import assigned
from matching.engine.check import violations
from matching.engine.files import problem_of
from matching.models import Run
from matching.states import RunState
from regions.models import Region
from regions.states import Level

logger = logging.getLogger(__name__)

PLANNED_FROM = 19  # o'clock: the coming days are planned in the evening
LEARNED_FROM = 2  # o'clock


def expire_offers() -> None:
    """Let unanswered offers expire; their events ask the next wave."""
    actions.expire_offers(now=timezone.now())


def ask_again() -> None:
    """Ask for the needs that are to be looked at again: in the morning, say."""
    actions.ask_again(now=timezone.now())


def learn() -> None:
    """By night, once a day, learn from how people answered."""
    now = timezone.now()
    if now.astimezone(SHANGHAI).hour >= LEARNED_FROM:
        actions.learn_daily(now=now)


def close_past() -> None:
    """Close openings that are over."""
    actions.close_past_openings(now=timezone.now())


def post_day() -> None:
    """Write the new day of the posting table."""
    actions.post_day(now=timezone.now())


def plan_run(key: int) -> bool:
    """Plan a run from where it stands to the end; say whether there was anything to do."""
    run = actions.take_run(key=key, now=timezone.now())
    if run is None:
        return False
    try:
        problems = actions.write_down(run=run, now=timezone.now())
        while len(run.answer) < len(problems):
            answer = _planned(queries.next_problem(problems, run.answer))
            actions.note_answer(run=run, answer=answer, now=timezone.now())
        actions.show_run(run=run, now=timezone.now())
    except actions.Superseded:
        pass
    except Exception:
        logger.exception("run %s could not be planned", run.ref)
        actions.fail_run(run=run, code="error", now=timezone.now())
    return True


def _planned(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to ``problem``; no plan that the validator finds anything wrong with goes on."""
    asked = problem_of(problem)
    answer = assigned(asked)
    chosen = ((pair["need"], pair["volunteer"]) for pair in answer["assignments"])
    if wrong := violations(asked, chosen):
        raise RuntimeError(f"the plan breaks rules: {'; '.join(wrong[:5])}")
    return answer


def send_run(key: int) -> None:
    """Send the offers of a run that was accepted."""
    actions.send_run(run=Run.objects.get(pk=key), now=timezone.now())


def sweep_runs() -> None:
    """Go on with what a worker that died, or a wake-up that was lost, left behind: one plan at a time, those
    that were begun first, since the queue counts the minutes of all of it."""
    waiting = Run.objects.filter(state__in=[RunState.QUEUED, RunState.RUNNING])
    for key in waiting.order_by("-state", "asked_at", "pk").values_list("pk", flat=True):
        if plan_run(key):
            break
    for run in Run.objects.filter(state=RunState.ACCEPTED):
        actions.send_run(run=run, now=timezone.now())


def plan_evening() -> None:
    """In the evening, have the coming days of every district planned in which something is open."""
    now = timezone.now()
    if now.astimezone(SHANGHAI).hour < PLANNED_FROM:
        return
    first = local_date(now) + timedelta(days=1)
    last = first + timedelta(days=rules.PLANNED_DAYS - 1)
    for district in Region.objects.filter(level=Level.DISTRICT):
        actions.plan_area(region=district, first_day=first, last_day=last, now=now)

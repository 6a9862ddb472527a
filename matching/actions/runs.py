"""Planning many needs at once: asked for, planned by the worker, looked at, carried out in part or whole.

A worker may die at any step: what it had done stands, another one goes on from there, and the first can
write nothing any more (``attempt`` is the fence).
"""

import gzip
import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import queries as people
from accounts.models import User, VolunteerProfile
from accounts.roles import Permission
from kernel import tasks
from kernel.events import record
from kernel.transitions import move
from kernel.workdays import at_local, local_date
from matching import events, queries, rules
from matching.actions.offers import offer_to
from matching.models import Opening, Proposal, Run
from matching.states import RunState
from regions.models import Region

MOST_ATTEMPTS = 5


class Superseded(Exception):
    """The run was cancelled, or another worker has taken it over."""


@transaction.atomic
def ask_run(
    *, region: Region, first_day: date, last_day: date, by: User | None, now: datetime
) -> Run:
    """Have the open needs of ``region`` planned that begin from ``first_day`` to ``last_day``.

    ``by`` None is the clock. A plan that proposes nobody gives way to the new one. Raises ``NotAllowed``
    (``not_your_area``), ``Invalid`` (``bad_days``) or ``Conflict`` (``run_open``: one is being planned or
    looked at here already).
    """
    may = by is None or people.may(by, Permission.DISPATCH, region=region, now=now)
    rules.check_dispatches(may=may)
    rules.check_days(first_day, last_day, now=now)
    for empty in Run.objects.filter(region=region, state=RunState.READY, proposals=None):
        cancel_run(run=empty, by=by, now=now)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                region=region, first_day=first_day, last_day=last_day, asked_by=by, asked_at=now
            )
    except IntegrityError:  # one at a time; the days were looked at
        raise rules.run_is_open() from None
    record(events.RUN_ASKED, subject=run, by=by, at=now, region=region.code)
    tasks.run_on_commit("matching.jobs.plan_run", run.pk, worker=tasks.SLOW)
    return run


@transaction.atomic
def plan_area(*, region: Region, first_day: date, last_day: date, now: datetime) -> Run | None:
    """Have ``region`` planned by the clock, once a day and if anything is open there; a plan that nobody
    looked at gives way to the new one."""
    today = at_local(local_date(now), 0)
    runs = Run.objects.filter(region=region)
    if runs.filter(asked_by=None, asked_at__gte=today).exists():
        return None
    if not queries.to_plan(region, first_day, last_day, now=now):
        return None
    for old in runs.filter(state=RunState.READY):
        cancel_run(run=old, by=None, now=now)
    if runs.filter(state__in=[RunState.QUEUED, RunState.RUNNING, RunState.ACCEPTED]).exists():
        return None
    return ask_run(region=region, first_day=first_day, last_day=last_day, by=None, now=now)


@transaction.atomic
def take_run(*, key: int, now: datetime) -> Run | None:
    """Begin to plan the run, or go on where a dead worker stopped; None when there is nothing to do. A run
    at which workers die again and again is given up."""
    run = Run.objects.select_for_update(no_key=True).get(pk=key)
    due = rules.taken_up_at(run)
    if run.state != RunState.QUEUED and (due is None or now < due):
        return None
    if run.attempt >= MOST_ATTEMPTS:
        fail_run(run=run, code="given_up", now=now)
        return None
    move(
        run,
        RunState.RUNNING,
        event=events.RUN_STARTED,
        by=None,
        at=now,
        attempt=run.attempt + 1,
        seen_at=now,
    )
    return run


def write_down(*, run: Run, now: datetime) -> list[dict[str, Any]]:
    """Return what the engine is told of the run, and keep it; what was kept before is what counts."""
    if run.snapshot is not None:
        return queries.told(run)
    openings = queries.to_plan(run.region, run.first_day, run.last_day, now=now)
    problems = list(queries.problems(openings, parameters=queries.parameters_now(), now=now))
    text = json.dumps(problems, ensure_ascii=False, sort_keys=True).encode()
    _step(
        run,
        snapshot=gzip.compress(text, mtime=0),
        digest=hashlib.sha256(text).hexdigest(),
        places=sum(places for _opening, places in openings),
        total=len(problems) + 2,
        done=1,
        seen_at=now,
    )
    return problems


def note_answer(*, run: Run, answer: dict[str, Any], now: datetime) -> None:
    """Keep what the engine said of the next problem. Raises ``Superseded``."""
    answers = [*run.answer, answer]
    _step(run, answer=answers, done=1 + len(answers), seen_at=now)


def _step(run: Run, **changes: Any) -> None:
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
    if not mine.update(**changes):
        raise Superseded
    for name, value in changes.items():
        setattr(run, name, value)


@transaction.atomic
def show_run(*, run: Run, now: datetime) -> None:
    """Lay the plan open: who is proposed for what. Raises ``Superseded``."""
    mine = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    if (mine.state, mine.attempt) != (RunState.RUNNING, run.attempt):
        raise Superseded
    chosen = [pair for answer in mine.answer for pair in answer["assignments"]]
    openings = _by_ref(Opening, {queries.opening_ref(pair["need"]) for pair in chosen}, "pk")
    users = _by_ref(VolunteerProfile, {pair["volunteer"] for pair in chosen}, "user")
    Proposal.objects.bulk_create(
        Proposal(
            run=mine,
            opening_id=openings[queries.opening_ref(pair["need"])],
            volunteer_id=users[pair["volunteer"]],
            score=pair["score"],
        )
        for pair in chosen
    )
    move(
        mine,
        RunState.READY,
        event=events.RUN_READY,
        by=None,
        at=now,
        done=mine.total,
        filled=len(chosen),
        objective=sum(answer["objective"] for answer in mine.answer),
        bound=sum(answer["bound"] for answer in mine.answer),
        ready_at=now,
    )


def _by_ref(model: Any, refs: Iterable[str], what: str) -> dict[str, int]:
    return dict(model.objects.filter(ref__in=refs).values_list("ref", what))


@transaction.atomic
def fail_run(*, run: Run, code: str, now: datetime) -> None:
    """End a run that could not be planned, with the ``code`` of the reason."""
    fresh = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    if (fresh.state, fresh.attempt) == (RunState.RUNNING, run.attempt):
        move(fresh, RunState.FAILED, event=events.RUN_FAILED, by=None, at=now, message=code)


@transaction.atomic
def cancel_run(*, run: Run, by: User | None, now: datetime) -> Run:
    """Stop a run, or drop its plan: nobody is asked. Raises ``NotAllowed`` or ``Conflict``
    (``illegal_move``)."""
    may = by is None or people.may(by, Permission.DISPATCH, region=run.region, now=now)
    rules.check_dispatches(may=may)
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    move(
        run,
        RunState.CANCELLED,
        event=events.RUN_CANCELLED,
        by=by,
        at=now,
        decided_by=by,
        decided_at=now,
    )
    return run


@transaction.atomic
def accept_run(*, run: Run, chosen: Collection[str] | None, by: User, now: datetime) -> Run:
    """Have the ``chosen`` proposals (their refs; None: all) carried out; the others are dropped.

    Each is looked at again before its offer goes out. Raises ``NotAllowed`` (``not_your_area``), ``Invalid``
    (``nothing_chosen``, ``unknown_proposal``), ``Conflict`` (``illegal_move``).
    """
    rules.check_dispatches(may=people.may(by, Permission.DISPATCH, region=run.region, now=now))
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    proposals = Proposal.objects.filter(run=run)
    known = dict(proposals.values_list("ref", "pk"))
    wanted = known.keys() if chosen is None else set(chosen)
    rules.check_chosen(wanted, known)
    keys = [known[ref] for ref in wanted]
    move(
        run,
        RunState.ACCEPTED,
        event=events.RUN_ACCEPTED,
        by=by,
        at=now,
        data={"chosen": len(keys)},
        decided_by=by,
        decided_at=now,
    )
    proposals.filter(pk__in=keys).update(chosen=True)
    proposals.exclude(pk__in=keys).update(chosen=False)
    tasks.run_on_commit("matching.jobs.send_run", run.pk)
    return run


def send_run(*, run: Run, now: datetime) -> int:
    """Send the offers that were chosen and have not gone out; returns how many went.

    Each by itself: who answered meanwhile, or fits no more, gets none, and why is kept.
    """
    sent = 0
    waiting = Proposal.objects.filter(run=run, chosen=True, offer=None, against=[])
    for key in waiting.values_list("pk", flat=True):
        sent += _send(key, now=now)
    _close(run.pk, now=now)
    return sent


@transaction.atomic
def _send(key: int, *, now: datetime) -> bool:
    proposal = (
        Proposal.objects.select_for_update(no_key=True, of=("self",))
        .select_related("run__decided_by", "volunteer")
        .get(pk=key)
    )
    if proposal.offer_id or proposal.against:
        return False
    proposal.offer, proposal.against = offer_to(
        opening=proposal.opening_id,
        volunteer=proposal.volunteer,
        by=proposal.run.decided_by,
        now=now,
    )
    proposal.save(update_fields=["offer", "against"])
    return proposal.offer is not None


@transaction.atomic
def _close(key: int, *, now: datetime) -> None:
    run = Run.objects.select_for_update(no_key=True).get(pk=key)
    if run.state == RunState.ACCEPTED:
        move(run, RunState.DONE, event=events.RUN_DONE, by=None, at=now)

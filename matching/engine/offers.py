"""Offers over time, event after event, on the volunteers and needs of a file: who is asked when, and who
answers (ENGINE §4). Nothing is drawn but by hashes: the same file gives the same course of things."""

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from matching.engine import answers
from matching.engine.answers import Reactions, World
from matching.engine.best import Ranking, ties
from matching.engine.daytime import (
    asks_at,
    by_day,
    expiry,
    last_answer,
    next_morning,
    runs_by_night,
    time_left,
)
from matching.engine.errors import BadProblem
from matching.engine.explain import need_of, person_of
from matching.engine.files import EPOCH, FileNeed, Problem
from matching.engine.parameters import USUAL_ASKING, Asking
from matching.engine.pool import DAY
from matching.engine.problem import Span
from matching.engine.rules import refusals
from matching.engine.waves import Hopeful, choose, still

TOP = 60  # so many are looked at; more when they were all asked
WEEK = 7 * DAY
MONDAY = 4 * DAY - 8 * 60  # 5 January 1970, midnight in Shanghai, in minutes since 1970 in UTC
OPEN, YES, NO, LAPSE, MORNING = range(5)


class Policy(NamedTuple):
    """``each``: offers at a time for each place that is left, best first, and the next when none is open any
    more; 0: waves that are as large as they must be, refilled with every answer (``waves.choose``)."""

    says: str
    each: int
    asking: Asking


FIXED = replace(USUAL_ASKING, at_least_minutes=120, at_most_minutes=120)
POLICIES = {
    "ask_all": Policy("everybody who can go, at once", 1_000_000, FIXED),
    "one_by_one": Policy("one for each place, the next after two hours or a no", 1, FIXED),
    "five": Policy("five for each place, two hours each", 5, FIXED),
    "adaptive": Policy("as many as it takes, in fair order, within the caps", 0, USUAL_ASKING),
    "adaptive_unfair": Policy("the same in order of the score", 0, replace(USUAL_ASKING, fair=0.0)),
}


class Listed(NamedTuple):
    """Who can go for one need, best first, and what they would do; ``complete``: there is nobody else."""

    rows: list[int]
    scores: list[float]
    ties: list[str]
    would: Reactions
    complete: bool


class Scene:
    """A problem and when each of its needs became known: what is the same for all policies and worlds.

    ``opens``: minutes since 1970 by id; needs that it does not name are known at the problem's ``now``.
    ``days``: needs that start later than so many days after ``now`` are left out. Nobody is asked for a need
    to which no answer would leave time to travel. Raises ``BadProblem``.
    """

    def __init__(
        self, problem: Problem, *, opens: Mapping[str, int] | None = None, days: int | None = None
    ) -> None:
        if days is not None and days < 1:
            raise BadProblem("--days", "must be at least 1")
        self.problem = problem
        self.ranking = Ranking(problem.pool, problem.parameters, seed=problem.seed)
        self.pool = self.ranking.pool
        until = np.inf if days is None else problem.now + days * DAY
        self.needs = [need for _id, need in sorted(problem.needs.items()) if need.start <= until]
        self.opens = [(opens or {}).get(need.id, problem.now) for need in self.needs]
        self.wanted = [need.wanted(self.pool) for need in self.needs]
        self._lists: dict[int, Listed] = {}

    def listed(self, q: int, most: int) -> Listed:
        """Return at least the ``most`` best for need ``q``, or all there are."""
        had = self._lists.get(q)
        if had and (had.complete or len(had.rows) >= most):
            return had
        key, seed = self.wanted[q].key, self.problem.seed
        found = self.ranking.best(self.wanted[q], most)
        keys = self.pool.key[found.rows]
        self._lists[q] = Listed(
            rows=found.rows.tolist(),
            scores=found.scores.tolist(),
            ties=[f"{tie:016x}" for tie in ties(keys, key, seed).tolist()],
            would=answers.reactions(keys, key, seed),
            complete=len(found.rows) < most,
        )
        return self._lists[q]

    def everybody(self, q: int) -> Listed:
        """Return all who can go for need ``q``."""
        return self.listed(q, len(self.pool) + 1)


class Open(NamedTuple):
    """An offer that is open: the chance of a yes when it was sent, and its time in minutes."""

    chance: float
    sent: float
    ends: float


@dataclass
class Course:
    """How it goes with one need: places left, open offers by who was asked, everybody who was asked, whether
    it waits for the morning, when it was filled (minutes)."""

    left: int
    opened: dict[int, Open]
    asked: set[int]
    waits: bool = False
    filled_at: float | None = None


class Run:
    """One policy in one world, event after event."""

    def __init__(self, scene: Scene, policy: Policy, world: World) -> None:
        self.scene, self.policy = scene, policy
        pool, problem = scene.pool, scene.problem
        self.truth = answers.truth(pool, world, problem.seed).tolist()
        self.told = pool.acceptance.tolist()
        self.silent = answers.silent_until(pool, problem.now, problem.seed).tolist()
        self.notices: list[list[float]] = [
            answers.earlier(pool, row, problem.now) for row in range(len(pool))
        ]
        self.sent = np.zeros(len(pool), dtype=np.int64)
        self.tasks: dict[int, list[int]] = defaultdict(list)
        self.courses = [Course(need.places, {}, set()) for need in scene.needs]
        self.over_caps = self.explored = 0
        self._events: list[tuple[float, int, int, int]] = []
        self._room: dict[tuple[int, int], tuple[int, bool]] = {}

    def go(self) -> "Run":
        """Let everything happen."""
        for q, at in enumerate(self.scene.opens):
            self._at(at, OPEN, q)
        while self._events:
            self._happens(*heapq.heappop(self._events))
        return self

    def _at(self, at: float, what: int, q: int, who: int = -1) -> None:
        heapq.heappush(self._events, (at, what, q, who))

    def _happens(self, at: float, what: int, q: int, who: int) -> None:
        course = self.courses[q]
        if what == MORNING:
            course.waits = False
        elif what != OPEN:
            if course.opened.pop(who, None) is None:  # answered, or withdrawn when it was full
                return
            row = self.scene.listed(q, who + 1).rows[who]
            if what == YES and self._can_still(row, q):
                self._takes(row, q, at)
        if course.left:
            self._ask(q, at)

    def _takes(self, row: int, q: int, at: float) -> None:
        course = self.courses[q]
        self.tasks[row].append(q)
        course.left -= 1
        if not course.left:
            course.filled_at = at
            course.opened.clear()

    def _ask(self, q: int, at: float) -> None:
        need, now, asking = self.scene.needs[q], moment(at), self.policy.asking
        when: dict[str, Any] = {
            "starts_at": moment(need.start),
            "urgency": need.urgency,
            "asking": asking,
        }
        if last_answer(moment(need.start), asking) <= now or self.courses[q].waits:
            return
        begins = asks_at(now, **when)
        if begins > now:
            self.courses[q].waits = True
            self._at(minutes(begins), MORNING, q)
            return
        chosen = self._next(q) if self.policy.each else self._wave(q, at, time_left(now, **when))
        if not chosen and not self.courses[q].opened and self._able(q, 1):
            # Those who are left were asked too often of late: some will not have been tomorrow.
            self._at(minutes(next_morning(now, asking)), MORNING, q)
        if not chosen:
            return
        ends, nightly = minutes(expiry(now, **when)), runs_by_night(now, **when)
        for who, chance in chosen:
            self._send(q, who, chance, at=at, ends=ends, nightly=nightly)

    def _next(self, q: int) -> list[tuple[int, float]]:
        course = self.courses[q]
        most = 0 if course.opened else self.policy.each * course.left
        return [(who, 0.0) for who in self._able(q, most)[:most]]

    def _able(self, q: int, most: int) -> list[int]:
        """Return at least ``most`` people (or all there are) who were not asked and still can, best first."""
        course, size, found = self.courses[q], TOP, list[int]()
        while True:
            listed = self.scene.listed(q, min(size, len(self.scene.pool) + 1))
            found = [
                who
                for who, row in enumerate(listed.rows)
                if who not in course.asked and self._can_still(row, q)
            ]
            if listed.complete or len(found) >= most:
                return found
            size = 2 * len(listed.rows)

    def _wave(self, q: int, at: float, left: timedelta) -> list[tuple[int, float]]:
        course, need, hopeful = self.courses[q], self.scene.needs[q], []
        able = self._able(q, TOP)[:TOP]
        listed = self.scene.listed(q, TOP)
        for who in able:
            row = listed.rows[who]
            told = self.notices[row]
            hopeful.append(
                Hopeful(
                    id=who,
                    score=listed.scores[who],
                    chance=self.told[row] * answers.freshness(told, at),
                    notices_day=self._since(row, at - DAY),
                    notices_week=self._since(row, at - WEEK),
                    tie=listed.ties[who],
                )
            )
        chosen = choose(
            hopeful,
            [self._still(one, at) for one in course.opened.values()],
            course.left,
            time_left=left,
            urgency=need.urgency,
            asking=self.policy.asking,
            key=f"{self.scene.problem.seed}:{need.id}:{len(course.asked)}",
        )
        self.explored += sum(one.explored for one in chosen)
        return [(int(one.id), one.chance) for one in chosen]

    def _still(self, one: Open, at: float) -> float:
        return still(
            one.chance,
            sent_at=moment(one.sent),
            expires_at=moment(one.ends),
            now=moment(at),
            asking=self.policy.asking,
        )

    def _since(self, row: int, at: float) -> int:
        told = self.notices[row]
        return len(told) - bisect_right(told, at)

    def _send(
        self, q: int, who: int, chance: float, *, at: float, ends: float, nightly: bool
    ) -> None:
        course, listed, asking = self.courses[q], self.scene.listed(q, who + 1), self.policy.asking
        row, would = listed.rows[who], listed.would
        course.asked.add(who)
        course.opened[who] = Open(chance, at, ends)
        is_awake = self.silent[row] <= at
        self.notices[row].append(at)
        self.sent[row] += 1
        over = (
            self._since(row, at - DAY) > asking.per_day
            or self._since(row, at - WEEK) > asking.per_week
        )
        self.over_caps += over and self.scene.needs[q].urgency < asking.urgent
        if would.spell[who]:
            self.silent[row] = max(self.silent[row], at + would.spell[who])
        self._at(ends, LAPSE, q, who)
        says_yes = would.yes[who] < self.truth[row]
        if is_awake and (says_yes or would.says_no[who]):
            answered = later(at, would.delay[who], nightly=nightly)
            if answered <= ends:
                self._at(answered, YES if says_yes else NO, q, who)

    def _can_still(self, row: int, q: int) -> bool:
        """Say whether what somebody took on meanwhile leaves room: the same rules, and the week's minutes."""
        tasks = self.tasks.get(row)
        if not tasks:
            return True
        known = self._room.get((row, q))
        if known is None or known[0] != len(tasks):
            known = self._room[row, q] = len(tasks), self._has_room(row, q, tasks)
        return known[1]

    def _has_room(self, row: int, q: int, tasks: list[int]) -> bool:
        need, needs = self.scene.needs[q], self.scene.needs
        week = _week(need)
        spent = sum(needs[r].end - needs[r].start for r in tasks if _week(needs[r]) == week)
        if spent + need.end - need.start > int(self.scene.pool.minutes_left[row]):
            return False
        near = [
            Span(moment(other.start), moment(other.end), (other.lat, other.lng))
            for other in (needs[r] for r in tasks)
            if other.start < need.end + DAY and need.start < other.end + DAY
        ]
        if not near:
            return True
        person = person_of(self.scene.pool, row)
        person = replace(person, busy=[*person.busy, *near])
        return not refusals(need_of(need), person, self.scene.problem.parameters)


def moment(at: float) -> datetime:
    """Return the time that many minutes after 1970 began, in UTC."""
    return EPOCH + timedelta(minutes=at)


def minutes(when: datetime) -> float:
    """Return the minutes since 1970, UTC."""
    return (when - EPOCH) / timedelta(minutes=1)


def later(at: float, delay: float, *, nightly: bool) -> float:
    """Return when ``delay`` minutes have passed in which people look at their notices."""
    return at + delay if nightly else minutes(by_day(moment(at), timedelta(minutes=delay)))


def _week(need: FileNeed) -> int:
    return (need.start - MONDAY) // WEEK

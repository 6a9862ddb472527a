"""What each viewer may see of runs: what is proposed, what stays unfilled, how the load is spread."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from accounts.states import LANGUAGES
from matching.engine import Reason
from matching.engine.pool import MARK
from matching.engine.problem import distance_m
from matching.models import Opening, Proposal, Run
from matching.queries.snapshot import PART, RESTED
from matching.rules import words_of

# What ``snapshot`` says as marks, by how they begin, and the rule that each stands for.
MARKS = {
    f"{MARK}adult": "of_age",
    f"{MARK}paper": "credentialed",
    f"{MARK}own": "own_volunteer",
    f"{MARK}wishes": "willing",
    RESTED: "in_peace",
}


def runs_for(viewer: User | None, *, now: datetime) -> QuerySet[Run]:
    """Return the runs of the viewer's area, the newest first, without what they were told."""
    if viewer is None:
        return Run.objects.none()
    mine = people.scope_q(viewer, Permission.DISPATCH, now=now)
    return Run.objects.filter(mine).select_related("region", "asked_by").defer("snapshot")


def proposals_of(run: Run) -> QuerySet[Proposal]:
    """Return what a run proposes, by the time of the need."""
    return Proposal.objects.filter(run=run).select_related(
        *("volunteer__volunteer", "opening__region", "opening__visit__request__service_type"),
        "offer",
    )


def away_m(proposal: Proposal) -> int | None:
    """Return how far the volunteer lives from the need, in metres; None where one of them has no place."""
    away = distance_m(_point(proposal.opening), _point(proposal.volunteer.volunteer))
    return None if away is None else round(away)


def _point(placed: Any) -> tuple[float, float] | None:
    return None if placed.lat is None else (placed.lat, placed.lng)


def against_words(proposal: Proposal) -> list[str]:
    """Return in words what had come between a proposal and its offer."""
    languages = sorted(LANGUAGES.intersection(proposal.opening.skills))
    facts = {"distance_m": away_m(proposal) or 0, "languages": languages}
    return words_of(Reason(code, 0.0, facts) for code in proposal.against)


def load_of(proposals: Iterable[Proposal]) -> list[tuple[int, int]]:
    """Return how many people would get so many services: (services, people), the fewest first."""
    each = Counter(proposal.volunteer_id for proposal in proposals)
    return sorted(Counter(each.values()).items())


class Unfilled(NamedTuple):
    """A need for which the plan has ``places`` people too few. Of all who were looked at each rule was the
    first to turn down so many (``refused``, see ``refused_by_rule``), and none so many (``fit``), of whom
    ``here`` are proposed for it."""

    opening: Opening
    places: int
    refused: dict[str, int]
    fit: int
    here: int

    @property
    def looked_at(self) -> int:
        """How many were looked at."""
        return self.fit + sum(self.refused.values())

    @property
    def elsewhere(self) -> int:
        """How many could go and are not proposed for it."""
        return self.fit - self.here


def refused_by_rule(entry: dict[str, Any]) -> dict[str, int]:
    """Return of an unfilled need how many people each rule was the first to turn down, by the names of
    ``engine.rules``; and ``in_peace``, who was asked often enough of late, and ``willing``, who did not
    choose that kind of help, or does not want it for a while. To the engine these, papers and languages
    are skills; plans made before it said which was missing say ``lacking`` for all of them together."""
    refused = dict(entry["refused"])
    together = refused.pop("skilled")
    if "lacking" not in entry:
        return {"lacking": together, **refused}
    apart = dict.fromkeys(("skilled", "speaks", *MARKS.values()), 0)
    for skill, many in entry["lacking"].items():
        own = "speaks" if skill in LANGUAGES else "skilled"
        apart[MARKS.get(skill.partition(":")[0], own)] += many
    return {**apart, **refused}


def unfilled_of(run: Run) -> list[Unfilled]:
    """Return what the plan leaves unfilled, by the time of the need, and why."""
    left: dict[str, Unfilled] = {}
    entries = [(n, entry) for n, answer in enumerate(run.answer) for entry in answer["unfilled"]]
    refs = {opening_ref(entry["need"]) for _n, entry in entries}
    openings = Opening.objects.filter(ref__in=refs).select_related(
        "region", "visit__request__service_type"
    )
    by_ref = {opening.ref: opening for opening in openings}
    here = Counter(
        opening_ref(pair["need"]) for answer in run.answer for pair in answer["assignments"]
    )
    # Plans of before do not say how many fit: all but those refused; once forgotten, those who are proposed.
    is_old = any("fit" not in entry for _n, entry in entries)
    pools = [len(problem["volunteers"]) for problem in told(run)] if is_old else []
    for n, entry in entries:
        ref, refused = opening_ref(entry["need"]), refused_by_rule(entry)
        places = entry["places"] + (left[ref].places if ref in left else 0)
        fit = entry.get("fit", pools[n] - sum(refused.values()) if pools else here[ref])
        left[ref] = Unfilled(by_ref[ref], places, refused, fit, here[ref])
    return sorted(left.values(), key=lambda one: (one.opening.starts_at, one.opening.pk))


def told(run: Run) -> list[dict[str, Any]]:
    """Return the problems that the engine was told; none once they were forgotten."""
    if run.snapshot is None:
        return []
    found: list[dict[str, Any]] = json.loads(gzip.decompress(bytes(run.snapshot)))
    return found


def next_problem(
    problems: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the first problem that has no answer yet, where what the earlier answers chose is agreed: a
    Sunday's service and a Monday's stand in two problems."""
    taken: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for problem, answer in zip(problems, answers, strict=False):
        needs = {need["id"]: need for need in problem["needs"]}
        for pair in answer["assignments"]:
            service = {key: needs[pair["need"]][key] for key in ("start", "end", "lat", "lng")}
            taken[pair["volunteer"]].append(service)
    problem = problems[len(answers)]
    people = [{**one, "busy": [*one["busy"], *taken[one["id"]]]} for one in problem["volunteers"]]
    return {**problem, "volunteers": people}


def opening_ref(need: str) -> str:
    """Return the ref of the opening of which a need of the engine is the whole or a part."""
    return need.partition(PART)[0]

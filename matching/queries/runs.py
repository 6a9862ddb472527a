"""What each viewer may see of runs, and what they were told."""

import gzip
import json
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from matching.models import Proposal, Run
from matching.queries.snapshot import PART


def runs_for(viewer: User | None, *, now: datetime) -> QuerySet[Run]:
    """Return the runs of the viewer's area, the newest first, without what they were told."""
    if viewer is None:
        return Run.objects.none()
    mine = people.scope_q(viewer, Permission.DISPATCH, now=now)
    return Run.objects.filter(mine).select_related("region", "asked_by").defer("snapshot")


def proposals_of(run: Run) -> QuerySet[Proposal]:
    """Return what a run proposes, by the time of the need."""
    return Proposal.objects.filter(run=run).select_related(
        "volunteer__volunteer__region", "opening__region", "opening__visit__request__service_type"
    )


def told(run: Run) -> list[dict[str, Any]]:
    """Return the problems that the engine was told; none once they were forgotten."""
    if run.snapshot is None:
        return []
    found: list[dict[str, Any]] = json.loads(gzip.decompress(bytes(run.snapshot)))
    return found


def opening_ref(need: str) -> str:
    """Return the ref of the opening of which a need of the engine is the whole or a part."""
    return need.partition(PART)[0]

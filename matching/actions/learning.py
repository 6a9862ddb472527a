"""What is learned from answers, once a night."""

from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.workdays import at_local, local_date
from matching import queries
from matching.engine.acceptance import Judged, learned
from matching.models import AcceptanceModel


@transaction.atomic
def learn(*, now: datetime) -> AcceptanceModel:
    """Learn from the answers of the last 180 days how likely a yes is; from now on that is what counts."""
    features, answers = queries.answers_of_late(now=now)
    found = learned(features, answers)
    last = AcceptanceModel.objects.first()
    return AcceptanceModel.objects.create(
        number=last.number + 1 if last else 1,
        trained_at=now,
        weights=found.model.as_dict(),
        report={"logistic": _report(found.logistic), "prior": _report(found.prior)},
        uses=found.model.kind == "logistic",
        answers=len(answers),
    )


def _report(judged: Judged | None) -> dict[str, Any] | None:
    if judged is None:
        return None
    return {**judged._asdict(), "bins": [list(one) for one in judged.bins]}


def learn_daily(*, now: datetime) -> AcceptanceModel | None:
    """Learn if nothing was learned on this day."""
    if AcceptanceModel.objects.filter(trained_at__gte=at_local(local_date(now), 0)).exists():
        return None
    return learn(now=now)

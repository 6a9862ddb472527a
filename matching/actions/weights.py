"""What the engine weighs, set by the city."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from accounts import queries as people
from accounts.models import User
from accounts.roles import Permission
from kernel.events import record
from matching import events, queries, rules
from matching.models import Weighing


@transaction.atomic
def set_weights(
    *, parameters: Mapping[str, float], reason: str, by: User, now: datetime
) -> Weighing:
    """Weigh anew from now on: ``parameters`` (some of ``engine.Parameters``) take the place of today's.

    Offers that were sent stand. Raises ``NotAllowed`` (``not_the_city``) or ``Invalid`` (``bad_weight`` at
    the weight, ``reason_missing``, ``nothing_changed``).
    """
    last = Weighing.objects.select_for_update().first()
    chosen, words = rules.check_weighs(
        parameters,
        reason,
        now_held=queries.parameters_now(),
        may=people.may_in_city(by, Permission.WEIGH_MATCHING, now=now),
    )
    weighing = Weighing.objects.create(
        number=last.number + 1 if last else 1,
        parameters=asdict(chosen),
        reason=words,
        set_by=by,
        set_at=now,
    )
    record(events.WEIGHTS_SET, subject=weighing, by=by, at=now, number=weighing.number)
    return weighing

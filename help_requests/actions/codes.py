"""The arrival code: it proves at the door who has come."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from help_requests import events, rules
from help_requests.models import ArrivalCode, Visit
from kernel.events import record
from kernel.references import clean_number


def renew_code(*, visit: Visit) -> None:
    """Give a visit a fresh code with all its tries: whoever was to come before must not know it."""
    arrival = ArrivalCode.objects.select_related("key").filter(visit=visit).first()
    if arrival is None:
        arrival = ArrivalCode(visit=visit, key=visit.request.key)
    arrival.code = f"{secrets.randbelow(10**6):06d}"
    arrival.tries = 0
    arrival.save()


def use_arrival_code(*, visit: Visit, code: str, by: User, now: datetime) -> None:
    """Judge the code typed at the door; a wrong one is counted, five at most, even though it is refused.

    Blanks and full-width digits are read as they are meant. A caller in a transaction of its own must
    commit before it passes a ``counted`` refusal on. Raises ``Invalid`` (``code_wrong``) or
    ``Conflict`` (``code_locked``, ``no_code``).
    """
    with transaction.atomic():
        arrival = (
            ArrivalCode.objects.select_for_update(of=("self",))
            .select_related("key")
            .filter(visit=visit)
            .first()
        )
        typed = clean_number(code).encode(errors="replace")
        fits = arrival is not None and secrets.compare_digest(str(arrival.code).encode(), typed)
        if arrival and not fits and arrival.tries < rules.MOST_TRIES:
            ArrivalCode.objects.filter(pk=arrival.pk).update(tries=F("tries") + 1)
            record(events.CODE_REFUSED, subject=visit, by=by, at=now)
    rules.check_code(arrival, fits=fits)

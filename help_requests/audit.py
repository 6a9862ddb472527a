"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import F

from help_requests.models import HelpRequest, Visit
from help_requests.states import RequestState


def broken() -> Iterator[tuple[str, str]]:
    """Yield visits outside their request's street (I12), and visits of requests nobody accepted."""
    for pk in Visit.objects.exclude(region=F("request__region")).values_list("pk", flat=True):
        yield "I12", f"help_requests_visit#{pk}: not in its request's street"
    unasked = HelpRequest.objects.filter(
        state__in=[RequestState.DRAFT, RequestState.SUBMITTED, RequestState.REFUSED],
        visits__isnull=False,
    )
    for pk in unasked.values_list("pk", flat=True).distinct():
        yield "visits", f"help_requests_helprequest#{pk}: has visits, but was not accepted"

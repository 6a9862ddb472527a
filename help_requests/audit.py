"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import F

from help_requests.models import HelpRequest, Visit
from help_requests.states import RequestState, VisitState


def broken() -> Iterator[tuple[str, str]]:
    """Yield visits outside their request's street (I12), open ones of an ended request, and visits of
    requests that nobody accepted."""
    for pk in Visit.objects.exclude(region=F("request__region")).values_list("pk", flat=True):
        yield "I12", f"help_requests_visit#{pk}: not in its request's street"
    left = Visit.objects.filter(
        state__in=[VisitState.PLANNED, VisitState.MATCHED],
    ).exclude(request__state=RequestState.ACCEPTED)
    for pk in left.values_list("pk", flat=True):
        yield "visits", f"help_requests_visit#{pk}: still open, but its request is not"
    unasked = HelpRequest.objects.filter(
        state__in=[RequestState.DRAFT, RequestState.SUBMITTED, RequestState.REFUSED],
        visits__isnull=False,
    )
    for pk in unasked.values_list("pk", flat=True).distinct():
        yield "visits", f"help_requests_helprequest#{pk}: has visits, but was not accepted"

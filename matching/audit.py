"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from matching.models import Assignment, Offer, Opening
from matching.states import LIVE, OfferState


def broken() -> Iterator[tuple[str, str]]:
    """Yield double-booked volunteers (I4), wrong counters (I5), foreign regions (I12), late answers (I15)."""
    live = Assignment.objects.filter(state__in=LIVE).select_related("opening")
    last: dict[int, Assignment] = {}
    for task in live.order_by("volunteer", "opening__starts_at", "pk").iterator():
        before = last.get(task.volunteer_id)
        if before and task.opening.starts_at < before.opening.ends_at:
            yield "I4", f"matching_assignment#{task.pk}: overlaps #{before.pk}"
        if before is None or task.opening.ends_at > before.opening.ends_at:
            last[task.volunteer_id] = task
    counts = Opening.objects.annotate(
        live=Count("assignments", filter=Q(assignments__state__in=LIVE))
    )
    for pk, filled, live_now in counts.exclude(filled=F("live")).values_list(
        "pk", "filled", "live"
    ):
        yield "I5", f"matching_opening#{pk}: filled {filled}, live {live_now}"
    foreign = Opening.objects.filter(
        (Q(visit__isnull=False) & ~Q(region=F("visit__region")))
        | (Q(shift__isnull=False) & ~Q(region=F("shift__region")))
    )
    for pk in foreign.values_list("pk", flat=True):
        yield "I12", f"matching_opening#{pk}: not in its source's street"
    late = Offer.objects.filter(state=OfferState.ACCEPTED, answered_at__gte=F("expires_at"))
    for pk in late.values_list("pk", flat=True):
        yield "I15", f"matching_offer#{pk}: accepted after it had expired"

"""Rows of this room that break an invariant."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.models import Block, VolunteerProfile
from matching.models import Assignment, Offer, Opening, Posting
from matching.models.postings import DERIVED
from matching.queries import may_be_asked, rows_of
from matching.states import LIVE, AssignmentState, OfferState

AT_ONCE = 500  # volunteers whose rows are compared


def broken() -> Iterator[tuple[str, str]]:
    """Yield double-booked volunteers (I4), wrong counters (I5), foreign regions (I12), late answers (I15),
    rows of the search that are not true (I19), and pairs that are brought together again (I20)."""
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
    yield from _postings()
    yield from _parted()


def _parted() -> Iterator[tuple[str, str]]:
    """Yield offers that wait between two who are not to meet again, and tasks to come that they agreed on
    since; what was agreed before is theirs to call off."""
    blocks = Block.objects.filter(
        lifted_at__isnull=True,
        resident=OuterRef("opening__visit__request__resident"),
        volunteer__user=OuterRef("volunteer"),
    )
    offers = Offer.objects.filter(Exists(blocks), state=OfferState.SENT)
    since = blocks.filter(made_at__lt=OuterRef("made_at"))
    tasks = Assignment.objects.filter(Exists(since), state=AssignmentState.LIVE)
    for table in (offers, tasks):
        for row in table.order_by("pk"):
            yield "I20", f"{row._meta.db_table}#{row.pk}: of a pair that is not to meet again"


def _postings() -> Iterator[tuple[str, str]]:
    """Yield rows of the posting table that are not what they are derived from, each as of its own day."""
    posted = VolunteerProfile.objects.filter(pk__in=Posting.objects.values("volunteer"))
    everybody = VolunteerProfile.objects.filter(may_be_asked()).union(posted)
    keys = sorted(everybody.values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        standing: dict[date, dict[tuple[int, str], Posting]] = defaultdict(dict)
        some = set(keys[first : first + AT_ONCE])
        for row in Posting.objects.filter(volunteer__in=some):
            standing[row.posted_on][row.volunteer_id, row.skill] = row
        for day, rows in standing.items():
            of_day = {volunteer for volunteer, _skill in rows}
            some -= of_day
            wanted = {(row.volunteer_id, row.skill): row for row in rows_of(of_day, today=day)}
            for volunteer, skill in sorted(rows.keys() ^ wanted.keys()):
                yield "I19", f"matching_posting of #{volunteer} {skill}: too much or missing"
            for key in sorted(rows.keys() & wanted.keys()):
                if any(getattr(rows[key], name) != getattr(wanted[key], name) for name in DERIVED):
                    yield "I19", f"matching_posting#{rows[key].pk}: not what it is derived from"
        for missing in VolunteerProfile.objects.filter(may_be_asked(), pk__in=some):
            yield "I19", f"matching_posting of #{missing.pk}: missing"

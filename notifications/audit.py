"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import F, Q

from notifications.models import Dispatch, Notice
from notifications.states import KINDS


def broken() -> Iterator[tuple[str, str]]:
    """Yield messages that belong to somebody else than their notice, and notices nobody can put in words."""
    strange = Dispatch.objects.filter(Q(notice__isnull=False) & ~Q(user=F("notice__user")))
    for pk in strange.values_list("pk", flat=True):
        yield "I11", f"notifications_dispatch#{pk}: goes to another person than its notice"
    wordless = Notice.objects.exclude(kind__in=KINDS)
    for pk, kind in wordless.values_list("pk", "kind"):
        yield "notices", f"notifications_notice#{pk}: no words for {kind}"

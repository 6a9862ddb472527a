"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import F, Q

from organizations.models import Shift


def broken() -> Iterator[tuple[str, str]]:
    """Yield shifts whose organization or region is not their project's (I12)."""
    wrong = Shift.objects.filter(
        ~Q(organization=F("project__organization")) | ~Q(region=F("project__region"))
    )
    for pk in wrong.values_list("pk", flat=True):
        yield "I12", f"organizations_shift#{pk}: not of its project's organization and street"

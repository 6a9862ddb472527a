"""Rows of this room that break an invariant."""

from collections.abc import Iterator

from django.db.models import F

from rights.models import Appeal, Complaint


def broken() -> Iterator[tuple[str, str]]:
    """Yield cases handled by whom they are about, or by who decided before."""
    for pk in Complaint.objects.filter(handler=F("about_user")).values_list("pk", flat=True):
        yield "cases", f"rights_complaint#{pk}: handled by whom it is about"
    own = Appeal.objects.filter(handler=F("record__approved_by")) | Appeal.objects.filter(
        handler=F("record__recorded_by")
    )
    for pk in own.values_list("pk", flat=True):
        yield "cases", f"rights_appeal#{pk}: handled by who decided before"

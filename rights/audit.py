"""Rows of this room that break an invariant."""

from collections.abc import Iterator
from typing import Any

from rights.models import Appeal, Complaint
from rights.queries import involved_in


def broken() -> Iterator[tuple[str, str]]:
    """Yield cases that are handled by somebody who has a part in them."""
    models: tuple[Any, ...] = (Complaint, Appeal)
    for model in models:
        for case in model.objects.filter(handler__isnull=False).order_by("pk").iterator():
            if case.handler_id in involved_in(case):
                table = model._meta.db_table
                yield "cases", f"{table}#{case.pk}: handled by somebody with a part in it"

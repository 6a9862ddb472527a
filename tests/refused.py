"""How a refusal is asserted: its code, and that no event left."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kernel.models import Event
from kernel.refusals import Refusal


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expect a refusal with ``code``, which leaves no event."""
    before = Event.objects.count()
    with pytest.raises(Refusal) as caught:
        yield caught
    assert caught.value.code == code
    assert Event.objects.count() == before


def outcomes(results: list[Any]) -> Counter[str]:
    """Count what rivals got: "done" or the code of a refusal; anything else is a bug, and raised."""
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refusal):
            raise result
    return Counter(r.code if isinstance(r, Refusal) else "done" for r in results)


def names_since(pk: int) -> list[str]:
    """Return the names of the events written after the one with this key."""
    return list(Event.objects.filter(pk__gt=pk).order_by("pk").values_list("name", flat=True))


def last_event() -> int:
    """Return the key of the newest event."""
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

"""What the tests of notices share."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from kernel import deliveries
from notifications.models import Notice
from tests.factories.accounts import NOON


@pytest.fixture
def deliver() -> Callable[..., None]:
    """Return ``deliver(now)``: what the worker does with the events that were left."""

    def run(now: datetime = NOON) -> None:
        while deliveries.run_due(clock=lambda: now):
            pass

    return run


@pytest.fixture
def kinds() -> Callable[[User], list[str]]:
    """Return ``kinds(user)``: the kinds of the person's notices, oldest first."""
    return lambda user: list(
        Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
    )

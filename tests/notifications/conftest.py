"""What the tests of notices share."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.test import Client

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


@pytest.fixture
def every_link_opens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test told: who opens a notice, when they get it, finds the page it leads to."""
    yield
    for notice in Notice.objects.select_related("user").order_by("pk"):
        monkeypatch.setattr("django.utils.timezone.now", lambda at=notice.made_at: at)
        client = Client()
        client.force_login(notice.user, backend="django.contrib.auth.backends.ModelBackend")
        status = client.get(notice.link, follow=True).status_code
        assert status == 200, (notice.kind, notice.link, status)

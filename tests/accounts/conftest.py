"""What the tests of people share."""

from collections.abc import Iterator

import pytest

from accounts import gateways


class Mailbox(list):
    """What was sent: the arguments of each call, newest last."""

    @property
    def code(self) -> str:
        """The newest code."""
        return self[-1]["code"]


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Carry sign-in codes into a list."""
    sent = Mailbox()
    monkeypatch.setattr(gateways, "_senders", [])
    gateways.register_sender(lambda **words: sent.append(words))
    return sent

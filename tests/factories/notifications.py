"""Notices and messages, built through actions."""

from itertools import count
from typing import Any

from accounts.models import User
from notifications import actions
from notifications.models import Dispatch, Notice
from tests.factories import accounts
from tests.factories.accounts import NOON

_numbers = count(1)


def notice(user: User | None = None, **given: Any) -> Notice:
    """Return an unread notice of somebody, of a kind with no facts."""
    values = {
        "kind": "volunteer_restored",
        "facts": {},
        "link": "/volunteer/",
        "once": f"test:{next(_numbers)}",
        "now": NOON,
        **given,
    }
    made = actions.tell(user=user or accounts.user(), **values)
    assert made is not None
    return made


def message(**given: Any) -> Dispatch:
    """Return a text message that waits to be sent."""
    return Dispatch.objects.select_related("key").get(notice=notice(**given), channel="SMS")


def code_message(**given: Any) -> Dispatch:
    """Return a sign-in code that waits to be sent."""
    values = {
        "channel": "PHONE",
        "address": "13812345678",
        "code": "246810",
        "language": "en",
        "now": NOON,
        **given,
    }
    return actions.write_code(**values)

"""The ledger in words: every event that a room announces has some."""

from importlib import import_module

import pytest
from django.utils.translation import override

from kernel.models import Event
from web.audit.words import ABOUT, HAPPENED, line, words_of

ROOMS = ["accounts", "organizations", "help_requests", "matching", "service_records", "incentives"]
NAMES = sorted(
    value
    for room in [*ROOMS, "rights", "notifications"]
    for name, value in vars(import_module(f"{room}.events")).items()
    if name.isupper() and type(value) is str
)


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_words(name):
    about, _dot, happened = name.partition(".")

    assert about in ABOUT
    assert happened in HAPPENED
    with override("zh-hans"):
        assert words_of(name).isprintable()
        assert not any(char.isascii() and char.isalpha() for char in words_of(name))


def test_what_was_noted_is_said_in_words():
    event = Event(
        name="offer.declined",
        subject_type="matching.offer",
        subject_id=12,
        data={
            "source": "SENT",
            "target": "DECLINED",
            "reason": "OTHER",
            "returned": True,
            "moved": False,
            "scopes": ["read", "write"],
        },
    )

    with override("zh-hans"):
        shown = line(event)

    assert (shown.words, shown.about) == ("邀约：这次不去", "邀约 12")
    assert shown.facts == [
        "等答复 → 这次不去",
        "原因：别的原因",
        "退回之后：是",
        "时间有变：否",
        "权限范围：读取、代办",
    ]


def test_what_has_no_words_is_shown_as_it_is():
    event = Event(
        name="job.x", subject_type="kernel.event", subject_id=1, data={"target": "X", "a": 1}
    )

    assert line(event).facts == ["X", "a：1"]

"""Every deed that a page can do, an operation can do: the pages call no action that the API does not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# The page does in one go what a program does in several, or what only a browser needs.
OTHERWISE = {
    "accounts.enter_with_password": "a browser's session; a program signs in with a code",
    "accounts.add_passkey": "a browser asks its device for the key, which no program has",
    "accounts.enter_with_passkey": "the same; a program signs in with a code",
    "accounts.show_app": "the second factor of a browser's session",
    "accounts.show_passkey": "the second factor of a browser's session",
    "accounts.add_app": "the same; its secret passes through the browser alone",
    "accounts.count": "the tries of the second factor, which a browser's session passes",
    "accounts.add_block": "me/blocks/, by the task (matching.part_ways)",
    "notifications.set_telling": "me/notice-preferences/ and me/quiet-hours/",
    "accounts.join_as_volunteer": "me/consents/, me/profile/ and me/verification/, one by one",
    "accounts.set_volunteer_times": "me/limits/ and me/exceptions/",
    "accounts.set_volunteer_profile": "me/area/, me/skills/, me/availability/, me/consents/",
}


def called(face: str) -> Iterator[tuple[str, str]]:
    """Yield the actions that the modules of a face name, as ``room.action``, and where."""
    for path in sorted((ROOT / face).rglob("*.py")):
        tree = ast.parse(path.read_text())
        rooms: dict[str, str] = {}  # the local name of a room's actions
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            room, _dot, rest = node.module.partition(".")
            for name in node.names:
                if name.name == "actions" and not rest:
                    rooms[name.asname or name.name] = room
                elif rest.split(".")[0] == "actions" and name.name.islower():
                    yield f"{room}.{name.name}", f"{path.relative_to(ROOT)}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                room = rooms.get(node.value.id, "")
                yield from [(f"{room}.{node.attr}", f"{path.relative_to(ROOT)}")] if room else []


BY_PAGES = dict(called("web"))
BY_OPERATIONS = dict(called("api"))


@pytest.mark.parametrize("deed", sorted(BY_PAGES))
def test_a_program_can_do_it_too(deed):
    assert deed in BY_OPERATIONS or deed in OTHERWISE, (
        f"{BY_PAGES[deed]} does {deed}, and no operation does: add one to api/"
    )


def test_what_is_done_otherwise_is_done_by_a_page():
    assert set(OTHERWISE) <= set(BY_PAGES)
    assert not set(OTHERWISE) & set(BY_OPERATIONS)

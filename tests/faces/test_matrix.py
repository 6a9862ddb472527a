"""Every page and every operation, asked as everybody about everybody's rows, against one table."""

import pytest

from ops import permissions
from ops.permissions import Row
from tests.faces.asking import Asker, addresses, methods_of

pytestmark = pytest.mark.django_db  # each test's deeds are undone together

TABLE = {row.key: row for row in permissions.table()}
ADDRESSES = dict(addresses())


def wanted() -> dict[str, str]:
    """Return what has to stand in the table, and its route: each operation, and each page once."""
    keys = {}
    known = {row.name: row.key for row in TABLE.values()}
    for name, (route, view) in ADDRESSES.items():
        if name.startswith("api:"):
            keys |= {f"{name} {method}": route for method in methods_of(view)}
        else:
            keys[known.get(name, f"{name} GET")] = route
    return keys


def kinds_of(route: str) -> tuple[str, ...]:
    """Return what a line has to name for the places of ``route``: the kinds are for a person to say."""
    return tuple("kind?" for _place in range(route.count("<")))


@pytest.mark.parametrize("key", sorted({*wanted(), *TABLE}))
def test_who_is_let_in(key: str, asker: Asker):
    """A failing line is printed as the code has it: add it to the table only if that is right."""
    name, method = key.split()
    assert name in ADDRESSES, "the table names what is not there"
    assert key in wanted() or name.startswith("web:"), "the table names a method that is not there"
    row = TABLE.get(key) or Row(name, method, kinds_of(wanted()[key]), "", {})
    assert "kind?" not in row.kinds, (
        f"\n{key} is in no line of tests/faces/table.txt. Add one that names the kinds of"
        f" {ADDRESSES[name][0]} (see tests/faces/world.py), then run this again:\n"
        f"{row.line({})}"
    )

    found, wrong = asker.answers(row)

    assert wrong == []
    line, expected = row.line(found), row.line(row.answers)
    assert line == expected, f"\n\ntests/faces/table.txt should say, if this is right:\n{line}\n"


def test_the_page_of_permissions_is_written_from_the_table():
    assert permissions.written() == permissions.TARGET.read_text(), "run python -m ops.permissions"


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.key)
def test_a_line_is_written_as_it_is_read(row):
    assert permissions.read(row.line(row.answers)) == row

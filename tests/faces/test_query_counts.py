"""A list asks the database as often for three rows as for one, and at most twelve times."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from help_requests.actions import load_reference
from ops import permissions
from ops.permissions import Row
from tests import databases
from tests.faces.asking import Asker, calm
from tests.faces.world import first_place, place
from tests.factories import accounts
from tests.factories.regions import street

MOST = 12
# Not a list: all that is kept about somebody, in one file; eight queues on one page; and all that is for
# a volunteer now, whether she can go at once among it.
MORE = {"web:my-data-copy": 27, "web:console-verify": 14, "web:volunteer": 14}
# Every page and operation without a reference: whatever lists, lists there.
LISTS = [row for row in permissions.table() if row.method == "GET" and not row.kinds]
# The new request is two pages: who asks for one resident begins at once, who may ask for three chooses.
NOT_ASKED = {"api:schema", "api:docs", "web:new-request"}
# Of these there are not more when there is more of everything else.
STAY = {"api:region-list", "api:service-type-list", "api:my-verification-list", "api:helper-list"}
# The needs of this world that lie ahead all have somebody: tests/api/test_board.py counts for the board.
STAY |= {"api:board-list"}

# Statements that only begin, divide and undo a transaction.
AROUND = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


def asked(asker: Asker, row: Row, role: str) -> tuple[int, int]:
    """Return how many queries ``role`` costs at ``row``, and how many rows a list has."""
    statements: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        answer = asker.ask(row, role, "in")
    rows = len(answer.json()["results"]) if row.name.endswith("-list") else 0
    return sum(not sql.startswith(AROUND) for sql in statements), rows


@pytest.fixture(scope="module")
def db(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Asker, str, str]]:
    """Return who asks, and a database with one row of each kind and one with three.

    It has the name of pytest-django's fixture, which would have one database and one transaction.
    """
    with django_db_blocker.unblock(), calm(), databases.clone("one") as one, databases.using(one):
        with transaction.atomic():
            load_reference()
            world = first_place()
            asker = Asker(world)
        with databases.clone("three") as three:
            with databases.using(three), transaction.atomic():
                home, last = street("310101001"), world.places["own"]
                for hours in (3, 6):
                    neighbour = place(home, home).rows["resident"]
                    accounts.grant(neighbour, world.people["proxy"])
                    last = place(home, home, more=last, hours=hours)
            yield asker, one, three


@pytest.mark.parametrize("row", [r for r in LISTS if r.name not in NOT_ASKED], ids=lambda r: r.key)
def test_a_list_asks_no_more_for_three_rows_than_for_one(row, db):
    asker, *names = db
    let_in = [role for role in row.answers["in"] if not role.startswith("!")]
    for role in let_in:  # whatever is asked only once in the life of a process
        asker.ask(row, role, "in")
    counts = []
    for name in names:
        with databases.using(name):
            counts.append({role: asked(asker, row, role) for role in let_in})
    one, three = counts

    most = MORE.get(row.name, MOST)
    both = {role: (one[role], three[role]) for role in let_in}
    grown = {role: (a[0], b[0]) for role, (a, b) in both.items() if a[0] != b[0] or b[0] > most}

    assert grown == {}
    if row.name.endswith("-list") and row.name not in STAY:
        assert any(b[1] > a[1] for a, b in both.values()), "the test lists no more than before"

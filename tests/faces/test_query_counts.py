"""A list asks the database as often for three rows as for one, and at most twelve times."""

import logging
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from help_requests.actions import load_reference
from ops import permissions
from tests.faces.asking import Asker
from tests.faces.world import NOW, first_place, place
from tests.factories import accounts
from tests.factories.regions import street

pytestmark = pytest.mark.django_db

MOST = 12
# Not a list: all that is kept about somebody, in one file.
MORE = {"web:my-data-copy": 24}
# Every page and operation without a reference: whatever lists, lists there.
LISTS = [row for row in permissions.table() if row.method == "GET" and not row.kinds]
# The new request is two pages: who asks for one resident begins at once, who may ask for three chooses.
NOT_ASKED = {"api:schema", "api:docs", "web:new-request"}
# Of these there are not more when there is more of everything else.
STAY = {"api:region-list", "api:service-type-list", "api:my-verification-list"}

Counts = dict[tuple[str, str], tuple[int, int]]  # key and role → queries, rows of a list


def counted(asker: Asker) -> Counts:
    """Return what every list asks for everybody who is let in."""
    found = {}
    for row in LISTS:
        for role in row.answers["in"]:
            if role.startswith("!") or row.name in NOT_ASKED:
                continue
            asked: list[str] = []

            def note(execute, sql, params, many, context, asked=asked):
                asked.append(sql)
                return execute(sql, params, many, context)

            with connection.execute_wrapper(note):
                answer = asker.ask(row, role, "in")
            is_list = row.name.endswith("-list")
            rows = len(answer.json()["results"]) if is_list else 0
            found[row.key, role] = (sum("SAVEPOINT" not in sql for sql in asked), rows)
    return found


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker) -> Iterator[tuple[Counts, Counts]]:
    """Return what is asked when there is one row of each kind, and when there are three."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.utils.timezone.now", lambda: NOW)
        logging.disable(logging.CRITICAL)
        with transaction.atomic():
            load_reference()
            world = first_place()
            asker = Asker(world)
            counted(asker)  # whatever is asked only once in the life of a process
            one = counted(asker)
            home, last = street("310101001"), world.places["own"]
            for hours in (3, 6):
                neighbour = place(home, home).rows["resident"]
                accounts.grant(neighbour, world.people["proxy"])
                last = place(home, home, more=last, hours=hours)
            three = counted(asker)
            transaction.set_rollback(True)
        logging.disable(logging.NOTSET)
        yield one, three


@pytest.mark.parametrize("row", [r for r in LISTS if r.name not in NOT_ASKED], ids=lambda r: r.key)
def test_a_list_asks_no_more_for_three_rows_than_for_one(row, counts):
    one, three = counts
    asked = {
        role: (one[row.key, role], three[row.key, role]) for key, role in one if key == row.key
    }

    most = MORE.get(row.name, MOST)
    grown = {role: (a[0], b[0]) for role, (a, b) in asked.items() if a[0] != b[0] or b[0] > most}

    assert grown == {}
    if row.name.endswith("-list") and row.name not in STAY:
        assert any(b[1] > a[1] for a, b in asked.values()), "the test lists no more than before"

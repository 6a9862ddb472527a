"""Every guard of every table: it refuses what it must, and without it the same attempt goes through.

The second half is what makes the first one a proof: a guard that something else stands in front of, or an
attempt that would fail anyhow, is found here. Taken away one by one, within a transaction.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from kernel import guards
from tests.guards import constraints, world
from tests.guards.statements import NotRefused
from tests.guards.triggers import attempts, take_away, undone

GUARDS = {guard.name: guard for guard in guards.declared()}
CONSTRAINTS = {rule.name: rule for rule in constraints.declared()}


pytestmark = pytest.mark.django_db  # each test within a savepoint of the world's transaction


@pytest.fixture(scope="module", autouse=True)
def _a_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        world.build()
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", GUARDS)
def test_the_guard_stands(name: str) -> None:
    tried = attempts(GUARDS[name])
    assert tried
    for attempt in tried:
        undone(attempt)


@pytest.mark.parametrize("name", GUARDS)
def test_without_the_guard_it_would_go_through(name: str) -> None:
    tried = attempts(GUARDS[name])
    take_away(GUARDS[name])
    for attempt in tried:
        with pytest.raises(NotRefused):
            undone(attempt)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_constraint_stands(name: str) -> None:
    constraints.attempt(CONSTRAINTS[name])


@pytest.mark.parametrize("name", [n for n, rule in CONSTRAINTS.items() if rule.can_go])
def test_without_the_constraint_it_would_go_through(name: str) -> None:
    with constraints.taken_away(CONSTRAINTS[name]), pytest.raises(NotRefused):
        constraints.attempt(CONSTRAINTS[name])


def test_the_world_has_a_row_in_every_guarded_table() -> None:
    tables = {rule.table for rule in (*GUARDS.values(), *CONSTRAINTS.values())}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() != (0,), table

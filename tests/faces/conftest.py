"""Everybody of one world, for the tests that ask every address.

Each world is committed once, into a database of its own, and thousands of deeds are done there, each in a
transaction that is rolled back: PostgreSQL drops the dead rows of a transaction only when it is over.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from help_requests.actions import load_reference
from tests import databases
from tests.faces.asking import Asker, calm
from tests.faces.world import built


@pytest.fixture(scope="session")
def _world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, Asker]]:
    """Return the world's database, which is built once for all modules, and everybody of the world."""
    stack = ExitStack()
    with django_db_blocker.unblock():
        name = stack.enter_context(databases.clone("world"))
        with calm(), databases.using(name):
            with transaction.atomic():
                load_reference()
                asker = Asker(built())
            databases.tidy()
    yield name, asker
    with django_db_blocker.unblock():
        stack.close()


@pytest.fixture(scope="module")
def asker(_world: tuple[str, Asker], django_db_blocker: DjangoDbBlocker) -> Iterator[Asker]:
    """Return everybody of the world, whose database this module has."""
    name, everybody = _world
    with django_db_blocker.unblock(), calm(), databases.using(name):
        yield everybody

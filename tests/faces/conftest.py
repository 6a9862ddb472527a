"""Everybody of one world, for the tests that ask every address."""

import logging
import os
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from help_requests.actions import load_reference
from tests.faces.asking import Asker
from tests.faces.world import NOW, built

# Thousands of deeds, each undone within one transaction, leave PostgreSQL's tables so full of dead rows that
# one look takes half a minute at last. What these ask is the same code on both databases: SQLite is asked.
ONE_TRANSACTION = ["test_matrix.py", "test_operations.py", "test_query_counts.py", "test_schema.py"]
on_postgresql = os.environ.get("DATABASE_URL", "").startswith("postgresql")
collect_ignore = ONE_TRANSACTION if on_postgresql else []


@pytest.fixture(scope="module")
def asker(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Asker]:
    """Return everybody of a world that is built once, and undone when the module is over."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.utils.timezone.now", lambda: NOW)
        logging.disable(logging.CRITICAL)  # a line for each of thousands of answers takes long
        with transaction.atomic():
            load_reference()
            yield Asker(built())
            transaction.set_rollback(True)
        logging.disable(logging.NOTSET)

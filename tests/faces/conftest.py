"""Everybody of one world, for the tests that ask every address."""

import logging
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from help_requests.actions import load_reference
from tests.faces.asking import Asker
from tests.faces.world import NOW, built


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

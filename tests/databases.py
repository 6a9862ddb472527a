"""Databases of one's own: clones of the migrated test database, thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


def _let_go() -> None:
    """Close what this thread holds, and the pool behind it, which would go on with the old name."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


@contextmanager
def using(name: str) -> Iterator[None]:
    """Point the connection at the database ``name``; new threads and their connections follow."""
    _let_go()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    try:
        yield
    finally:
        _let_go()
        connection.settings_dict["NAME"] = before


@contextmanager
def clone(suffix: str) -> Iterator[str]:
    """Give the name of a clone of the database that the connection has: all that is committed there."""
    if connection.vendor == "sqlite":
        # Fold the write-ahead log into the file that is copied: closing is not enough while
        # Playwright's own greenlet has it open.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _let_go()
    name = connection.creation.get_test_db_clone_settings(suffix)["NAME"]
    connection.creation.clone_test_db(suffix, verbosity=0, autoclobber=True)
    try:
        yield name
    finally:
        _let_go()
        if connection.vendor == "postgresql":
            # FORCE: a thread may have left a session open.
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)} WITH (FORCE)")
        else:
            for tail in ("", "-wal", "-shm"):
                Path(f"{name}{tail}").unlink(missing_ok=True)


@contextmanager
def own(suffix: str) -> Iterator[None]:
    """Point the connection at a clone of the database that it has."""
    with clone(suffix) as name, using(name):
        yield


def tidy() -> None:
    """Have PostgreSQL drop dead rows and count what is there, as a server that lives long does by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

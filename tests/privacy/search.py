"""Look for words where no personal data may stand: tables, files, cache, in any usual writing."""

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import connection
from redis import Redis

TAIL = 6  # the last digits of a number tell enough


def writings(word: str) -> Iterator[bytes]:
    """Yield ``word`` as it might have been written down: plainly, escaped, or encoded."""
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield word.encode("gb18030")
    yield json.dumps(word)[1:-1].encode()
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for shift in range(
        3
    ):  # base64 depends on where the word stands; its outer characters on neighbours
        coded = base64.b64encode(b"\0" * shift + plain)
        yield coded[4 if shift else 0 : len(coded) - 4]


def tail(word: str) -> re.Pattern[bytes]:
    """Return the last characters of a number, standing alone (not within a longer digest)."""
    return re.compile(rb"(?<![0-9A-Za-z])" + word[-TAIL:].encode() + rb"(?![0-9A-Za-z])")


def tables() -> Iterator[tuple[str, bytes]]:
    """Yield every table as it stands, text as text and bytes as bytes."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            cells = (cell for row in cursor.fetchall() for cell in row if cell is not None)
            written = (
                bytes(c) if isinstance(c, bytes | memoryview) else str(c).encode() for c in cells
            )
            yield f"table {table}", b"\n".join(written)


def _database_files() -> Iterator[Path]:
    if connection.vendor == "sqlite":
        base = str(connection.settings_dict["NAME"])
        yield from (path for end in ("", "-wal") if (path := Path(base + end)).exists())
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database "
            "WHERE datname = current_database()"
        )
        yield from (path for path in Path(cursor.fetchone()[0]).iterdir() if path.is_file())


def _cache() -> Iterator[tuple[str, bytes]]:
    """Yield what Redis holds now: keys, strings, hashes, sorted sets."""
    if url := os.environ.get("REDIS_URL"):
        redis = Redis.from_url(url)
        for key in redis.scan_iter():
            yield f"redis {key!r}", key + (redis.dump(key) or b"")


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file under ``folder``."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield f"file {path.name}", path.read_bytes()


def places(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of all that outlives a request; ``folder`` holds uploads and logs."""
    yield from tables()
    yield from files(folder)
    for path in _database_files():
        yield f"file {path.name}", path.read_bytes()
    yield from _cache()


def found(
    words: Mapping[str, str], numbers: set[str], where: Iterator[tuple[str, bytes]]
) -> set[tuple[str, str]]:
    """Return (what, place) for each of ``words`` that stands somewhere; ``numbers`` also by their tail."""
    hits = set()
    for place, content in where:
        for what, word in words.items():
            if any(form in content for form in writings(word)) or (
                what in numbers and tail(word).search(content)
            ):
                hits.add((what, place))
    return hits

"""A problem in a file (ENGINE §5): JSON, gzipped or not, or arrays.

``python -m matching.engine.reading FROM.json TO.npz`` turns JSON into arrays.
"""

import gzip
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from matching.engine.archive import read_npz, write_npz
from matching.engine.errors import BadProblem
from matching.engine.files import Problem, parsed, problem_of

GZIP = b"\x1f\x8b"
ZIP = b"PK"


def read(path: Path) -> Problem:
    """Return the problem in a file, JSON or arrays; raises ``BadProblem`` for whatever is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadProblem(str(path), f"cannot be read: {error.strerror or error}") from None
    if raw.startswith(ZIP):
        return read_npz(path)
    try:
        text = gzip.decompress(raw) if raw.startswith(GZIP) else raw
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadProblem(str(path), "the gzipped file is cut or damaged") from None
    return problem_of(parsed(text, str(path)))


def main(words: Sequence[str] | None = None) -> int:
    """Turn a file of JSON into one of arrays; 0, or 2 for what cannot be."""
    given = sys.argv[1:] if words is None else words
    if len(given) != 2:
        sys.stderr.write("python -m matching.engine.reading FROM.json TO.npz\n")
        return 2
    try:
        write_npz(read(Path(given[0])), Path(given[1]))
    except (BadProblem, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The keys that live outside the database, in one file of mode 600 under the data folder.

Whoever has only the database, or a backup of it, can open nothing: the master key, the key of the
blind indexes and the key that signs proofs are here.
"""

import argparse
import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """All secrets of one installation; every key is 32 random bytes in hexadecimal."""

    hub_id: str
    secret_key: str
    master_keys: dict[str, str]  # id -> key; the greatest id seals, all of them open
    index_key: str
    proof_key: str


def read(folder: Path) -> Keys | None:
    """Return the keys in ``folder``, or None when there is no key file."""
    path = folder / FILE
    if not path.exists():
        return None
    return Keys(**json.loads(path.read_text()))


def create(folder: Path) -> Keys:
    """Write new keys into ``folder``; an existing file is never replaced (``FileExistsError``)."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = Keys(
        hub_id=secrets.token_hex(3),
        secret_key=secrets.token_hex(32),
        master_keys={"1": secrets.token_hex(32)},
        index_key=secrets.token_hex(32),
        proof_key=secrets.token_hex(32),
    )
    _write(folder / FILE, keys)
    return keys


def _write(path: Path, keys: Keys) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(keys), file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def add_master(folder: Path) -> Keys:
    """Add a master key, under which all is wrapped from the next start on; the old ones stay."""
    keys = read(folder)
    if keys is None:
        raise FileNotFoundError(folder / FILE)
    newest = str(max(map(int, keys.master_keys)) + 1)
    keys = replace(keys, master_keys={**keys.master_keys, newest: secrets.token_hex(32)})
    fresh = folder / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    _write(fresh, keys)
    fresh.replace(folder / FILE)  # whole or not at all: half a key file would lose everything
    return keys


def main() -> int:
    """Create the key file of a data folder unless it is there: ``python -m volunteer_hub.keys DIR``.

    With ``--new-master`` add a master key instead; ``manage.py rotate_keys`` then wraps all under it.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--new-master", action="store_true")
    given = parser.parse_args()
    if given.new_master:
        add_master(given.folder)
    elif read(given.folder) is None:
        create(given.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

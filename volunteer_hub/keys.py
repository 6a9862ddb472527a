"""The keys that live outside the database, in one file of mode 600 under the data folder.

Whoever has only the database, or a backup of it, can open nothing: the master key, the key of the
blind indexes and the key that signs proofs are here.
"""

import argparse
import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass
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
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(keys), file, indent=1)
    return keys


def main() -> int:
    """Create the key file of a data folder unless it is there: ``python -m volunteer_hub.keys DIR``."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    if read(folder) is None:
        create(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

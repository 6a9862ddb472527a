"""A data folder and a database of its own, set before Django's settings load."""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def prepare() -> Path:
    """Point the settings at a fresh folder; return it. ``DATABASE_URL`` is taken as it is given."""
    sys.path.insert(0, str(ROOT))
    from volunteer_hub import keys  # noqa: PLC0415 (reads no settings)

    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    keys.create(folder)
    (folder / "static").mkdir()
    os.environ.update(
        HUB_DATA=str(folder),
        HUB_WAKE="0",
        HUB_DEMO="0",
        HUB_PLAIN_STATIC="1",
        HUB_SECOND_FACTOR="0",
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "volunteer_hub.settings"
    return folder

"""Where tests and measurements live: a data folder of their own with keys of its own.

Imported before the settings load.
"""

import os
import tempfile
from pathlib import Path

from volunteer_hub import keys

FOLDER = Path(tempfile.mkdtemp(prefix="hub-tests-"))
keys.create(FOLDER)
(FOLDER / "static").mkdir()
os.environ["HUB_DATA"] = str(FOLDER)
os.environ["HUB_SECOND_FACTOR"] = "0"  # its own tests switch it on
os.environ["HUB_WAKE"] = "0"
os.environ["NUMBA_DISABLE_JIT"] = "1"  # one test of its own compiles the plan
os.environ["HUB_PLAIN_STATIC"] = "1"
os.environ.setdefault("HUB_DEMO", "0")

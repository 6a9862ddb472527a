"""The diagrams in ``docs/states.md``, drawn from the machines themselves: ``python -m ops.states``."""

import os
import sys
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def drawn() -> str:
    """Return the page; the app registry must be loaded."""
    from kernel.guards import machines  # noqa: PLC0415 (needs the app registry)

    parts = ["# States\n\nDrawn from the machines by `python -m ops.states`; a test compares.\n"]
    for table, machine in sorted(machines().items()):
        lines = [f"\n## {table}\n\n```mermaid\nstateDiagram-v2"]
        lines += [f"    {source or '[*]'} --> {target}" for source, target in machine.arrows()]
        lines += [f"    {state} --> [*]" for state in machine.states if machine.is_final(state)]
        parts.append("\n".join(lines) + "\n```\n")
    return "".join(parts)


def main() -> int:
    """Write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "volunteer_hub.settings")
    django.setup()
    TARGET.write_text(drawn())
    return 0


if __name__ == "__main__":
    sys.exit(main())

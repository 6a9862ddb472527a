"""Translations: what the code says is in the catalogue, all of it in Chinese.

``python -m ops.translations`` checks; ``… update`` adds what is new to ``locale/zh_Hans`` (and takes out what
is gone) and compiles. English is the language of the source, so it needs no catalogue.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
ROOMS = [
    "kernel",
    "regions",
    "accounts",
    "organizations",
    "help_requests",
    "matching",
    "service_records",
    "incentives",
    "rights",
    "notifications",
    "web",
    "api",
    "volunteer_hub",
]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z.0-9]*[a-z]|%%")
Message = tuple[str | None, str | tuple[str, ...]]


def _sources() -> Iterator[str]:
    """Yield Python text: the rooms' modules, and every template turned into calls."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.read_text()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            # It reads as Python: a template's own indentation means nothing there.
            lines = templatize(path.read_text()).splitlines()
            yield "\n".join(line.lstrip() for line in lines)


def messages() -> set[Message]:
    """Return (context, text or its singular and plural) of everything that a person can read."""
    found: set[Message] = set()
    for source in _sources():
        file = io.BytesIO(source.encode())
        for _line, text, _comments, context in extract("python", file, keywords=KEYWORDS):
            if text:
                found.add((context, tuple(text) if isinstance(text, list | tuple) else text))
    return found


def catalogue() -> Catalog:
    """Return the Chinese catalogue as it is committed."""
    if not PO.exists():
        return Catalog(locale="zh_Hans", domain="django", fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def problems() -> list[str]:
    """Return what is missing, fuzzy, empty, or has other placeholders than the source."""
    known, found = catalogue(), []
    for context, text in sorted(messages(), key=str):
        first = text if isinstance(text, str) else text[0]
        message = known.get(first, context)
        words = message.string if message else ""
        strings = [words] if isinstance(words, str) else list(words or ())
        if message is None or not all(strings):
            found.append(f"no Chinese for {first!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {first!r}")
        elif any(set(PLACEHOLDER.findall(s)) != set(PLACEHOLDER.findall(first)) for s in strings):
            found.append(f"other placeholders: {first!r}")
    with io.BytesIO() as compiled:
        write_mo(compiled, known)
        if not MO.exists() or MO.read_bytes() != compiled.getvalue():
            found.append("django.mo is not what django.po says: python -m ops.translations update")
    return found


def update() -> None:
    """Bring the catalogue in line with the code, keeping every translation that is still asked for."""
    old, new = catalogue(), Catalog(locale="zh_Hans", domain="django", fuzzy=False)
    new.project, new.copyright_holder = "Volunteer Hub", "the Volunteer Hub authors"
    for context, text in sorted(messages(), key=str):
        first = text if isinstance(text, str) else text[0]
        before = old.get(first, context)
        words = before.string if before else ("" if isinstance(text, str) else ("",))
        new.add(text, words, context=context)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=110, omit_header=False, sort_output=True)
    with MO.open("wb") as file:
        write_mo(file, new)


def main() -> int:
    """Check, or update and then check."""
    settings.configure(USE_I18N=True)
    if sys.argv[1:] == ["update"]:
        update()
    found = problems()
    print("\n".join(found) or "translations are complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

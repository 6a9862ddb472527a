"""Who may open which page and carry out which operation, about whose rows: ``python -m ops.permissions``
writes ``docs/permissions.md`` from ``tests/faces/table.txt``, which ``tests/faces/test_matrix.py`` proves.

A line of the table: ``name METHOD [kind/kind] [<- body] | own: … | sibling: … | parent: … | other: …``,
or ``| in: …`` for an address without a reference. After a colon stand the roles that are let in, ``!role``
for those that see the row but are refused (403); whoever is not named finds nothing there (404), or is
asked to sign in when anonymous. ``!others`` are all other roles, ``signed-in`` the eleven, ``everybody``
these and who is anonymous. A kind is that of a row in ``tests/faces/world.py``; ``=word`` stands for itself.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
TABLE, TARGET = ROOT / "tests" / "faces" / "table.txt", ROOT / "docs" / "permissions.md"
RELATIONS = ("own", "sibling", "parent", "other")
ROLES = (
    "resident", "proxy", "volunteer", "coordinator", "operator", "street", "district", "city",
    "reviewer", "case_handler", "auditor",
)  # fmt: skip
EVERYBODY = ("anonymous", *ROLES)

HEAD = """# Permissions

Written by `python -m ops.permissions` from `tests/faces/table.txt`; `tests/faces/test_matrix.py` asks every
page and every operation as everybody, and a test compares this page with the table.

## Roles

A post (`Desk`) gives a role in a region, a membership one in an organization; the others follow from what
somebody is. What a role allows ends at the borders of its region.

"""
LEGEND = """
## Addresses

Who is let in, by whose rows they are: *own* are those of the street (and of the people) of who asks, the
*sibling's* those of another street of the same district, the *parent's* those of the district itself, and
*other's* those elsewhere. The posts of who asks are in the street, but for those of the district and the
city, and the auditor's, which is the city's.
**¬** is seen but refused (403); whoever is not named gets the same 404 as for what does not exist;
*everybody* includes who is not signed in. Addresses without a reference have one column.

| address | method | own | sibling's | parent's | other's |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """A line of the table: what is asked with which rows and words, and who is let in about which."""

    name: str
    method: str
    kinds: tuple[str, ...]
    body: str
    answers: dict[str, tuple[str, ...]]

    @property
    def key(self) -> str:
        """Return what the line begins with."""
        return f"{self.name} {self.method}"

    @property
    def relations(self) -> tuple[str, ...]:
        """Return about whose rows it can be asked."""
        is_about_rows = any(not kind.startswith("=") for kind in self.kinds)
        return RELATIONS if is_about_rows else ("in",)

    def line(self, answers: dict[str, tuple[str, ...]]) -> str:
        """Return the line with these answers."""
        head = " ".join([self.key, *(["/".join(self.kinds)] if self.kinds else [])])
        words = f"{head} <- {self.body}" if self.body else head
        shown = {relation: short(answers.get(relation, ())) for relation in self.relations}
        return " | ".join([words, *(f"{name}: {who}".strip() for name, who in shown.items())])


def short(who: tuple[str, ...]) -> str:
    """Return the roles as the table writes them."""
    noted = set(who)
    if noted == set(EVERYBODY):
        return "everybody"
    if noted == set(ROLES):
        return "signed-in"
    refused = {role for role in ROLES if f"!{role}" in noted}
    others = set()
    if len(refused) > 3 and refused | noted >= set(ROLES):
        noted, others = noted - {f"!{role}" for role in refused}, {"!others"}
    ordered = sorted(noted, key=lambda role: EVERYBODY.index(role.lstrip("!")))
    return " ".join([*ordered, *others])


def long(words: str) -> tuple[str, ...]:
    """Return the roles that the table's words stand for, in order."""
    named = words.split()
    if words == "everybody":
        named = list(EVERYBODY)
    if words == "signed-in":
        named = list(ROLES)
    if "!others" in named:
        rest = [f"!{role}" for role in ROLES if role not in named and f"!{role}" not in named]
        named = [word for word in named if word != "!others"] + rest
    return tuple(sorted(named, key=lambda role: EVERYBODY.index(role.lstrip("!"))))


def read(line: str) -> Row:
    """Return the row that a line of the table says."""
    head, *rest = [part.strip() for part in line.split(" | ")]
    words, _arrow, body = head.partition(" <- ")
    name, method, *kinds = words.split()
    pairs = [part.partition(":") for part in rest]
    answers = {relation: long(who.strip()) for relation, _colon, who in pairs}
    return Row(name, method, tuple(kinds[0].split("/")) if kinds else (), body, answers)


def table() -> list[Row]:
    """Return the rows of the table in its order."""
    lines = TABLE.read_text().splitlines()
    return [read(line) for line in lines if line.strip() and not line.startswith("#")]


def _cell(who: tuple[str, ...]) -> str:
    return short(who).replace("!", "¬").replace("_", " ") or "–"


def written() -> str:
    """Return the page; the app registry must be loaded."""
    from django.utils import translation  # noqa: PLC0415

    from accounts.roles import ROLES as CARDS  # noqa: PLC0415 (needs the app registry)

    lines = ["| role | does | permissions |", "|---|---|---|"]
    with translation.override("en"):
        for card in CARDS.values():
            held = ", ".join(f"`{permission}`" for permission in sorted(card.permissions)) or "–"
            lines.append(f"| {card.name} | {card.purpose} | {held} |")
    parts = [HEAD, "\n".join(lines), "\n", LEGEND]
    for row in table():
        cells = [_cell(row.answers.get(relation, ())) for relation in row.relations]
        cells += [""] * (len(RELATIONS) - len(cells))
        parts.append(f"| `{row.name}` | {row.method} | {' | '.join(cells)} |\n")
    return "".join(parts)


def main() -> int:
    """Write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "volunteer_hub.settings")
    django.setup()
    TARGET.write_text(written())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What every operation does alike, shown of every one that the table names."""

import json
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from kernel import idempotency
from kernel.models import Event
from ops import permissions
from ops.permissions import Row
from tests.faces.asking import Asker, addresses, filled, methods_of
from tests.faces.world import ABSENT

pytestmark = pytest.mark.django_db

ROWS = [row for row in permissions.table() if row.name.startswith("api:")]
DOCS = {"api:schema", "api:docs"}
LISTS = [row for row in ROWS if row.name.endswith("-list") and row.method == "GET"]
ONE = [row for row in ROWS if row.method == "GET" and row.kinds and row.name not in DOCS]
DEEDS = [row for row in ROWS if row.method != "GET"]
POSTS = [row for row in ROWS if row.method == "POST"]
# What is shown once and kept nowhere: a repeated request is answered without it.
SHOWN_ONCE = {"secret", "token", "code"}
FILES = {"api:proof-pdf", "api:my-credential-file", "api:credential-file"}
# Who is first let in, a coordinator, sees no volunteer whom to name.
NOBODY_NAMED = {"api:opening-why-not"}
LISTED_INSIDE = {"api:opening-candidates", "api:shift-roster", "api:person-reveals"}


# Of a need that fits, which the world has not: asked in tests/faces/test_willing.py.
OF_ITS_OWN = {"api:possible-apply"}


def by_key(rows: list[Row]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.key)


# Who is none of the table's eleven, and may do what none of them may.
FEW = {
    "api:proof-revoke": ("city_reviewer",),
    "api:organization-ask-again": ("manager",),
    "api:organization-close": ("manager",),
    "api:organization-members": ("manager",),
}


class Said:
    """Somebody who is let in, or at least sees the row, and what they say about a row of their own."""

    def __init__(self, asker: Asker, row: Row) -> None:
        named = row.answers[row.relations[0]]
        let_in = [role for role in named if not role.startswith("!") and role != "anonymous"]
        refused = [role.lstrip("!") for role in named]
        role = [*let_in, *FEW.get(row.name, ()), *refused, "anonymous"][0]
        self.refs = asker.world.places["own"].refs
        self.client = APIClient()
        if role in asker.world.people:
            person = type(asker.world.people[role]).objects.get(pk=asker.world.people[role].pk)
            self.client.force_authenticate(person)
        refs = [self.refs.get(kind, kind.lstrip("=")) for kind in row.kinds]
        self.path = filled(asker.routes[row.name], refs)
        words = row.body or "{}"
        for kind, ref in self.refs.items():
            words = words.replace(f'"${kind}"', f'"{ref}"')
        self.body: dict[str, Any] = json.loads(words)
        self.method = row.method.lower()

    def say(self, *, query: str = "", body: dict[str, Any] | None = None, **headers: str) -> Any:
        sent = {"data": self.body if body is None else body, "format": "json"}
        asked = {"data": self.body} if self.body else {}  # what is asked for stands in the address
        given = asked if self.method == "get" else sent
        with transaction.atomic():
            return getattr(self.client, self.method)(
                self.path + query,
                headers={name.replace("_", "-"): value for name, value in headers.items()},
                **given,
            )


def test_the_walk_meets_every_post_of_the_router():
    there = {
        f"{name} POST"
        for name, (_route, view) in addresses()
        if name.startswith("api:") and "POST" in methods_of(view)
    }
    assert {row.key for row in POSTS} == there


@by_key(POSTS)
def test_a_repeated_key_gets_the_same_answer_and_another_request_none(row, asker, monkeypatch):
    said = Said(asker, row)
    keys = []

    def spy(key, *args, **kwargs):
        keys.append(key)
        return once(key, *args, **kwargs)

    once = idempotency.once
    monkeypatch.setattr("kernel.idempotency.once", spy)

    first = said.say(Idempotency_Key="one")
    events = Event.objects.count()
    second = said.say(Idempotency_Key="one")

    assert set(keys) <= {"one"}
    assert first.status_code == second.status_code, second.content
    assert Event.objects.count() == events
    if first.status_code < 300:
        assert keys == ["one", "one"]
        shown = first.json() if first.content else None
        again = second.json() if second.content else None
        if isinstance(shown, dict):
            shown = {name: value for name, value in shown.items() if name not in SHOWN_ONCE}
        assert again == shown
        other = said.say(query="?other=1", Idempotency_Key="one")
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    else:  # a refusal is not kept: what stands against it may have passed by then
        assert first.json() == second.json()


@by_key([row for row in POSTS if row.name not in OF_ITS_OWN])
def test_a_key_that_is_none_is_refused(row, asker):
    answer = Said(asker, row).say(Idempotency_Key="x" * 81)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_key")


@by_key([row for row in DEEDS if row.method != "DELETE" and row.name not in OF_ITS_OWN])
def test_a_field_that_nobody_knows_is_refused(row, asker):
    said = Said(asker, row)

    answer = said.say(body={**said.body, "is_admin": True})

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field"), answer.content
    assert answer.json()["field"] == "is_admin"


@by_key([row for row in DEEDS if row.relations != ("in",) and row.name not in OF_ITS_OWN])
def test_a_deed_on_what_has_changed_is_refused(row, asker):
    answer = Said(asker, row).say(If_Match=f'"{ABSENT}"')

    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


@by_key([row for row in ONE if row.name not in FILES | LISTED_INSIDE | NOBODY_NAMED])
def test_one_object_has_a_tag_and_is_not_sent_twice(row, asker):
    said = Said(asker, row)

    answer = said.say()
    again = said.say(If_None_Match=answer["ETag"])

    assert answer.status_code == 200
    assert (again.status_code, again.content) == (304, b"")


@by_key(LISTS)
def test_a_list_is_walked_by_cursor(row, asker):
    said = Said(asker, row)

    answer = said.say(query="?page_size=1")

    assert answer.status_code == 200
    assert set(answer.json()) == {"results", "next", "previous"}
    assert len(answer.json()["results"]) <= 1

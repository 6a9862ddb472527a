"""Ask one address as everybody, about rows near and far, and say in a line who was let in."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import actions
from accounts.models import User
from ops.permissions import EVERYBODY, Row
from tests.faces.world import ABSENT, NOW, World

PLACEHOLDER = re.compile(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|<\w+:\w+>|<\w+>")
METHODS = ("get", "post", "put", "patch", "delete")
TOKEN_OF_FORM = re.compile(rb'name="(?:csrfmiddlewaretoken|once)" value="[\w-]+"')
# Pages that lead to the first step of signing in whoever comes.
LEAD_BACK = {"web:enter-code", "web:enter-again", "web:end-sessions"}
# How an answer is noted before the role's name; whoever is not named finds nothing there (404).
IN, REFUSED, NOTHING, SIGN_IN = "", "!", "-", "?"


def addresses(patterns: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every named address: its name and (route, view)."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", (route, entry.callback)


def filled(route: str, refs: list[str]) -> str:
    """Return the path of ``route`` with ``refs`` in its places, in order."""
    rest = iter(refs)
    path = PLACEHOLDER.sub(lambda _found: next(rest), route)
    return "/" + re.sub(r"[\^$]|\\Z", "", path)


def methods_of(view: Any) -> list[str]:
    """Return the methods of an operation, in capitals."""
    if actions_of := getattr(view, "actions", None):
        return [method.upper() for method in METHODS if method in actions_of]
    return [method.upper() for method in METHODS if hasattr(view.cls, method)]


@contextmanager
def calm() -> Iterator[None]:
    """Stay at the world's hour, and log nothing: a line for each of thousands of answers takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: NOW)
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


class Asker:
    """Everybody of a world, each with a browser and a token."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.routes = {name: route for name, (route, _view) in addresses()}
        self.client = Client(
            raise_request_exception=False
        )  # one: loading the middleware takes long
        self.cookies: dict[str, dict[str, str]] = {"anonymous": {}}
        self.tokens: dict[str, dict[str, str]] = {"anonymous": {}}
        for role, user in world.people.items():
            self._sign_in(role, user)

    def _sign_in(self, role: str, user: User) -> None:
        _token, secret = actions.make_token(
            user=user, name="t", scopes=["read", "write"], days=300, by=user, now=NOW
        )
        self.tokens[role] = {"Authorization": f"Bearer {secret}"}
        browser = Client()
        browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
        self.cookies[role] = {name: morsel.value for name, morsel in browser.cookies.items()}

    def ask(self, row: Row, role: str, relation: str) -> Any:
        """Return the answer to ``role``; whatever it did is undone."""
        refs = dict.fromkeys(self.world.places["own"].refs, ABSENT)
        if relation in self.world.places:
            refs = self.world.places[relation].refs
        path = filled(
            self.routes[row.name], [refs.get(kind, kind.lstrip("=")) for kind in row.kinds]
        )
        body = re.sub(r"\$(\w+)", lambda found: refs[found[1]], row.body)
        is_api = row.name.startswith("api:")
        self.client.cookies.clear()
        if not is_api:
            self.client.cookies.load(self.cookies[role])
        content = (
            {"data": body or "{}", "content_type": "application/json"}
            if is_api
            else {"data": json.loads(body or "{}")}
        )
        with transaction.atomic():
            answer = getattr(self.client, row.method.lower())(
                path,
                headers=self.tokens[role] if is_api else {},
                **({"data": json.loads(body)} if row.method == "GET" and body else {}),
                **({} if row.method == "GET" else content),
            )
            transaction.set_rollback(True)
        return answer

    def noted(self, answer: Any) -> str:
        """Return how an answer is noted."""
        assert answer.status_code < 500, answer.content
        assert answer.status_code != 405, "this method is not there"
        if answer.status_code == 404:
            return NOTHING
        if answer.status_code == 403:
            return REFUSED
        is_gate = answer.get("Location", "").startswith("/account/enter/")
        return SIGN_IN if answer.status_code == 401 or is_gate else IN

    def answers(self, row: Row) -> tuple[dict[str, tuple[str, ...]], list[str]]:
        """Return who was let in about whose rows; and what is wrong whatever the table says."""
        found: dict[str, tuple[str, ...]] = {}
        wrong: list[str] = []
        nothings: dict[str, set[bytes]] = {}
        absent = ["absent"] if row.relations != ("in",) else []
        for relation in [*row.relations, *absent]:
            who = []
            for role in EVERYBODY:
                answer = self.ask(row, role, relation)
                noted = self.noted(answer)
                if noted == NOTHING:
                    path = answer.request["PATH_INFO"].encode()
                    body = TOKEN_OF_FORM.sub(b"", answer.content).replace(path, b"")
                    nothings.setdefault(role, set()).add(body)
                if relation == "absent" and noted not in {NOTHING, SIGN_IN}:
                    wrong.append(f"{role} finds what is not there ({answer.status_code})")
                if noted == SIGN_IN and role != "anonymous" and row.name not in LEAD_BACK:
                    wrong.append(f"{role} is asked to sign in")
                if noted in {IN, REFUSED}:
                    who.append(f"{noted}{role}")
            found[relation] = tuple(who)
        wrong += [
            f"{role} can tell what is another's from what is absent"
            for role, bodies in nothings.items()
            if len(bodies) > 1
        ]
        found.pop("absent", None)
        return found, wrong

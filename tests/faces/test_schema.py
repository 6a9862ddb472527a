"""The OpenAPI document and the operations say the same: whatever fits the one gets no 5xx from the other,
and every answer is as the document has it."""

from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
from django.core.files.base import ContentFile
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ops import permissions
from tests.faces.asking import Asker, filled
from tests.faces.test_operations import Said

pytestmark = pytest.mark.django_db

EXAMPLES = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ROWS = {
    row.key: row
    for row in permissions.table()
    if row.name.startswith("api:") and row.name not in {"api:schema", "api:docs"}
}


class Fuzzed(Said):
    """Says what schemathesis made up."""

    def words(self, case: Any, path: str, method: str) -> Any:
        """Return the answer; whatever was done is undone."""
        headers = {name: str(value) for name, value in (case.headers or {}).items()}
        body = case.body if isinstance(case.body, dict | list) else {}
        is_form = "multipart" in (case.media_type or "")
        with transaction.atomic():
            if method == "GET":
                answer = self.client.get(path, case.query or {}, headers=headers)
            else:
                send = getattr(self.client, method.lower())
                kind = "multipart" if is_form else "json"
                sent = as_form(body) if is_form else body
                answer = send(path, sent, format=kind, headers=headers)
            transaction.set_rollback(True)
        return answer


def as_form(body: Any) -> dict[str, Any]:
    """Return what was made up as the parts of a form: texts, and a file where there are bytes."""
    given = body if isinstance(body, dict) else {}
    return {
        name: ContentFile(value, "paper.pdf") if isinstance(value, bytes) else str(value)
        for name, value in given.items()
    }


@cache
def document() -> Any:
    """Return the document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))


@cache
def operations() -> dict[tuple[str, str], Any]:
    """Return the document's operations by path (with ``*`` in its places) and method."""
    found = {}
    for result in document().get_all_operations():
        operation = result.ok()
        found[operation.path, operation.method.upper()] = operation
    return found


def operation_of(asker: Asker, key: str) -> Any:
    """Return the operation of a line of the table."""
    row = ROWS[key]
    names = iter(
        ["{number}"]
        if "verify" in row.name
        else ["{code}"]
        if "=" in "".join(row.kinds)
        else ["{ref}"]
    )
    path = filled(asker.routes[row.name], list(names))
    return operations()[path, row.method]


def judged(case: Any, path: str, answer: Any) -> Response:
    """Return Django's answer as schemathesis judges one."""
    return Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=requests.Request(case.method, f"http://testserver{path}").prepare(),
        elapsed=0.0,
        verify=True,
        encoding="utf-8",
    )


def test_every_operation_is_in_the_document(asker):
    named = {id(operation_of(asker, key)) for key in ROWS}
    assert len(named) == len(ROWS) == len(operations())


@pytest.mark.parametrize("key", sorted(ROWS))
def test_an_operation_answers_as_the_document_says(key, asker):
    row = ROWS[key]
    said = Fuzzed(asker, row)
    operation = operation_of(asker, key)

    @seed(1)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), own=st.booleans())
    def ask(case: Any, own: bool) -> None:
        path = said.path if own or not row.kinds else case.formatted_path
        asked = said.words(case, path, row.method)
        case.validate_response(judged(case, path, asked), checks=CHECKS)

    ask()

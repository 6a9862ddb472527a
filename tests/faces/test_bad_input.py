"""Bad input is a clear answer, never a 500, and never silently accepted (GUARDS §6)."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import actions
from help_requests.actions import load_reference
from help_requests.models import HelpRequest
from tests.faces.test_permissions import ALL, filled
from tests.factories import accounts

pytestmark = pytest.mark.django_db

BODIES = {
    "deeply nested": "[" * 100_000,
    "nested in strings": '{"a": "' + "[" * 50 + '"}',
    "duplicate keys": '{"name": "a", "name": "b"}',
    "not a number": '{"minutes": NaN}',
    "beyond 64 bits": '{"minutes": 9223372036854775808}',
    "a googol": '{"minutes": 1' + "0" * 100 + "}",
    "a list": "[1, 2]",
    "a word": '"x"',
    "nothing": "",
    "half": '{"a": ',
    "not utf-8": b"\xff\xfe{}",
    "unknown field": '{"is_admin": true}',
    "NUL": '{"name": "a\\u0000b", "words": "\\u0000"}',
    "lone surrogate": '{"name": "\\ud800", "words": "\\ud800"}',
    "turned round": '{"name": "\\u202eabc", "words": "\\u202eabc"}',
    "wrong types": '{"reason": [], "words": {}, "minutes": "x", "starts_at": 5, "scopes": "read"}',
    "null everywhere": '{"reason": null, "words": null, "minutes": null}',
}
DOCS = {"api:docs", "api:schema"}
OPERATIONS = sorted(name for name in ALL if name.startswith("api:") and name not in DOCS)


@pytest.fixture
def caller(clock):
    user = accounts.volunteer().user
    _token, secret = actions.make_token(
        user=user, name="t", scopes=["read", "write"], days=1, by=user, now=clock.now
    )
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_body_breaks_an_operation(name, caller):
    path = filled(ALL[name])

    for words, body in BODIES.items():
        for method in (caller.post, caller.patch):
            answer = method(path, data=body, content_type="application/json")
            assert 400 <= answer.status_code < 500 or answer.status_code in {200, 202}, words
            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json", words
                assert {"code", "status", "detail"} <= set(answer.json()), words


REFS = ["abc", "%00", "9" * 40, "a" * 2000, "..%2f..", "é", "%F0%A0%AE%B7", "0x1", "-1"]


@pytest.mark.parametrize("ref", REFS)
def test_a_strange_reference_is_not_there(ref, caller):
    for kind in ("help-requests", "offers", "service-records", "proofs", "organizations"):
        assert caller.get(f"/api/v1/{kind}/{ref}/").status_code == 404
    assert Client().get(f"/verify/{ref}/").status_code in {200, 404}
    browser = Client()
    browser.force_login(accounts.user(), backend="django.contrib.auth.backends.ModelBackend")
    for kind in ("help-requests", "visits", "offers", "assignments", "service-records"):
        assert browser.get(f"/{kind}/{ref}/").status_code == 404


@pytest.mark.parametrize("page", ["abc", "-1", "9" * 30, ""])
def test_a_strange_page_is_a_page(page, caller):
    assert Client().get("/projects/", {"page": page}).status_code == 200
    assert caller.get("/api/v1/offers/", {"cursor": page, "page_size": page}).status_code in {
        200,
        400,
    }


WRONG_TIMES = [
    "2026-03-06T14:00:00",
    "2026-02-30T14:00:00+08:00",
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59+00:00",
    "2020-01-01T00:00:00+08:00",
    "soon",
    "",
]


@pytest.mark.parametrize("starts_at", WRONG_TIMES)
def test_an_impossible_time_is_refused_at_its_field(starts_at, clock):
    load_reference()
    resident = accounts.resident()
    client = APIClient()
    client.force_authenticate(resident.user)

    answer = client.post(
        "/api/v1/help-requests/",
        {"resident": resident.ref, "service_type": "B1", "starts_at": starts_at},
        format="json",
    )

    assert (answer.status_code, answer.json()["field"]) == (400, "starts_at")
    assert not HelpRequest.objects.exists()


FORMS = ["/account/enter/", "/account/enter/password/", "/complaints/new/", "/complaints/track/"]
JUNK = ["\x00", "\ud7ff\u202e", "9" * 5000, "<script>alert(1)</script>", "' OR 1=1 --", "１２３"]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("junk", JUNK)
def test_a_form_comes_back_with_what_was_typed(path, junk, clock):
    client = Client(raise_request_exception=False)
    given = dict.fromkeys(
        ["address", "password", "kind", "words", "region", "number", "code"], junk
    )

    answer = client.post(path, given)

    assert answer.status_code in {422, 409}
    assert "<script>alert" not in answer.content.decode()


def test_a_page_of_ones_own_that_needs_words_keeps_them(clock):
    load_reference()
    user = accounts.user()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post("/my/register/", {"name": "陈阿婆", "address": "人民路1号"})

    assert answer.status_code == 422
    assert 'value="陈阿婆"' in answer.content.decode()
    assert 'value="人民路1号"' in answer.content.decode()

"""Text messages."""

import json
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings


def demo(*, address: str, words: str, request_id: str) -> str:  # noqa: ARG001
    """Take the message and carry it nowhere: the demo shows it on ``/demo/outbox/``."""
    return f"demo-{request_id}"


def http(*, address: str, words: str, request_id: str) -> str:
    """Post ``{"id", "to", "text"}`` as JSON to ``HUB_SMS_URL``, with the token ``HUB_SMS_TOKEN``.

    Any answer but 2xx means: not taken. The provider's id is the answer's ``id``, if it has one.
    """
    url = urlsplit(settings.HUB_SMS_URL)
    if not url.hostname:
        raise ConnectionError("HUB_SMS_URL names no provider")
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname, url.port, timeout=settings.HUB_PROVIDER_SECONDS)
    try:
        connection.request(
            "POST",
            url.path or "/",
            json.dumps({"id": request_id, "to": address, "text": words}),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.HUB_SMS_TOKEN}",
            },
        )
        with connection.getresponse() as answer:
            body = answer.read(10_000)
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise ConnectionError(f"the provider answered {answer.status}")
    return _id_in(body) or request_id


def _id_in(body: bytes) -> str:
    try:
        given = json.loads(body)
    except ValueError:
        return ""
    return str(given.get("id", "")) if isinstance(given, dict) else ""

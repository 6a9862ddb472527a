"""E-mail. The first line of the words is the subject."""

from django.conf import settings
from django.core.mail import EmailMessage


def demo(*, address: str, words: str, request_id: str) -> str:  # noqa: ARG001
    """Take the message and carry it nowhere: the demo shows it on ``/demo/outbox/``."""
    return f"demo-{request_id}"


def smtp(*, address: str, words: str, request_id: str) -> str:
    """Hand the message to the mail server of Django's ``EMAIL_…`` settings."""
    subject, _line, body = words.partition("\n")
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    headers = {"Message-ID": f"<{request_id}@{host}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject, body.strip(), to=[address], headers=headers).send()
    return request_id

"""What every page needs: who asks, and a row of theirs."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.models import User


def viewer(request: HttpRequest) -> User | None:
    """Return who is signed in, or None."""
    return request.user if request.user.is_authenticated else None


def me(request: HttpRequest) -> User:
    """Return who is signed in; for pages that ask for it."""
    return cast("User", request.user)


def one(rows: "QuerySet[Any]", ref: str) -> Any:
    """Return the row with this reference; a foreign one and an absent one are both not found."""
    row = rows.filter(ref=ref).first() if ref.isprintable() else None  # PostgreSQL takes no NUL
    if row is None:
        raise Http404
    return row


def address_of(request: HttpRequest) -> str:
    """Return the network address that limits are counted by."""
    return str(request.META.get("REMOTE_ADDR", ""))

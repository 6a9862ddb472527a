"""Sessions whose data is sealed and whose key is not in the database."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from kernel import vault
from kernel.models import Session

BROWSER = "browser"  # under which a face notes, at sign-in, what kind of browser it is
SEEN_EVERY = timedelta(minutes=10)  # no finer: each time is a write


def live_sessions(user_id: int, *, now: datetime) -> QuerySet[Any]:
    """Return the sessions in which the user is signed in, newest first; each row has a ``ref``."""
    live = Session.objects.filter(user_id=user_id, expires_at__gt=now)
    return live.annotate(ref=F("key_index")).order_by("-pk")


def ref_of(session_key: str | None) -> str:
    """Return the ``ref`` of a browser's own session; empty where it has none."""
    return _index(session_key) if session_key else ""


def end_sessions(user_id: int, *, only: str = "", but: str = "") -> int:
    """End every session of the user, or ``only`` one, or all ``but`` one (their refs); returns how many."""
    going = Session.objects.filter(user_id=user_id).exclude(key_index=but)
    if only:
        going = going.filter(key_index=only)
    ended, _by_model = going.delete()
    return ended


def clear_expired(*, now: datetime) -> int:
    """Delete sessions that have ended by themselves."""
    ended, _by_model = Session.objects.filter(expires_at__lte=now).delete()
    return ended


def _index(key: str) -> str:
    return vault.blind("session", key)


def _key(key: str) -> bytes:
    """Return the key of one session's data: who has only the database does not know the cookie."""
    return bytes.fromhex(vault.blind("session-data", key))


class SessionStore(SessionBase):
    """Django's session, found by the blind index of its key and sealed under that key."""

    def _get_new_session_key(self) -> str:
        return secrets.token_hex(
            16
        )  # 128 bits; Django would ask whether it is free, ``create`` does

    def load(self) -> dict[str, Any]:
        """Return the data, or start anew when there is none, or what is there does not open."""
        key, now = str(self.session_key), timezone.now()
        try:
            row = Session.objects.get(key_index=_index(key), expires_at__gt=now)
            plain = vault.unseal(_key(key), bytes(row.data), "session")
        except (Session.DoesNotExist, InvalidTag):
            self._session_key = None
            return {}
        if row.user_id and (row.seen_at is None or row.seen_at + SEEN_EVERY <= now):
            Session.objects.filter(pk=row.pk).update(seen_at=now)
        data: dict[str, Any] = json.loads(plain)
        return data

    def exists(self, session_key: str) -> bool:
        """Say whether the key is in use."""
        return Session.objects.filter(key_index=_index(session_key)).exists()

    def create(self) -> None:
        """Start with a key that nobody has."""
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 (Django's)
        """Write the data; ``UpdateError`` when the session was ended meanwhile."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        user, now = data.get(SESSION_KEY), timezone.now()
        values = {
            "user_id": int(user) if user else None,
            "browser": str(data.get(BROWSER, "")),
            "seen_at": now,
            "data": vault.seal(_key(self.session_key), json.dumps(data).encode(), "session"),
            "expires_at": now + timedelta(seconds=self.get_expiry_age()),
        }
        index = _index(self.session_key)
        try:
            with transaction.atomic():
                if must_create:
                    Session.objects.create(key_index=index, began_at=now, **values)
                elif not Session.objects.filter(key_index=index).update(**values):
                    raise UpdateError
        except IntegrityError:
            raise CreateError from None

    def delete(self, session_key: str | None = None) -> None:
        """End the session."""
        if key := session_key or self.session_key:
            Session.objects.filter(key_index=_index(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete what has ended (``clearsessions``)."""
        clear_expired(now=timezone.now())

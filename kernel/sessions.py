"""Sessions whose data is sealed and whose key is not in the database."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kernel import vault
from kernel.models import Session


def end_sessions(user_id: int) -> int:
    """End every session of the user; returns how many there were."""
    ended, _by_model = Session.objects.filter(user_id=user_id).delete()
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
        key = str(self.session_key)
        live = Session.objects.filter(key_index=_index(key), expires_at__gt=timezone.now())
        try:
            plain = vault.unseal(_key(key), bytes(live.get().data), "session")
        except (Session.DoesNotExist, InvalidTag):
            self._session_key = None
            return {}
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
        user = data.get(SESSION_KEY)
        values = {
            "user_id": int(user) if user else None,
            "data": vault.seal(_key(self.session_key), json.dumps(data).encode(), "session"),
            "expires_at": timezone.now() + timedelta(seconds=self.get_expiry_age()),
        }
        index = _index(self.session_key)
        try:
            with transaction.atomic():
                if must_create:
                    Session.objects.create(key_index=index, **values)
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

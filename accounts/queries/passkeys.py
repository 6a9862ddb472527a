"""Second factors: somebody's passkeys, whether there is an app, and what a browser is asked."""

import secrets
from datetime import datetime

from django.db.models import QuerySet
from fido2.utils import websafe_encode

from accounts import rules
from accounts.models import Passkey, User
from kernel.text import mask_email, mask_phone


def passkeys_of(user: User) -> QuerySet[Passkey]:
    """Return the person's passkeys, newest first."""
    return user.passkeys.select_related("key").order_by("-pk")


def has_app(user: User) -> bool:
    """Say whether an authenticator app stands: allauth keeps it, whom this room does not import."""
    apps = user.authenticator_set.filter(type="totp")  # type: ignore[attr-defined]
    return bool(apps.exists())


def has_second_factor(user: User) -> bool:
    """Say whether the person has a passkey or an authenticator app."""
    return user.passkeys.exists() or has_app(user)


def _label(user: User) -> str:
    """Return what the browser's own list of keys shows: the address that one signs in with, masked."""
    if user.phone:
        return mask_phone(str(user.phone))
    return mask_email(str(user.email)) if user.email else user.ref[:6]


def _remembered(challenge: bytes, *, now: datetime) -> rules.Asked:
    return {"challenge": websafe_encode(challenge), "at": now.isoformat()}


def new_passkey_options(
    user: User, *, host: str, now: datetime
) -> tuple[rules.Options, rules.Asked]:
    """Return how to ask the browser for a new key (JSON of WebAuthn), and what to remember of it."""
    challenge = secrets.token_bytes(32)
    options = rules.new_key_options(
        host=host,
        challenge=challenge,
        ref=user.ref,
        label=_label(user),
        known=user.passkeys.values_list("credential", flat=True),
    )
    return options, _remembered(challenge, now=now)


def passkey_options(
    user: User | None, *, host: str, now: datetime
) -> tuple[rules.Options, rules.Asked]:
    """Return how to ask the browser for a key of ``user``, or (None) for any that it has; as above."""
    challenge = secrets.token_bytes(32)
    known = user.passkeys.values_list("credential", flat=True) if user else ()
    options = rules.key_options(host=host, challenge=challenge, known=known)
    return options, _remembered(challenge, now=now)

"""Passkeys (WebAuthn): what a browser is asked, and whether what it answers is true."""

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.rpid import verify_rp_id
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import Passkey
from kernel.refusals import Conflict, Invalid, NotAllowed

ASKED_FOR = timedelta(minutes=5)
MOST_PASSKEYS = 10
LONGEST_ANSWER = 20_000  # characters
CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{1,1364}")  # at most 1023 bytes in base64url
# The person shows the key who they are (finger, face, PIN): with the key itself that makes two factors.
VERIFIED = UserVerificationRequirement.REQUIRED

Options = Mapping[str, Any]  # what a browser is asked, as WebAuthn writes it in JSON
# What its session remembers of it until it answers: "challenge" in base64url, "at" in ISO 8601.
Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a browser says of a key that it has just made."""

    credential: str  # base64url
    public_key: bytes
    sign_count: int


def _name_of(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def takes_passkeys(host: str) -> bool:
    """Say whether keys can belong to ``host`` (as in the address, with its port): a name, not a number."""
    try:
        ipaddress.ip_address(_name_of(host))
    except ValueError:
        return True
    return False


def _server(host: str) -> Fido2Server:
    """Return who judges answers given at ``host``: on its own pages only, by https or on this machine."""
    name = _name_of(host)

    def is_ours(origin: str) -> bool:
        return urlsplit(origin).netloc == host.lower() and verify_rp_id(name, origin)

    server = Fido2Server(
        PublicKeyCredentialRpEntity(name=_("Volunteer Hub"), id=name), verify_origin=is_ours
    )
    server.timeout = int(ASKED_FOR.total_seconds() * 1000)  # type: ignore[assignment]  # fido2's slip
    return server


def _known(credentials: Iterable[str]) -> list[PublicKeyCredentialDescriptor] | None:
    """Return the keys to name; none at all stands for "whichever you have"."""
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(credential)
        )
        for credential in credentials
    ] or None


def new_key_options(
    *, host: str, challenge: bytes, ref: str, label: str, known: Iterable[str]
) -> Options:
    """Return how to ask a browser for a new key of the person ``ref``, none of those ``known``."""
    options, _state = _server(host).register_begin(
        PublicKeyCredentialUserEntity(id=ref.encode(), name=label, display_name=label),
        credentials=_known(known),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=VERIFIED,
        challenge=challenge,
    )
    return dict(options)


def key_options(*, host: str, challenge: bytes, known: Iterable[str]) -> Options:
    """Return how to ask a browser for the answer of one of the keys ``known``, or of any it has."""
    options, _state = _server(host).authenticate_begin(
        credentials=_known(known), user_verification=VERIFIED, challenge=challenge
    )
    return dict(options)


def check_asked(asked: Asked | None, *, now: datetime) -> str:
    """Return the challenge that this browser was asked less than five minutes ago."""
    if asked is None or not now < datetime.fromisoformat(asked["at"]) + ASKED_FOR:
        raise Conflict("passkey_late", _("That took too long. Try again."))
    return asked["challenge"]


def _untrue() -> Invalid:
    return Invalid("passkey_wrong", _("This passkey does not fit."))


def read_answer(text: str) -> Mapping[str, Any]:
    """Return a browser's answer, which it sends as JSON; nothing in it is believed yet."""
    try:
        answer = json.loads(text[: LONGEST_ANSWER + 1])
    except (ValueError, RecursionError):
        raise _untrue() from None
    if not (isinstance(answer, dict) and CREDENTIAL.fullmatch(str(answer.get("id", "")))):
        raise _untrue()
    return answer


def check_new_key(*, host: str, challenge: str, answer: Mapping[str, Any]) -> NewKey:
    """Return the key that was made here and now, by somebody who showed it who they are."""
    state = {"challenge": challenge, "user_verification": VERIFIED}
    try:
        told = _server(host).register_complete(state, RegistrationResponse.from_dict(answer))
        made = told.credential_data
        kind = made.public_key[3] if made else None
    except Exception:  # noqa: BLE001 (a stranger's bytes: whatever they do to the reader is one answer)
        raise _untrue() from None
    if made is None or kind not in CoseKey.supported_algorithms():
        raise _untrue()
    return NewKey(
        websafe_encode(made.credential_id), cbor.encode(dict(made.public_key)), told.counter
    )


def check_key(
    *, host: str, challenge: str, passkey: Passkey | None, answer: Mapping[str, Any]
) -> tuple[Passkey, int]:
    """Return the passkey that gave this answer here and now, and its counter; one refusal for all else."""
    if passkey is None:
        raise _untrue()
    key = AttestedCredentialData.create(
        Aaguid.NONE,
        websafe_decode(passkey.credential),
        CoseKey.parse(cast("Mapping[int, Any]", cbor.decode(bytes(passkey.public_key)))),
    )
    state = {"challenge": challenge, "user_verification": VERIFIED}
    try:
        read = AuthenticationResponse.from_dict(answer)
        _server(host).authenticate_complete(state, [key], read)
        count = read.response.authenticator_data.counter
        owner = read.response.user_handle
    except Exception:  # noqa: BLE001 (as above)
        raise _untrue() from None
    if owner is not None and owner != passkey.user.ref.encode():
        raise _untrue()
    return passkey, count


def check_adds_factor(*, has_factor: bool, passed: bool) -> None:
    """Who has a second factor shows it first: a stolen code adds none."""
    if has_factor and not passed:
        raise NotAllowed(
            "second_factor_first", _("Show the second factor that you have before you add another.")
        )


def check_adds_passkey(*, has: int) -> None:
    """Ten keys of one person are enough."""
    if has >= MOST_PASSKEYS:
        raise Conflict("too_many_passkeys", _("Ten passkeys are enough. Remove one first."))


def check_removes_factor(*, is_staff: bool, has_other: bool, passed: bool) -> None:
    """Whoever holds a post, or will, shows a second factor to remove one, and keeps one.

    Anybody else may drop a lost key with a sign-in code: it must not stay in a finder's hands.
    """
    if is_staff and not passed:
        raise NotAllowed(
            "second_factor_first", _("Show the second factor that you have before you remove one.")
        )
    if is_staff and not has_other:
        raise Conflict(
            "last_second_factor",
            _("Your post needs a second factor, and this is your only one. Add another first."),
        )

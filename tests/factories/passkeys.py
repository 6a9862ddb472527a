"""Passkeys, from a device that makes keys and signs as a phone or a security stick does (ES256)."""

import json
import secrets
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256, CoseKey
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts import actions, queries
from accounts.models import Passkey, User
from tests.factories.accounts import NOON

HOST = "localhost:8000"
FLAG = AuthenticatorData.FLAG
SURE = FLAG.UP | FLAG.UV  # somebody was there, and showed who they are


class Device:
    """One key of one person at one place; ``count`` is its counter, 0 for one that counts nothing."""

    def __init__(self, host: str = HOST, *, count: int = 1) -> None:
        self.host, self.count, self.flags = host, count, SURE
        self.origin = f"http://{host}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = secrets.token_bytes(32)
        self.owner = b""
        self.public_key: CoseKey = ES256.from_cryptography_key(self.key.public_key())

    @property
    def id(self) -> str:
        """Return the credential id as browsers say it."""
        return str(websafe_encode(self.credential))

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin)

    def _place(self) -> bytes:
        return bytes(sha256(self.host.partition(":")[0].encode()))

    def made(self, options: Any) -> str:
        """Return the browser's answer to ``new_passkey_options``."""
        asked = options["publicKey"]
        self.owner = websafe_decode(asked["user"]["id"])
        key = AttestedCredentialData.create(Aaguid.NONE, self.credential, self.public_key)
        told = AuthenticatorData.create(self._place(), self.flags | FLAG.AT, self.count, key)
        return self._said(
            clientDataJSON=self._client(CollectedClientData.TYPE.CREATE, asked["challenge"]),
            attestationObject=AttestationObject.create("none", told, {}),
        )

    def signed(self, options: Any) -> str:
        """Return the browser's answer to ``passkey_options``; the counter goes on."""
        self.count += 1 if self.count else 0
        client = self._client(CollectedClientData.TYPE.GET, options["publicKey"]["challenge"])
        told = AuthenticatorData.create(self._place(), self.flags, self.count)
        signature = self.key.sign(told + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._said(
            clientDataJSON=client,
            authenticatorData=told,
            signature=signature,
            **({"userHandle": self.owner} if self.owner else {}),
        )

    def _said(self, **response: bytes) -> str:
        words = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps(
            {"id": self.id, "rawId": self.id, "type": "public-key", "response": words}
        )


def passkey(
    user: User, *, device: Device | None = None, now: datetime = NOON, **given: Any
) -> Passkey:
    """Return a passkey of ``user``, made by a device of its own unless told."""
    options, asked = queries.new_passkey_options(user, host=HOST, now=now)
    values = {"name": "我的手机", "passed": True, "by": user, "asked": asked, "host": HOST, **given}
    answer = values.pop("answer", None) or (device or Device()).made(options)
    return actions.add_passkey(user=user, answer=answer, now=now, **values)

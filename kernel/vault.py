"""Keys and ciphers. All keys stand in the key file, outside the database."""

import hashlib
import hmac
import secrets
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


def _keys() -> Any:
    if settings.KEYS is None:
        raise RuntimeError("the key file is missing")
    return settings.KEYS


def seal(key: bytes, plain: bytes, context: str) -> bytes:
    """Encrypt ``plain`` under AES-256-GCM, bound to ``context``; returns nonce + cipher text."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(key: bytes, token: bytes, context: str) -> bytes:
    """Return what ``seal`` was given; raises ``InvalidTag`` for any other key, token or context."""
    return AESGCM(key).decrypt(token[:NONCE], token[NONCE:], context.encode())


def _master(number: str) -> bytes:
    return bytes.fromhex(_keys().master_keys[number])


def newest_master() -> str:
    """Return the id of the master key that seals."""
    number: str = max(_keys().master_keys, key=int)
    return number


def wrap(key: bytes) -> bytes:
    """Seal a person's key under the newest master key, whose id stands in front."""
    number = newest_master()
    return number.encode() + b":" + seal(_master(number), key, f"PersonKey {number}")


def is_newest(wrapped: bytes) -> bool:
    """Say whether ``wrapped`` is under the newest master key."""
    return wrapped.startswith(f"{newest_master()}:".encode())


def unwrap(wrapped: bytes) -> bytes:
    """Return the person's key in ``wrapped``."""
    number, token = wrapped.split(b":", 1)
    return unseal(_master(number.decode()), token, f"PersonKey {number.decode()}")


def blind(kind: str, value: str) -> str:
    """Return the blind index of ``value``: HMAC-SHA-256 in hexadecimal, apart for each ``kind``."""
    key = bytes.fromhex(_keys().index_key)
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


@cache
def _signer(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))


def sign(data: bytes) -> bytes:
    """Return the Ed25519 signature of ``data`` under the installation's proof key."""
    return _signer(_keys().proof_key).sign(data)


def verify(data: bytes, signature: bytes) -> bool:
    """Say whether ``signature`` is ours over ``data``."""
    try:
        _signer(_keys().proof_key).public_key().verify(signature, data)
    except InvalidSignature:
        return False
    return True

"""An agent's key, and the signature under each of its requests.

Ed25519 (RFC 8032) over the request as sent. The vantage and the sequence are part of what is
signed, so that a signature fits one request of one agent, once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

if TYPE_CHECKING:
    from pathlib import Path

VANTAGE = "Govah-Agent"
SEQUENCE = "Govah-Sequence"
SIGNATURE = "Govah-Signature"
PUBLIC_BYTES = 32


class KeyFileError(Exception):
    """A key's file cannot be used: one sentence, what and what to do."""


def new_key() -> Ed25519PrivateKey:
    """A fresh key, from the operating system's source of chance."""
    return Ed25519PrivateKey.generate()


def save_key(key: Ed25519PrivateKey, path: Path) -> None:
    """Write a key where none is yet, readable by its owner alone.

    Raises:
        FileExistsError: there is one; a key is never overwritten.
        OSError: it cannot be written.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(base64.b64encode(key.private_bytes_raw()) + b"\n")
        out.flush()
        os.fsync(out.fileno())


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read what `save_key` wrote.

    Raises:
        KeyFileError: it holds no key.
        OSError: it cannot be read.
    """
    try:
        raw = base64.b64decode(path.read_bytes().strip(), validate=True)
        return Ed25519PrivateKey.from_private_bytes(raw)
    except (binascii.Error, ValueError) as error:
        raise KeyFileError(f"{path} holds no key: move it away and enrol again") from error


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The public half, 32 bytes."""
    return key.public_key().public_bytes_raw()


def key_id(public: bytes) -> str:
    """A short name for a public key, for people and logs: 16 hex digits."""
    return hashlib.sha256(public).hexdigest()[:16]


def sign(
    key: Ed25519PrivateKey, method: str, path: str, vantage: str, sequence: int, body: bytes
) -> str:
    """Sign a request.

    Args:
        key: The agent's.
        method: `GET` or `POST`.
        path: Without scheme, host and query: `/agents/v1/looks`.
        vantage: As in the header `Govah-Agent`.
        sequence: As in the header `Govah-Sequence`; higher at each request.
        body: As sent, thus compressed if it is.

    Returns:
        The header `Govah-Signature`, base64.
    """
    return base64.b64encode(key.sign(_signed(method, path, vantage, sequence, body))).decode()


def verify(
    public: bytes,
    signature: str,
    method: str,
    path: str,
    vantage: str,
    sequence: int,
    body: bytes,
) -> bool:
    """Whether `signature` was made with the key of `public` over just this request."""
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(
            raw, _signed(method, path, vantage, sequence, body)
        )
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def _signed(method: str, path: str, vantage: str, sequence: int, body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"govah-agent/1\n{method}\n{path}\n{vantage}\n{sequence}\n{digest}".encode()

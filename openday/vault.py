"""Personal data at rest: sealed in the column, found by a keyed hash, never readable from a copy of the database alone.

AES-256-GCM with a key id in front and the column's name as associated data, so that a value moved to another column
does not open. The blind index is HMAC-SHA-256 over the normalised value, with a key of its own. Both keys derive from
SECRET_KEY (HKDF-SHA-256).
"""

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_ID = b"\x01"
_NONCE = 12

_keys: dict[str, bytes] = {}


def configure(secret_key: str) -> None:
    """Derive the keys; called once by `create_app`."""
    for purpose in ("seal", "index", "ledger"):
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"openday/{purpose}/1".encode())
        _keys[purpose] = kdf.derive(secret_key.encode())


def seal(text: str, column: str) -> bytes:
    """Encrypt `text` for one column ('table.column')."""
    nonce = os.urandom(_NONCE)
    return _KEY_ID + nonce + AESGCM(_keys["seal"]).encrypt(nonce, text.encode(), column.encode())


def unseal(sealed: bytes, column: str) -> str:
    """Decrypt what `seal` made for the same column.

    Raises:
        ValueError: other key, other column, or altered bytes.
    """
    if sealed[:1] != _KEY_ID:
        raise ValueError(f"{column}: sealed with an unknown key")
    nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    try:
        return AESGCM(_keys["seal"]).decrypt(nonce, body, column.encode()).decode()
    except InvalidTag as wrong:
        raise ValueError(f"{column}: does not open; was SECRET_KEY changed?") from wrong


def blind_index(value: str, purpose: str) -> str:
    """A keyed hash (64 hex digits) to look a value up without storing it in the clear."""
    return hmac.new(_keys["index"], f"{purpose}\0{value}".encode(), sha256).hexdigest()


def signature(content: bytes) -> str:
    """A keyed hash (64 hex digits) over a ledger row: it cannot be altered without the key."""
    return hmac.new(_keys["ledger"], content, sha256).hexdigest()

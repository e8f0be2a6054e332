"""What is sealed before it is stored, in either database.

The bytes are `v1`, the data key's id (16), a random nonce (12), and AES-256-GCM's ciphertext with
its tag (16 more than the contents). Where they belong is authenticated with them, so that they
open nowhere else.
"""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag

from core.crypto import datakeys
from core.crypto.errors import NotAuthentic

VERSION = b"v1"
KEY = slice(2, 18)
NONCE = slice(18, 30)
HEAD = 30
OVERHEAD = HEAD + 16

# Owner of what belongs to no patient.
HOUSE = "house"

warm = datakeys.warm
provide = datakeys.provide


def expect(sealed: bytes) -> None:
    """Have its key fetched with the first that opens; what is too short to be sealed names none."""
    if len(sealed) >= OVERHEAD:
        datakeys.expect(bytes(sealed[KEY]))


def seal(owner: str, plaintext: bytes, bound_to: str) -> bytes:
    """Sealed with the owner's key for the place `bound_to`, such as `patients.phone:<row's uuid>`.

    Raises KeyMissing without a key-encryption key, KeyShredded for an owner whose key is destroyed.
    """
    key = datakeys.to_seal(owner)
    nonce = secrets.token_bytes(12)
    head = VERSION + key.id.bytes
    return head + nonce + key.cipher.encrypt(nonce, plaintext, head + bound_to.encode())


def open_sealed(owner: str | None, sealed: bytes, bound_to: str) -> bytes:
    """The plaintext again. None opens whoever's it is: the place alone must be the right one.

    Raises NotAuthentic if the bytes were changed or belong elsewhere, KeyShredded if the key was
    destroyed, KeyMissing or DataKeyMissing if it is lost.
    """
    if not sealed.startswith(VERSION) or len(sealed) < OVERHEAD:
        raise NotAuthentic(bound_to)
    key = datakeys.to_open(owner, UUID(bytes=sealed[KEY]))
    try:
        aad = sealed[: KEY.stop] + bound_to.encode()
        return key.cipher.decrypt(sealed[NONCE], sealed[HEAD:], aad)
    except InvalidTag as error:
        raise NotAuthentic(bound_to) from error

"""A passkey in software: what a security stick answers to a browser, for tests of the server's side.

The signatures are real; the browser's part, its JSON, is written as a browser writes it.
"""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as text

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key of one house, on `origin`."""

    origin: str
    house: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answers a registration."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        named = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id
        data = self._data(PRESENT | VERIFIED | WITH_KEY) + named + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "attestationObject": text(attested),
            "clientDataJSON": text(self._client("webauthn.create", options["challenge"])),
        }
        return self._answer(response)

    def get(self, options: dict[str, Any], *, flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """Answers a sign-in; counts one further each time."""
        self.count += 1
        client, data = self._client("webauthn.get", options["challenge"]), self._data(flags)
        signed = data + hashlib.sha256(client).digest()
        response = {
            "authenticatorData": text(data),
            "clientDataJSON": text(client),
            "signature": text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": None,
        }
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = text(self.credential_id)
        answer = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return {"credential": answer}

    def _data(self, flags: int) -> bytes:
        house = hashlib.sha256(self.house.encode()).digest()
        return house + struct.pack(">BI", flags, self.count)

    def _client(self, act: str, challenge: str) -> bytes:
        said = {"type": act, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

"""Blind indexes: equal values are found without being readable.

For values that hardly anybody shares. Of a sex or a diagnosis the frequency alone would tell.
"""

import hmac
from collections.abc import Callable
from functools import lru_cache

from core.crypto import beginning, keys
from core.crypto.keys import Purpose

SIZE = 16
END = 6


def all_digits(text: str) -> str:
    """A telephone number however it is grouped."""
    return "".join(character for character in text if character.isdecimal())


def last_digits(text: str) -> str:
    """What national and international ways of writing a number have in common; "" of fewer."""
    digits = all_digits(text)
    return digits[-END:] if len(digits) >= END else ""


def letters_and_digits(text: str) -> str:
    """A number with letters, whatever stands between its groups."""
    return "".join(character for character in text.casefold() if character.isalnum())


def address(text: str) -> str:
    """An e-mail address."""
    return text.strip().casefold()


Normalised = Callable[[str], str]
KINDS: dict[str, Normalised] = {
    "digits": all_digits,
    "end": last_digits,
    "number": letters_and_digits,
    "address": address,
}


def blind(field: str, normalised: str) -> bytes:
    """16 bytes that are the same for the same text of the same field. Raises KeyMissing."""
    message = f"{field}\0{normalised}".encode()
    return hmac.digest(_secret(str(keys.folder())), message, "sha256")[:SIZE]


@lru_cache(maxsize=4)
def _secret(folder: str) -> bytes:
    return beginning.present(Purpose.INDEX).secret

"""Numbers that look random and are the same on every machine."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


def dice(*words: object) -> int:
    """A number that depends on the words alone."""
    return int.from_bytes(sha256("|".join(map(str, words)).encode()).digest()[:6], "big")


def one_of(choices: Sequence[T], *words: object) -> T:
    return choices[dice(*words) % len(choices)]

"""Going along the chain, entry by entry, wherever the entries lie."""

from dataclasses import dataclass, field
from enum import IntEnum

from bson.raw_bson import RawBSONDocument

from audit.domain.chain import BEGINNING, Seal, mac, seal_of, without_hash
from audit.domain.checkpoints import Statement
from core.crypto import keys
from core.crypto.keys import Key, Purpose

ORIGIN = b"\x02origin\0"
"""BSON of an element called so; a document without these bytes need not be decoded."""


class Verdict(IntEnum):
    """Also the exit code of `manage.py verify_audit`."""

    INTACT = 0
    ALTERED = 2
    GAP_OR_INSERT = 3
    TRUNCATED = 4
    UNSEALED_TOO_OLD = 5
    KEY_MISSING = 6


class Broken(Exception):
    """The chain does not hold here."""

    def __init__(self, verdict: Verdict, seq: float | None, words: str) -> None:
        super().__init__(words)
        self.verdict, self.seq, self.words = verdict, seq, words


@dataclass
class Walk:
    """Goes along the chain; `known` are the statements it must agree with, by number.

    `altered` is the first entry that was changed between its commit and its seal, or 0.
    """

    head: int
    known: dict[int, list[Statement]]
    last: Seal | None = None
    checked: int = 0
    unsealed: int = 0
    unsigned: int = 0
    altered: int = 0
    keys: dict[str, Key] = field(default_factory=dict)

    def take(self, document: RawBSONDocument) -> None:
        """The next entry. Raises Broken or KeyMissing."""
        raw = bytes(document.raw)
        seal = seal_of(raw)
        if seal is None:
            self._take_unsealed(document)
            return
        self._refuse_broken(raw, seal)
        self._refuse_out_of_place(seal)
        for made in self.known.get(seal.seq, ()):
            if made.hash != seal.hash:
                raise Broken(Verdict.ALTERED, seal.seq, "It is not what a checkpoint states.")
        if ORIGIN in raw:
            self._look_where_from(document, seal)
        self.last = seal
        self.checked += 1

    def take_left(self, document: RawBSONDocument) -> None:
        """An entry that is in the archive too. Whoever adds to the log could add one there."""
        raw = bytes(document.raw)
        seal = seal_of(raw)
        if seal is None or mac(self._key(seal.key_id), without_hash(raw)) != seal.hash:
            words = "It stands where entries are archived, and is none of them."
            raise Broken(Verdict.GAP_OR_INSERT, document.get("seq"), words)

    def _look_where_from(self, document: RawBSONDocument, seal: Seal) -> None:
        """What no page and no command wrote was marked by the relay."""
        origin = document.get("metadata", {}).get("origin")
        self.unsigned += origin == "unsigned"
        if origin == "altered":
            self.altered = self.altered or seal.seq

    def _take_unsealed(self, document: RawBSONDocument) -> None:
        """Entries from before sealing began come first; later there are none."""
        seq = document.get("seq")
        number = seq if isinstance(seq, int | float) else None
        if self.last is None and number is not None and number < self._first_stated():
            self.unsealed += 1
            return
        is_next = self.last is not None and number == self.last.seq + 1 and number <= self.head
        verdict = Verdict.ALTERED if is_next else Verdict.GAP_OR_INSERT
        raise Broken(verdict, number, "It bears no seal.")

    def _first_stated(self) -> int:
        return min(self.known, default=self.head + 1)

    def _refuse_broken(self, raw: bytes, seal: Seal) -> None:
        if mac(self._key(seal.key_id), without_hash(raw)) == seal.hash:
            return
        expected = self.last.seq + 1 if self.last else seal.seq
        is_strange = seal.seq != expected or seal.seq > self.head
        verdict = Verdict.GAP_OR_INSERT if is_strange else Verdict.ALTERED
        raise Broken(verdict, seal.seq, "Its seal does not fit its content.")

    def _refuse_out_of_place(self, seal: Seal) -> None:
        expected = self.last.seq + 1 if self.last else seal.seq
        if seal.seq != expected:
            words = f"After {expected - 1} comes {seal.seq}."
            raise Broken(Verdict.GAP_OR_INSERT, expected, words)
        before = self.last.hash if self.last else BEGINNING
        if self.last is None and seal.before != BEGINNING:
            raise Broken(Verdict.GAP_OR_INSERT, seal.seq, "What came before it is gone.")
        if seal.before != before:
            raise Broken(Verdict.ALTERED, seal.seq, "It does not follow on the one before.")

    def _key(self, key_id: str) -> Key:
        if key_id not in self.keys:
            self.keys[key_id] = keys.find(Purpose.SEAL, key_id)
        return self.keys[key_id]

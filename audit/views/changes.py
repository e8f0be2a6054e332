"""What an entry says has changed, in words; encrypted values are opened for those who may see them."""

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from audit.entries import NOISE
from audit.views import words
from core.crypto import envelope
from core.crypto.errors import DataKeyMissing, KeyShredded, NotAuthentic
from core.crypto.fields import SealedField

MOST_IN_THE_LINE = 60
ENCRYPTED = "sealed:"
"""Before the bytes in base64 (core/migrations/sql/0014_capture_encrypted.sql)."""
UNKEPT = "[sealed]"
SEALED = "sealed"
WITHHELD = "clinical, not shown to your role"
SHREDDED = "destroyed with the key of the record"
LOST = "cannot be opened: the key is lost"
ALTERED = "cannot be opened: it is not what was written"
NOT_OPENED = {KeyShredded: SHREDDED, DataKeyMissing: LOST, NotAuthentic: ALTERED}


@dataclass(frozen=True)
class Change:
    """A column before and after; `veiled` says why its values are not shown.

    What `was_sealed` stands in the opened entry only, not in its line.
    """

    name: str
    before: str = ""
    after: str = ""
    veiled: str = ""
    was_sealed: bool = False

    @property
    def is_short(self) -> bool:
        """Whether both values fit into the line of the entry."""
        is_shown = not self.veiled and not self.was_sealed
        return is_shown and len(self.before) + len(self.after) <= MOST_IN_THE_LINE

    @property
    def sentence(self) -> str:
        """`Phone: nothing → 555 0101`, or why it is not shown."""
        if self.veiled:
            return f"{self.name}: {self.veiled}"
        return f"{self.name}: {self.before or 'nothing'} → {self.after or 'nothing'}"


def changes_in_words(entry: dict[str, Any], *, withheld: bool, opens: bool) -> list[Change]:
    """Its columns in order, without those that say nothing to a reader."""
    is_row = words.is_row(entry)
    return [
        _change(name, value, entry, withheld=withheld, opens=opens)
        for name, value in sorted((entry.get("changes") or {}).items())
        if not (is_row and name in (*NOISE, "id", "patient_id")) and value not in ({}, "", None)
    ]


def expect_keys(entries: Iterable[dict[str, Any]]) -> None:
    """Have the keys of all that is encrypted fetched with the first that opens."""
    for entry in entries:
        for name, value in (entry.get("changes") or {}).items():
            if isinstance(words.field(entry["entity_type"], name), SealedField):
                for one in filter(_is_encrypted, _pair(value)):
                    envelope.expect(_bytes(one))


def _change(name: str, value: Any, entry: dict[str, Any], *, withheld: bool, opens: bool) -> Change:
    of, is_row = entry["entity_type"], words.is_row(entry)
    if not is_row and name in IN_FACTS:
        return IN_FACTS[name](value)
    label = words.column(name, of)
    before, after = _pair(value) if is_row else (None, value)
    column = words.field(of, name)
    is_sealed = isinstance(column, SealedField)
    if withheld:
        return _veiled(label, before, after, WITHHELD)
    if UNKEPT in (before, after) or (is_sealed and not opens):
        return _veiled(label, before, after, SEALED)
    try:
        if is_sealed:
            before, after = (_opened(column, one, entry["entity_id"]) for one in (before, after))
    except tuple(NOT_OPENED) as error:
        return _veiled(label, before, after, NOT_OPENED[type(error)])
    shown = words.value(before, of, name), words.value(after, of, name)
    return Change(label, *shown, was_sealed=is_sealed)


def _veiled(label: str, before: Any, after: Any, why: str) -> Change:
    """Whether there was something and is, and no more."""
    was, is_now = ("" if one in (None, "") else "set" for one in (before, after))
    return Change(label, was, is_now, why)


def _opened(column: SealedField, value: Any, pk: str) -> Any:
    return column.opened_alone(_bytes(value), pk) if _is_encrypted(value) else value


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(ENCRYPTED)


def _bytes(value: str) -> bytes:
    """Nothing, which opens nowhere, of what somebody has cut."""
    try:
        return base64.b64decode(value.removeprefix(ENCRYPTED))
    except binascii.Error:
        return b""


def _pair(value: Any) -> tuple[Any, Any]:
    """Before and after; a row that was made has nothing before."""
    return tuple(value) if isinstance(value, list) and len(value) == 2 else (None, value)


# What facts of reading say of themselves (core.shell.reading).
IN_FACTS: dict[str, Callable[[Any], Change]] = {
    "patients": lambda shown: Change("Showed", after=f"{len(shown)} patients"),
    "page": lambda name: Change("In", after=words.page(str(name))),
    "until": lambda moment: Change("Until", after=words.moment(str(moment))),
    "asked": lambda text: Change("For", after=f"“{text}”"),
}

"""JSON read piece by piece: a bundle of any size never stands in memory as a whole."""

import codecs
import json
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from core.importing.limits import LIMITS, MEGABYTE

CHUNK = MEGABYTE // 2
SPACE = " \t\r\n"


class Malformed(ValueError):
    """The text is not JSON; says where in the file."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class Readable(Protocol):
    """Whatever gives bytes until it gives none."""

    def read(self, size: int, /) -> bytes: ...


class JsonText:
    """Values taken one after the other from a stream of JSON; `start` was read from it already."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._stream = stream
        self._to_text = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at, self._before, self._ended = "", 0, 0, False
        self._add(start)

    def peek(self) -> str:
        """The next character that is no space, "" at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, *allowed: str) -> str:
        """Consume the next character that is no space; it must be one of these."""
        character = self.peek()
        if character not in allowed or not character:
            self._fail(f"expected {' or '.join(allowed)}")
        self._at += 1
        return character

    def value(self) -> Any:
        """The next whole value, objects and arrays included."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                self._fail("nested too deep")
            except ValueError as error:
                if not self._more():
                    self._fail(str(error))
                continue
            # A number may go on in the next chunk.
            if end < len(self._text) or not self._more():
                self._at = end
                return found

    def items(self) -> Iterator[None]:
        """For `[a, b]`: stops before each element, which the caller must consume."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        yield
        while self.take(",", "]") == ",":
            yield

    def members(self) -> Iterator[str]:
        """For `{"a": 1}`: each key, whose value the caller must consume."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        yield self._key()
        while self.take(",", "}") == ",":
            yield self._key()

    @property
    def position(self) -> int:
        """How many characters are consumed."""
        return self._before + self._at

    def refuse_more_since(self, begun: int) -> None:
        """Raises Malformed when what was taken since then is too large to keep."""
        if self.position - begun > LIMITS.resource_bytes:
            self._fail(f"one value is larger than {LIMITS.resource_bytes // MEGABYTE} MB")

    def _key(self) -> str:
        key = self.value()
        if not isinstance(key, str):
            self._fail("expected a key")
        self.take(":")
        return key

    def _more(self) -> bool:
        """Read on; False at the end. Refuses a single value larger than the limit."""
        if self._ended:
            return False
        if len(self._text) - self._at > LIMITS.resource_bytes:
            self._fail(f"one value is larger than {LIMITS.resource_bytes // MEGABYTE} MB")
        self._add(self._stream.read(CHUNK))
        return True

    def _add(self, data: bytes) -> None:
        self._ended = not data
        self._before += self._at
        self._text, self._at = self._text[self._at :] + self._decoded(data), 0

    def _decoded(self, data: bytes) -> str:
        try:
            return self._to_text.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise Malformed(f"is not UTF-8: {error.reason}") from error

    def _fail(self, reason: str) -> NoReturn:
        raise Malformed(f"is not JSON at character {self.position}: {reason}")

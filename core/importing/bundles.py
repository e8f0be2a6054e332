"""Resources out of JSON files: single ones, lines of them, lists, and bundles of any kind."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from core.importing.jsontext import JsonText, Malformed, Readable
from core.importing.limits import LIMITS, MEGABYTE

BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
NOT_READ = {"history": "is a history; import the present state instead"}


@dataclass(slots=True)
class Found:
    """A resource as it stands in a file, with what its bundle says of it."""

    position: int
    bundle: int
    resource: Any
    full_url: str = ""
    condition: str = ""


@dataclass(slots=True)
class Flaw:
    """Something that could not be read as a resource."""

    position: int
    reason: str
    resource_type: str = ""
    resource_id: str = ""
    path: str = ""


@dataclass
class BundleReader:
    """Reads one file. `position` counts the resources, `bundle` the bundles before."""

    stream: io.BufferedReader
    position: int = 0
    bundle: int = 0

    def __iter__(self) -> Iterator[Found | Flaw]:
        while line := self.stream.readline(LIMITS.line_bytes):
            if self.position == 0:
                line = line.removeprefix(BOM)
                if line.startswith(UTF_16):
                    yield self._flaw("is UTF-16; FHIR JSON is UTF-8")
                    return
            if len(line) == LIMITS.line_bytes and not line.endswith(b"\n"):
                yield from self._document(line, RestOfLine(self.stream))
            elif self.position == 0 and line.rstrip()[-1:] not in (b"}", b"]", b""):
                yield from self._document(line, self.stream)
            elif line.strip():
                yield from self._line(line)

    def _line(self, text: bytes) -> Iterator[Found | Flaw]:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            yield self._flaw(f"is not JSON: {error}")
            return
        yield from self._resources(value)

    def _document(self, start: bytes, stream: Readable) -> Iterator[Found | Flaw]:
        """A value over several lines, or in one too long to be taken whole."""
        try:
            text = JsonText(start, stream)
            while text.peek():
                if text.peek() == "[":
                    for _ in text.items():
                        yield from self._object(text)
                else:
                    yield from self._object(text)
        except Malformed as error:
            yield self._flaw(str(error))
            # Nothing tells where the next value begins.
            while stream.read(MEGABYTE):
                continue

    def _object(self, text: JsonText) -> Iterator[Found | Flaw]:
        """An object key by key, so that a bundle's entries come one by one."""
        if text.peek() != "{":
            yield from self._resources(text.value())
            return
        values: dict[str, Any] = {}
        begun, is_streamed = text.position, False
        for key in text.members():
            if key == "entry" and text.peek() == "[" and self._may_be_bundle(values):
                is_streamed = True
                yield from self._entries(text, str(values.get("type")))
                begun = text.position
            else:
                values[key] = text.value()
                text.refuse_more_since(begun)
        if not is_streamed:
            yield from self._resources(values)

    def _entries(self, text: JsonText, bundle_type: str) -> Iterator[Found | Flaw]:
        self.bundle += 1
        reason = NOT_READ.get(bundle_type)
        if reason:
            yield self._flaw(reason, "Bundle")
        for _ in text.items():
            entry = text.value()
            if not reason:
                yield from self._entry(entry)

    @staticmethod
    def _may_be_bundle(values: dict[str, Any]) -> bool:
        return bool(values.get("resourceType", "Bundle") == "Bundle")

    def _resources(self, value: Any) -> Iterator[Found | Flaw]:
        if isinstance(value, list):
            for item in value:
                yield from self._resources(item)
        elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
            yield from self._bundle(value)
        else:
            self.position += 1
            yield Found(self.position, 0, value)

    def _bundle(self, bundle: dict[str, Any]) -> Iterator[Found | Flaw]:
        self.bundle += 1
        entries = bundle.get("entry", [])
        if reason := NOT_READ.get(str(bundle.get("type"))):
            yield self._flaw(reason, "Bundle", bundle.get("id"))
        elif not isinstance(entries, list):
            yield self._flaw("must be a list", "Bundle", bundle.get("id"), "Bundle.entry")
        else:
            for entry in entries:
                yield from self._entry(entry)

    def _entry(self, entry: Any) -> Iterator[Found | Flaw]:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            yield self._flaw("has no resource", "Bundle", "", "Bundle.entry")
        elif resource.get("resourceType") == "Bundle":
            yield from self._bundle(resource)
        else:
            self.position += 1
            request = entry.get("request")
            condition = request.get("ifNoneExist") if isinstance(request, dict) else None
            yield Found(
                self.position, self.bundle, resource, _text(entry.get("fullUrl")), _text(condition)
            )

    def _flaw(
        self, reason: str, resource_type: str = "", resource_id: Any = "", path: str = ""
    ) -> Flaw:
        self.position += 1
        return Flaw(self.position, reason, resource_type, _text(resource_id), path)


class RestOfLine:
    """Ends where the present line does, so that a flaw in it leaves the next ones alone."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream, self._has_ended = stream, False

    def read(self, size: int) -> bytes:
        data = b"" if self._has_ended else self._stream.readline(size)
        self._has_ended = data.endswith(b"\n") or not data
        return data


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

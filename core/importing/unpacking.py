"""Streams out of compressed files, and how each kind is recognised: by its first bytes."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import zstandard

from core.importing.errors import ImportRefused
from core.importing.limits import MEGABYTE, Meter

DAMAGED = (
    lzma.LZMAError,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    zstandard.ZstdError,
    zipfile.BadZipFile,
)
SNIFFED_BYTES = 600
XZ_MEMORY = 96 * MEGABYTE
XZ_CHUNK = 256 * 1024
ZSTD_WINDOW = 2**27


class XzStream(io.RawIOBase):
    """Like lzma.LZMAFile, but a file cannot ask for any amount of memory."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream, self._packed = stream, b""
        self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._decoder.eof or self._begins_anew():
            if self._decoder.needs_input and not self._packed:
                self._packed = self._stream.read(XZ_CHUNK)
                if not self._packed:
                    raise EOFError("it ends before its last block")
            packed, self._packed = self._packed, b""
            if data := self._decoder.decompress(packed, len(buffer)):
                buffer[: len(data)] = data
                return len(data)
        return 0

    def _begins_anew(self) -> bool:
        """Whether another compressed stream follows; files may be joined, with zeros between."""
        rest = self._decoder.unused_data + self._stream.read(XZ_CHUNK)
        self._packed = rest.lstrip(b"\0")
        if self._packed:
            self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        return bool(self._packed)


def _zstd(stream: Any) -> Any:
    decoder = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
    return decoder.stream_reader(stream, read_across_frames=True)


OPENERS: dict[str, Callable[[Any], Any]] = {
    "xz": XzStream,
    "gz": lambda stream: gzip.GzipFile(fileobj=stream),
    "bz2": bz2.BZ2File,
    "zst": _zstd,
}
MAGIC = {
    b"\xfd7zXZ\0": "xz",
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}


def kind_of(stream: io.BufferedReader) -> str:
    """`xz`, `gz`, `bz2`, `zst`, `zip`, `tar`, `json`, `xml` or `other`; nothing is consumed."""
    head = stream.peek(SNIFFED_BYTES)
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    return _text_kind(head.removeprefix(b"\xef\xbb\xbf").lstrip())


def _text_kind(text: bytes) -> str:
    if text[:1] in (b"{", b"["):
        return "json"
    return "xml" if text[:1] == b"<" else "other"


def unpacked(stream: io.BufferedReader, kind: str, meter: Meter) -> io.BufferedReader:
    """The uncompressed stream, counted by the meter."""
    return metered(OPENERS[kind](stream), meter)


def metered(stream: Any, meter: Meter) -> io.BufferedReader:
    """A buffered stream that the meter counts; damage becomes a plain refusal."""
    return io.BufferedReader(Metered(stream, meter), MEGABYTE)


class Metered(io.RawIOBase):
    """A stream whose bytes the meter counts."""

    def __init__(self, stream: Any, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except DAMAGED as error:
            raise ImportRefused(f"{self._meter.name} is damaged or cut short: {error}.") from error
        buffer[: len(data)] = data
        self._meter.add(len(data))
        return len(data)

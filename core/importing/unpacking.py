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
# Of a bomb, each byte may say 32 kB: no more than this is unpacked at once.
ZSTD_CHUNK = 512


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


class ZstdStream(io.RawIOBase):
    """Like the library's stream reader, which takes a file that was cut short for a whole one."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream, self._packed, self._ready = stream, b"", memoryview(b"")
        self._begin()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and self._fill():
            self._ready = memoryview(self._decoder.decompress(self._packed))
            self._packed = self._decoder.unused_data
            if self._decoder.eof:
                self._begin()
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def _begin(self) -> None:
        """The next frame; there may be several."""
        self._decoder = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        self._is_within = False

    def _fill(self) -> bool:
        """Read on; False at the end. Raises EOFError where that is within a frame."""
        self._packed = self._packed or self._stream.read(ZSTD_CHUNK)
        if not self._packed and self._is_within:
            raise EOFError("it ends before its last block")
        self._is_within = bool(self._packed)
        return self._is_within


OPENERS: dict[str, Callable[[Any], Any]] = {
    "xz": XzStream,
    "gz": lambda stream: gzip.GzipFile(fileobj=stream),
    "bz2": bz2.BZ2File,
    "zst": ZstdStream,
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

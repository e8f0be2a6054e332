"""Asking the scanner; a small clamd stands in for the one outside."""

import io
import socketserver
import struct
import threading

import pytest

from core.files.kinds import Unfit
from core.files.scanning import Scan, scan
from core.files.tests import samples


class Clamd(socketserver.StreamRequestHandler):
    """Speaks INSTREAM and knows one virus."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.seen.append(len(content))
        found = b"Eicar-Signature FOUND" if b"EICAR" in content else self.server.otherwise
        self.wfile.write(b"stream: " + found + b"\0")


@pytest.fixture
def clamd(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        server.seen, server.otherwise = [], b"OK"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD = f"127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def test_clean_file_is_scanned_whole(clamd):
    assert scan(io.BytesIO(b"x" * 300_000)) is Scan.CLEAN
    assert clamd.seen == [300_000]


def test_known_virus_is_refused_by_name(clamd):
    with pytest.raises(Unfit, match="Eicar-Signature"):
        scan(io.BytesIO(samples.EICAR))


def test_without_a_scanner_it_is_said(settings):
    settings.CLAMD = ""

    assert scan(io.BytesIO(samples.EICAR)) is Scan.NOT_SCANNED


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock"])
def test_scanner_that_is_down_stops_nobody(settings, address, caplog):
    settings.CLAMD = address

    assert scan(io.BytesIO(b"x")) is Scan.NOT_SCANNED
    assert "does not answer" in caplog.text


def test_scanner_that_cannot_tell_has_not_scanned(clamd):
    clamd.otherwise = b"INSTREAM size limit exceeded. ERROR"

    assert scan(io.BytesIO(b"x")) is Scan.NOT_SCANNED

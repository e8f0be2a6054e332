"""Asking clamd, where there is one, whether a file is known to be bad.

A scanner that does not answer stops nobody's work: every file is written anew or taken apart in
the cage anyway. That it was not scanned is said wherever the file is shown.
"""

import logging
import socket
import struct
from enum import StrEnum
from typing import IO

from django.conf import settings

from core.files.kinds import Unfit

logger = logging.getLogger(__name__)

CHUNK = 128 * 1024
SECONDS = 15
LONGEST_ANSWER = 4096


class Infected(Unfit):
    """The scanner knows it for something bad."""


class Scan(StrEnum):
    CLEAN = "clean"
    NOT_SCANNED = "not_scanned"


def scan(file: IO[bytes]) -> Scan:
    """What the scanner says of the whole file. Raises Unfit for one that is known to be bad."""
    if not settings.CLAMD:
        return Scan.NOT_SCANNED
    try:
        answer = _ask(settings.CLAMD, file)
    except OSError as error:
        logger.error("The scanner at %s does not answer: %s", settings.CLAMD, error)
        return Scan.NOT_SCANNED
    return _read(answer)


def _read(answer: str) -> Scan:
    """`stream: OK`, `stream: Eicar-Signature FOUND`, or what was wrong."""
    said = answer.partition(":")[2].strip()
    if said == "OK":
        return Scan.CLEAN
    if said.endswith(" FOUND"):
        name = said.removesuffix(" FOUND")[:80]
        raise Infected(f"The virus scanner found “{name}” in this file. It was not kept.")
    logger.error("The scanner answers: %s", answer[:200])
    return Scan.NOT_SCANNED


def _ask(address: str, file: IO[bytes]) -> str:
    file.seek(0)
    with _connected(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        return _answer(connection)


def _answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        if not (more := connection.recv(LONGEST_ANSWER)):
            break
        answer += more
    return answer.rstrip(b"\0").decode("utf-8", errors="replace")


def _connected(address: str) -> socket.socket:
    """`/run/clamd.sock` or `host:port`."""
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)

"""No more of a request is taken in than the clinic would ever read.

The page server takes a body in whole before anybody can refuse it, so it is asked here: what says
beforehand that it is too long is answered at once, what turns out to be is cut off.
"""

from typing import Any

from daphne.http_protocol import WebRequest

from core.shell.headers import as_lines

SENTENCE = b"This is larger than the clinic takes. Nothing was kept."
ANSWER = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    b"%sContent-Length: %d\r\n\r\n%s" % (as_lines(), len(SENTENCE), SENTENCE)
)


def capped(most_bytes: int) -> type[Any]:
    """Daphne's request, that refuses what is longer."""

    class CappedRequest(WebRequest):
        received = 0

        def gotLength(self, length: int | None) -> None:
            super().gotLength(min(length or 0, most_bytes) if length else length)
            if length and length > most_bytes:
                self.refuse()

        def handleContentChunk(self, data: bytes) -> None:
            self.received += len(data)
            if self.received <= most_bytes:
                super().handleContentChunk(data)
            else:
                self.refuse()

        def refuse(self) -> None:
            transport = self.channel.transport
            if transport is not None and not transport.disconnecting:
                transport.write(ANSWER)
                transport.loseConnection()

    return CappedRequest

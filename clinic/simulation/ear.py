"""A person's socket: hears that something has changed, as an open page does."""

import json
import threading
import time
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

AGAIN_SECONDS = 1.0


class Ear:
    """Listens to topics in a thread of its own; `wait` returns at the next news, or after a while."""

    def __init__(self, url: str, cookie: str, topics: tuple[str, ...]) -> None:
        self.url, self.cookie, self.topics = url, cookie, topics
        self.frames = 0
        self._news, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether there was news since the last call, waiting at most so long for it."""
        heard = self._news.wait(seconds)
        self._news.clear()
        return heard

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(AGAIN_SECONDS * 3)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._hear()
            except (OSError, ConnectionClosed):
                time.sleep(AGAIN_SECONDS)

    def _hear(self) -> None:
        address = self.url.replace("http", "ws", 1) + "/ws/live/"
        headers = {"Cookie": self.cookie, "Origin": self.url}
        with connect(address, additional_headers=headers, proxy=None) as socket:
            socket.send(json.dumps({"subscribe": dict.fromkeys(self.topics)}))
            while not self._stopping.is_set():
                self._take(socket)

    def _take(self, socket: ClientConnection) -> None:
        try:
            frame: dict[str, Any] = json.loads(socket.recv(timeout=AGAIN_SECONDS))
        except TimeoutError:
            return
        if "seq" in frame or "reload" in frame:
            self.frames += 1
            self._news.set()

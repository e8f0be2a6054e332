"""Real servers for a measurement, as durable as a clinic's: `with own_servers(): ...`."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded import servers


@contextmanager
def own_servers() -> Iterator[None]:
    """Started in a fresh home for processes begun inside; where a URL is given, that one serves."""
    # Ended from outside, it still ends its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = servers.wanted()
    with tempfile.TemporaryDirectory(prefix="seth-clinic-bench-") as folder:
        home = Path(folder)
        os.environ["CLINIC_HOME"] = folder
        os.environ.update(servers.start(home, wanted).urls)
        try:
            yield
        finally:
            servers.stop(home, wanted)

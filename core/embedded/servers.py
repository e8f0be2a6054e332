"""The embedded servers of one clinic."""

import json
from pathlib import Path


def connection_urls(home: Path) -> dict[str, str]:
    """URLs of the servers started in this home, by the names of their variables; {} before that."""
    file = home / "servers.json"
    return json.loads(file.read_text()) if file.exists() else {}

"""Where this clinic keeps its data and secrets: `$CLINIC_HOME`, by default `var/`."""

import os
import secrets
from pathlib import Path


def clinic_home() -> Path:
    """The folder of this clinic, made on first use and readable by its owner only."""
    given = os.environ.get("CLINIC_HOME")
    folder = Path(given) if given else Path(__file__).resolve().parent.parent.parent / "var"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def secret(name: str) -> str:
    """A secret of this clinic, made once and kept in a file only its owner can read."""
    file = clinic_home() / "secrets" / name
    file.parent.mkdir(mode=0o700, exist_ok=True)
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(48))
    return file.read_text()

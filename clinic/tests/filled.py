"""The demo clinic with its first patients, made once for all test processes of a run.

Each takes a copy of the database; files and keys are shared, since nobody changes one that is there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from core.embedded import up
from core.testing import databases

FACTS = "facts.json"


def folder() -> Path:
    """Where its files lie."""
    return Path(os.environ["CLINIC_HOME"]) / "filled"


def documents() -> Path:
    """The bytes of its patients' documents."""
    return folder() / "documents"


def clone(name: str) -> None:
    """A PostgreSQL database of that name with all of it; MongoDB has yet to hear of it."""
    databases.clone_filled(name, "demo", _fill)


def facts() -> dict[str, Any]:
    """What its making told, by step."""
    told: dict[str, Any] = json.loads((folder() / FACTS).read_text())
    return told


def environment(home: Path, name: str) -> dict[str, str]:
    """What points a program at a home and at that database."""
    roles = settings.DATABASE_ROLE_URLS
    return {
        "CLINIC_HOME": str(home),
        "KEYS_FOLDER": str(settings.KEYS_FOLDER),
        "FILES_FOLDER": str(documents()),
        "DATABASE_URL": databases.renamed(roles["app"], name),
        "DATABASE_OWNER_URL": databases.renamed(roles["owner"], name),
        "DATABASE_RELAY_URL": databases.renamed(roles["relay"], name),
        "CLINIC_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "PYTHONPATH": str(up.PROJECT),
    }


def _fill(name: str) -> None:
    command = [sys.executable, "-m", "clinic.tests.small_demo", str(folder() / FACTS)]
    folder().mkdir(exist_ok=True)
    env = {**os.environ, **environment(folder(), name)}
    subprocess.run(command, env=env, check=True, capture_output=True)

"""A small demo clinic: five patients first, sixteen more after them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from clinic.demo import patients, steps
from clinic.demo.progress import Lines
from clinic.tests import filled, short
from core.testing import databases

# Argon2 takes its time on purpose.
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def prepare(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """The committed first patients only, and ICD-10-CM as loaded already: that takes seconds."""
    short.patients_into(folder)
    patch.setattr(patients, "DATA", folder)
    patch.setattr(settings, "CLINIC_HOME", folder)
    patch.setattr(settings, "FILES_FOLDER", folder / "documents")
    patch.setattr(settings, "PASSWORD_HASHERS", QUICK)
    short.codes_as_loaded()


def make() -> dict[str, Any]:
    return steps.make_demo(Lines(lambda line: None))


@pytest.fixture
def small_demo(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is ready for making it."""
    prepare(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def demo(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[str]:
    """The database in which it is made already, this process's own."""
    name = f"demo_{getattr(request.config, 'workerinput', {}).get('workerid', 'main')}"
    filled.clone(name)
    yield name
    databases.drop_named(name)


@pytest.fixture(scope="module")
def made(demo: str, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """It is made, for all tests of the module; what each of them changes is undone."""
    with django_db_blocker.unblock(), databases.using(demo), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "FILES_FOLDER", filled.documents())
        with transaction.atomic():
            yield filled.facts()
            transaction.set_rollback(True)

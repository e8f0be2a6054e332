"""What makes the demo clinic small enough for a test."""

import lzma
from importlib import metadata
from pathlib import Path

from clinic.demo import patients
from clinic.models import LoadedReference
from clinic.reference import diagnoses

FIRST_LINES = 6


def patients_into(folder: Path) -> None:
    """The committed first patients only."""
    with lzma.open(patients.DATA / f"{patients.FIRST}.xz") as file:
        lines = file.readlines()
    for name, part in ((patients.FIRST, lines[:FIRST_LINES]), (patients.REST, lines[FIRST_LINES:])):
        with lzma.open(folder / f"{name}.xz", "wb", preset=0) as copy:
            copy.writelines(part)


def codes_as_loaded() -> None:
    """All of ICD-10-CM takes seconds to load."""
    known = {"table": diagnoses.TABLE, "key": diagnoses.PACKAGE}
    version = metadata.version(diagnoses.PACKAGE)
    LoadedReference.objects.get_or_create(**known, defaults={"digest": version})

"""`python -m clinic.tests.browser.small_demo`: the demo clinic with its first patients only."""

import lzma
import sys
import tempfile
from pathlib import Path

import django

django.setup()

from clinic.demo import patients, steps  # noqa: E402  (models need the settings)
from clinic.demo.progress import Lines  # noqa: E402
from clinic.models import LoadedReference  # noqa: E402
from clinic.reference import diagnoses  # noqa: E402

FIRST_LINES = 6


def shorten(folder: Path) -> None:
    """The committed first patients only, and ICD-10-CM as loaded already: that takes seconds."""
    with lzma.open(patients.DATA / f"{patients.FIRST}.xz") as file:
        lines = file.readlines()
    for name, part in ((patients.FIRST, lines[:FIRST_LINES]), (patients.REST, lines[FIRST_LINES:])):
        with lzma.open(folder / f"{name}.xz", "wb", preset=0) as copy:
            copy.writelines(part)
    patients.DATA = folder
    version = diagnoses.metadata.version(diagnoses.PACKAGE)
    known = {"table": diagnoses.TABLE, "key": diagnoses.PACKAGE}
    LoadedReference.objects.get_or_create(**known, defaults={"digest": version})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as short:
        shorten(Path(short))
        steps.make_demo(Lines(sys.stdout.write))

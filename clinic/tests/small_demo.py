"""`python -m clinic.tests.small_demo FACTS`: the demo clinic with its first patients only.

What the making tells is written to that file.
"""

import json
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
from patients.models import DiagnosisCode  # noqa: E402

FIRST_LINES = 6
# A few of ICD-10-CM: all of them take seconds to load.
CODES = {
    "I10": "Essential (primary) hypertension",
    "J06.9": "Acute upper respiratory infection, unspecified",
    "M54.50": "Low back pain, unspecified",
    "N39.0": "Urinary tract infection, site not specified",
    "R05.9": "Cough, unspecified",
    "R51.9": "Headache, unspecified",
}


def shorten(folder: Path) -> None:
    """The committed first patients only, and a few diagnosis codes."""
    with lzma.open(patients.DATA / f"{patients.FIRST}.xz") as file:
        lines = file.readlines()
    for name, part in ((patients.FIRST, lines[:FIRST_LINES]), (patients.REST, lines[FIRST_LINES:])):
        with lzma.open(folder / f"{name}.xz", "wb", preset=0) as copy:
            copy.writelines(part)
    patients.DATA = folder
    for code, title in CODES.items():
        DiagnosisCode.objects.get_or_create(code=code, title=title, billable=True)
    version = diagnoses.metadata.version(diagnoses.PACKAGE)
    known = {"table": diagnoses.TABLE, "key": diagnoses.PACKAGE}
    LoadedReference.objects.get_or_create(**known, defaults={"digest": version})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as short:
        shorten(Path(short))
        facts = steps.make_demo(Lines(sys.stdout.write))
    Path(sys.argv[1]).write_text(json.dumps(facts, default=str))

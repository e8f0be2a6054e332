"""`python -m clinic.tests.small_demo FACTS`: the demo clinic with its first patients only.

What the making tells is written to that file.
"""

import json
import sys
import tempfile
from pathlib import Path

import django

django.setup()

from clinic.demo import patients, steps  # noqa: E402  (models need the settings)
from clinic.demo.progress import Lines  # noqa: E402
from clinic.tests import short  # noqa: E402
from patients.models import DiagnosisCode  # noqa: E402

# A few of ICD-10-CM.
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
    short.patients_into(folder)
    patients.DATA = folder
    for code, title in CODES.items():
        DiagnosisCode.objects.get_or_create(code=code, title=title, billable=True)
    short.codes_as_loaded()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        shorten(Path(folder))
        facts = steps.make_demo(Lines(sys.stdout.write))
    Path(sys.argv[1]).write_text(json.dumps(facts, default=str))

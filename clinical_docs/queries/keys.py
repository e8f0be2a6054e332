"""How the values of a laboratory result are called in documents."""

import re

from patients.models import LabTest

COMMENT = "comment"


def key_of(test: LabTest) -> str:
    """`White blood cells` is white_blood_cells."""
    return re.sub(r"[^a-z0-9]+", "_", test.name.lower()).strip("_") or "result"

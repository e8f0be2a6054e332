"""How values and units are written; what kinds of documents there are."""

from typing import Any

from django.db import models

LONGEST_NOTE = 20_000
SECTIONS = {
    "complaint": "Complaint",
    "history": "History",
    "examination": "Examination",
    "assessment": "Assessment",
    "plan": "Plan",
}
"""The parts of a note of a visit, in the order they are read."""
DIGITS = 4


class Category(models.TextChoices):
    """What a document is for."""

    REFERRAL = "referral", "Referral"
    CONSENT = "consent", "Consent"
    IDENTITY = "identity", "Identity"
    LABORATORY = "laboratory", "Laboratory from outside"
    IMAGING = "imaging", "Imaging"
    PHOTO = "photo", "Photo"
    LETTER = "letter", "Letter"
    OTHER = "other", "Other"


ADMINISTRATIVE = frozenset({Category.REFERRAL, Category.CONSENT, Category.IDENTITY})
"""What the reception takes in and looks up; all others are clinical."""

# UCUM's names as they are written on paper.
UNITS = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "[pH]": "",
    "[IU]/L": "IU/L",
    "[IU]/mL": "IU/mL",
    "m[IU]/L": "mIU/L",
    "m[IU]/mL": "mIU/mL",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "ug/dL": "µg/dL",
    "ug/mL": "µg/mL",
    "10*3/uL": "10³/µL",
    "10*6/uL": "10⁶/µL",
    "10*9/L": "10⁹/L",
    "10*12/L": "10¹²/L",
    "/uL": "/µL",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "kg/m2": "kg/m²",
    "1": "",
}


def unit_on_paper(ucum: str) -> str:
    """`mm[Hg]` is written mmHg; annotations in braces are left out."""
    if ucum in UNITS:
        return UNITS[ucum]
    return "" if ucum.startswith("{") and ucum.endswith("}") else ucum.partition("{")[0]


def rounded(value: Any) -> str:
    """A number without decimals nobody measured (89.1267252881621); anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    text = f"{value:.{DIGITS}g}"
    return f"{value:.0f}" if "e" in text else text


def short_name(name: str) -> str:
    """`Glucose [Mass/volume] in Serum or Plasma`, LOINC's long name, is read as Glucose."""
    return name.partition(" [")[0]

"""The patient as papers name one."""

from typing import Any

from core.shell import words
from patients.models import Patient


def on_paper(patient: Patient) -> dict[str, Any]:
    """The line that core.paper puts on every page of a paper about the patient."""
    born = f"{words.clinic_date(patient.birth_date)} ({words.age_in_short(patient.birth_date)})"
    facts = [
        ["born", born if patient.birth_date else words.NOT_KNOWN],
        ["", str(patient.get_sex_display())],
        ["MRN", words.mrn(patient.mrn)],
    ]
    return {"name": words.person_name(patient.family_name, patient.given_names), "facts": facts}

"""Patients for tests, in few words."""

from datetime import date
from typing import Any

from patients.models import Patient


def patient(name: str = "Okoro, Grace", **fields: Any) -> Patient:
    """`patient("Okoro, Grace", born="1988-03-02")`."""
    family, _, given = name.partition(", ")
    if born := fields.pop("born", None):
        fields["birth_date"] = date.fromisoformat(born)
    fields = {"family_name": family, "given_names": given, "sex": "female", **fields}
    made = Patient.objects.create(**fields)
    made.refresh_from_db()
    return made

"""Recording vital signs."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clinical_docs.choices import SIGNS, Sign
from clinical_docs.documents import ClinicalData
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError


class NothingMeasured(ClinicError):
    """At least one value is needed; each must be one that can be measured."""


def record(
    patient_id: UUID,
    *,
    values: dict[str, Decimal],
    visit_id: UUID | None = None,
    is_adult: bool,
    by: User,
) -> ClinicalData:
    """Store what was measured as one document, flagged by an adult's ranges if `is_adult`.

    `values` by the names of SIGNS in their units. Raises NothingMeasured or NotAllowed.
    """
    require(by, "vitals.record")
    if not values:
        raise NothingMeasured("Enter at least one value.")
    for name, value in values.items():
        sign = SIGNS[name]
        if not sign.least <= value <= sign.most:
            raise NothingMeasured(f"{sign.name} must be between {sign.least} and {sign.most}.")
    vitals = ClinicalData(
        patient_id=str(patient_id),
        visit_id=str(visit_id) if visit_id else None,
        data_type="vital_signs",
        data=panel(values, is_adult=is_adult),
        created_by=str(by.pk),
    )
    with acting(user_id=by.pk), transaction.atomic():
        vitals.save()
    return vitals


def panel(values: dict[str, Decimal], *, is_adult: bool) -> dict[str, object]:
    """The values in the shape every result has."""
    signs = {name: SIGNS[name] for name in values}
    flags = {name: flag(signs[name], value) for name, value in values.items()} if is_adult else {}
    return {
        "test_name": "Vital signs",
        "results": {name: _number(value) for name, value in values.items()},
        "units": {name: sign.unit for name, sign in signs.items()},
        "names": {name: sign.name for name, sign in signs.items()},
        "codes": {name: sign.code for name, sign in signs.items()},
        "reference_ranges": {n: _range(s) for n, s in signs.items() if is_adult and _range(s)},
        "flags": {name: letter for name, letter in flags.items() if letter},
    }


def flag(sign: Sign, value: Decimal) -> str:
    """H above the range, L below it."""
    if sign.high is not None and value > sign.high:
        return "H"
    return "L" if sign.low is not None and value < sign.low else ""


def _range(sign: Sign) -> dict[str, float]:
    ends = {"min": sign.low, "max": sign.high}
    return {name: float(end) for name, end in ends.items() if end is not None}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)

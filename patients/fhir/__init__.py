"""What an import brings to the patients' tables."""

from patients.fhir import history, laboratory, people, prescriptions, visits

HANDLERS = {
    **people.HANDLERS,
    **visits.HANDLERS,
    **history.HANDLERS,
    **prescriptions.HANDLERS,
    **laboratory.HANDLERS,
}

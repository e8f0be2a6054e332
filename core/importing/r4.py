"""What tells FHIR R4 from the other versions: declarations, resource types, shapes of fields."""

from typing import Any

from core.importing import r4_types
from core.importing.errors import OtherVersion

R4_VERSIONS = ("4.0", "4.1", "4.3", "4")
TYPES = frozenset(r4_types.R4.split())
OTHER_TYPES = {
    **dict.fromkeys(r4_types.ONLY_DSTU2.split(), "DSTU2"),
    **dict.fromkeys(r4_types.ONLY_STU3.split(), "STU3"),
    **dict.fromkeys(r4_types.ONLY_R5.split(), "R5"),
}
# Fields that only another version has, and fields whose shape differs there.
OTHER_FIELDS: dict[str, dict[str, str]] = {
    "Patient": {"careProvider": "DSTU2", "animal": "STU3"},
    "Encounter": {"patient": "DSTU2", "actualPeriod": "R5", "plannedStartDate": "R5"},
    "Condition": {"dateRecorded": "DSTU2", "patient": "DSTU2", "assertedDate": "STU3"},
    "Observation": {"comments": "DSTU2", "related": "STU3", "comment": "STU3", "triggeredBy": "R5"},
    "MedicationRequest": {"medication": "R5", "definition": "STU3", "effectiveDosePeriod": "R5"},
    "AllergyIntolerance": {"substance": "DSTU2", "assertedDate": "STU3", "participant": "R5"},
    "Immunization": {"wasNotGiven": "DSTU2", "notGiven": "STU3", "vaccinationProtocol": "STU3"},
    "DiagnosticReport": {"codedDiagnosis": "STU3", "supportingInfo": "R5"},
    "DocumentReference": {"indexed": "STU3", "class": "STU3", "attester": "R5"},
    "Procedure": {"notPerformed": "DSTU2", "notDone": "STU3", "occurrenceDateTime": "R5"},
    "Claim": {"employmentImpacted": "STU3", "hospitalization": "STU3"},
    "Composition": {"useContext": "R5"},
}
SHAPES: dict[str, dict[str, dict[type, str]]] = {
    "Encounter": {"class": {str: "DSTU2", list: "R5"}},
    "Condition": {"clinicalStatus": {str: "STU3"}, "verificationStatus": {str: "STU3"}},
    "AllergyIntolerance": {"clinicalStatus": {str: "STU3"}, "verificationStatus": {str: "STU3"}},
    "DocumentReference": {"context": {list: "R5"}},
    "Composition": {"identifier": {list: "R5"}, "subject": {list: "R5"}},
}


def refuse_other_version(resource: dict[str, Any], where: str) -> None:
    """Raises OtherVersion when the resource shows that the file is not FHIR R4."""
    resource_type = str(resource.get("resourceType"))
    if version := OTHER_TYPES.get(resource_type):
        raise OtherVersion(where, version, f"it has the type {resource_type}")
    _refuse_declared(resource, where)
    for name, version in OTHER_FIELDS.get(resource_type, {}).items():
        if name in resource:
            raise OtherVersion(where, version, f"{resource_type} has the field {name}")
    for name, versions in SHAPES.get(resource_type, {}).items():
        if version := versions.get(type(resource.get(name))):
            raise OtherVersion(where, version, f"{resource_type}.{name} has another shape")


def _refuse_declared(resource: dict[str, Any], where: str) -> None:
    """A server's statement and a bulk export's manifest name their version."""
    if resource.get("resourceType", "CapabilityStatement") == "CapabilityStatement":
        declared = resource.get("fhirVersion")
    else:
        meta = resource.get("meta")
        declared = meta.get("fhirVersion") if isinstance(meta, dict) else None
    if isinstance(declared, str) and not declared.startswith(R4_VERSIONS):
        raise OtherVersion(where, declared, "it says so in fhirVersion")

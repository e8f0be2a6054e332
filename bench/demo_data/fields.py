"""What is kept of each resource: the fields a clinic reads, without codes we may not pass on."""

from collections.abc import Callable
from typing import Any

from bench.demo_data.charts import Resource

KEPT = {
    "AllergyIntolerance": "clinicalStatus verificationStatus type category criticality code patient"
    " reaction recordedDate encounter",
    "Composition": "status type subject date author title encounter section",
    "Condition": "clinicalStatus verificationStatus category code subject encounter onsetDateTime"
    " abatementDateTime recordedDate",
    "Coverage": "status subscriberId beneficiary payor relationship type period",
    "DiagnosticReport": "status category code subject encounter basedOn specimen result conclusion"
    " effectiveDateTime issued performer",
    "DocumentReference": "status docStatus type category subject date content description author"
    " context",
    "Encounter": "status class subject type period reasonCode participant diagnosis appointment",
    "FamilyMemberHistory": "status patient relationship condition deceasedBoolean",
    "ImagingStudy": "status subject encounter numberOfSeries numberOfInstances modality series"
    " started description",
    "Immunization": "status statusReason vaccineCode patient occurrenceDateTime encounter lotNumber"
    " performer primarySource",
    "MedicationRequest": "status intent medicationReference subject authoredOn"
    " encounter requester dispenseRequest dosageInstruction",
    "Observation": "status category code subject effectiveDateTime issued valueQuantity valueString"
    " valueCodeableConcept valueInteger component referenceRange interpretation encounter performer"
    " basedOn specimen",
    "Patient": "identifier active name gender birthDate deceasedDateTime address telecom"
    " maritalStatus communication contact",
    "Procedure": "status code subject encounter performedDateTime performer reasonCode",
    "ServiceRequest": "status intent category priority code subject encounter authoredOn requester"
    " reasonCode",
    "Specimen": "identifier subject type status collection request",
}
NOT_PASSED_ON = ("http://www.ama-assn.org/go/cpt", "urn:oid:1.2.392.200119.4.401")
SNOMED = "http://snomed.info/sct"
SNOMED_KEPT_IN = {"AllergyIntolerance"}
DROPPED_ANYWHERE = {"bodySite", "extension", "meta", "hash", "format"}


def trimmed(row: Resource) -> Resource:
    """The resource with its useful fields only, and every coding one that may be passed on."""
    kind = row["resourceType"]
    names = ["resourceType", "id", *KEPT[kind].split()]
    kept = {name: row[name] for name in names if name in row}
    return clean(kept, lambda coding: may_pass(coding, kind))  # type: ignore[no-any-return]


def may_pass(coding: Resource, kind: str) -> bool:
    system = coding.get("system")
    if system in NOT_PASSED_ON:
        return False
    return system != SNOMED or kind in SNOMED_KEPT_IN


def clean(value: Any, allowed: Callable[[Resource], bool]) -> Any:
    """The value without refused codings; a concept that loses all of them keeps its words."""
    if isinstance(value, list):
        return [clean(inner, allowed) for inner in value]
    if not isinstance(value, dict):
        return value
    if "coding" in value:
        value = worded(value, allowed)
    return {
        name: clean(inner, allowed) for name, inner in value.items() if name not in DROPPED_ANYWHERE
    }


def worded(concept: Resource, allowed: Callable[[Resource], bool]) -> Resource:
    codings = [coding for coding in concept["coding"] if allowed(coding)]
    if codings:
        return concept | {"coding": codings}
    displays = (coding["display"] for coding in concept["coding"] if "display" in coding)
    return {"text": concept.get("text") or next(displays, "")}

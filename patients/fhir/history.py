"""Condition, AllergyIntolerance and Immunization become problems, allergies and immunisations."""

from collections.abc import Sequence
from typing import Any

from core.capture.names import entity_type
from core.importing.incoming import Incoming, Row, Taken
from core.importing.node import Node
from core.importing.registry import Handler
from patients.models import Allergy, Immunisation, Patient, Problem

CVX = "http://hl7.org/fhir/sid/cvx"
NO_ALLERGY = {"716186003"}
NO_ALLERGY_OF_A_KIND = {"409137002", "428607008", "429625007", "1003774007"}
PROBLEM_STATES = {
    "active": Problem.State.ACTIVE,
    "recurrence": Problem.State.ACTIVE,
    "relapse": Problem.State.ACTIVE,
    "inactive": Problem.State.INACTIVE,
    "remission": Problem.State.INACTIVE,
    "resolved": Problem.State.RESOLVED,
}
DENIED = ("refuted", "entered-in-error")
VERIFICATIONS = set(Allergy.Verification.values)
CRITICALITIES = frozenset(Allergy.Criticality.values)
VACCINATION_STATES = frozenset(Immunisation.State.values)
PATIENT_LINK = {"patient": ["Patient"], "encounter": ["Encounter"]}


def take_condition(incoming: Incoming) -> Taken:
    """A problem; one that was refuted or a mistake is no longer active."""
    node = incoming.node
    code = node.concept("code")
    values = {
        "id": incoming.id,
        "patient_id": incoming.require("subject", "Patient"),
        "visit_id": incoming.find_at(node, "encounter", "Encounter"),
        "code": code.code[:60],
        "code_system": code.system[:200],
        "title": (code.text or "Not named")[:500],
        "state": _problem_state(node).value,
        "onset_on": node.day("onsetDateTime") or node.child("onsetPeriod").day("start"),
        "resolved_on": node.day("abatementDateTime") or node.child("abatementPeriod").day("end"),
        "recorded_at": node.moment("recordedDate"),
        "metadata": node.rest("subject", "recordedDate", concepts=["code"]),
    }
    return Taken(incoming, (entity_type(Problem), incoming.id), [Row(Problem, values)])


def _problem_state(node: Node) -> Problem.State:
    if node.concept("verificationStatus").code in DENIED:
        return Problem.State.INACTIVE
    has_ended = any(name.startswith("abatement") for name in node.value)
    usual = Problem.State.RESOLVED if has_ended else Problem.State.ACTIVE
    return PROBLEM_STATES.get(node.concept("clinicalStatus").code, usual)


def take_allergy(incoming: Incoming) -> Taken | None:
    """An allergy. "No known allergy" becomes no row but what is known of the patient.

    "No known food allergy" is neither and left to whoever keeps documents.
    """
    node = incoming.node
    patient = incoming.require("patient", "Patient")
    codes = {coding.text("code") for coding in node.child("code").children("coding")}
    if codes & NO_ALLERGY_OF_A_KIND:
        return None
    if codes & NO_ALLERGY:
        note = None if _is_denied(node) else (patient, Patient.AllergyStatus.NONE_KNOWN)
        return Taken(incoming, (entity_type(Patient), patient), body=node.value, note=note)
    note = None if _is_denied(node) else (patient, Patient.AllergyStatus.RECORDED)
    row = Row(Allergy, {"id": incoming.id, "patient_id": patient, **_allergy(node)})
    return Taken(incoming, (entity_type(Allergy), incoming.id), [row], note=note)


def _is_denied(node: Node) -> bool:
    return node.concept("verificationStatus").code in DENIED


def _allergy(node: Node) -> dict[str, Any]:
    code = node.concept("code")
    reactions = node.children("reaction")
    substance = code.text or next(
        (each.concept("substance").text for each in reactions if "substance" in each), ""
    )
    signs = [sign.text for each in reactions for sign in each.concepts("manifestation")]
    verification = node.concept("verificationStatus").code
    clinical = node.concept("clinicalStatus").code
    return {
        "substance": (substance or "Not named")[:300],
        "code": code.code[:60],
        "code_system": code.system[:200],
        "reaction": ", ".join(dict.fromkeys(filter(None, signs)))[:300],
        "criticality": node.text("criticality", among=CRITICALITIES)
        or Allergy.Criticality.UNKNOWN.value,
        "verification": verification if verification in VERIFICATIONS else "unconfirmed",
        "active": clinical in ("", "active") and not _is_denied(node),
        "recorded_at": node.moment("recordedDate") or node.moment("onsetDateTime"),
        "metadata": node.rest("patient", "criticality", "recordedDate", concepts=["code"]),
    }


def tell_patients(batch: Sequence[Taken]) -> None:
    """Whether allergies were asked and found; a recorded one outweighs "none known"."""
    recorded = {note[0] for taken in batch if (note := taken.note) and note[1] == "recorded"}
    none = {taken.note[0] for taken in batch if taken.note} - recorded
    status = Patient.AllergyStatus
    Patient.objects.filter(pk__in=recorded).exclude(allergy_status=status.RECORDED).update(
        allergy_status=status.RECORDED
    )
    Patient.objects.filter(pk__in=none, allergy_status=status.NOT_ASKED).update(
        allergy_status=status.NONE_KNOWN
    )


def take_immunization(incoming: Incoming) -> Taken:
    """A vaccine that was given, or not and why (`metadata.statusReason`)."""
    node = incoming.node
    vaccine = node.concept("vaccineCode")
    cvx = node.concept("vaccineCode", CVX)
    values = {
        "id": incoming.id,
        "patient_id": incoming.require("patient", "Patient"),
        "visit_id": incoming.find_at(node, "encounter", "Encounter"),
        "vaccine": (vaccine.text or "Not named")[:300],
        "cvx_code": cvx.code[:20] if cvx.system == CVX else "",
        "lot_number": node.text("lotNumber")[:60],
        "state": node.text("status", among=VACCINATION_STATES) or "completed",
        "given_at": node.moment("occurrenceDateTime"),
        "metadata": node.rest("patient", "lotNumber", "status", concepts=["vaccineCode"]),
    }
    return Taken(incoming, (entity_type(Immunisation), incoming.id), [Row(Immunisation, values)])


HANDLERS = {
    "Condition": Handler(
        take_condition, links={"subject": ["Patient"], "encounter": ["Encounter"]}
    ),
    "AllergyIntolerance": Handler(take_allergy, links=PATIENT_LINK, finish=tell_patients),
    "Immunization": Handler(take_immunization, links=PATIENT_LINK),
}

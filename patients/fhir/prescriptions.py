"""MedicationRequest becomes a prescription of one line."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.capture.names import entity_type
from core.importing.incoming import Incoming, Row, Taken
from core.importing.node import Concept, Node
from core.importing.practitioners import PRACTITIONERS
from core.importing.quantities import amount, number_text, span, unit
from core.importing.registry import Handler
from patients.models import Prescription, PrescriptionItem

State = Prescription.State
STATES = {
    "active": State.SIGNED,
    "on-hold": State.SIGNED,
    "unknown": State.EXPIRED,
    "completed": State.DISPENSED,
    "stopped": State.CANCELLED,
    "cancelled": State.CANCELLED,
    "entered-in-error": State.CANCELLED,
    "draft": State.DRAFT,
}
STATUSES = frozenset(STATES)
PERIODS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month"}
DAYS = {"h": 1 / 24, "d": 1, "wk": 7, "mo": 30, "a": 365}
MOST = Decimal("9999999999.99")


def take_medication_request(incoming: Incoming) -> Taken:
    """A prescription and its line. What was to be supplied until a day gone by has expired."""
    node = incoming.node
    patient = incoming.require("subject", "Patient")
    visit = incoming.find_at(node, "encounter", "Encounter")
    written = node.moment("authoredOn") or node.child("meta").moment("lastUpdated")
    if written is None:
        raise node.unfit("authoredOn", "is missing")
    prescription = {
        "id": incoming.id,
        "patient_id": patient,
        "visit_id": visit,
        "prescriber_id": incoming.find_at(node, "requester", *PRACTITIONERS),
        "state": _state(node, written).value,
        "written_at": written,
        "signed_at": written if node.text("status") != "draft" else None,
        "metadata": node.rest(
            "subject",
            "authoredOn",
            "dosageInstruction",
            "dispenseRequest",
            "medicationCodeableConcept",
        ),
    }
    rows = [Row(Prescription, prescription), _line(incoming, patient)]
    return Taken(incoming, (entity_type(Prescription), incoming.id), rows)


def _state(node: Node, written: datetime) -> Prescription.State:
    status = node.text("status", among=STATUSES)
    state = STATES.get(status, State.EXPIRED)
    until = _supplied_until(node, written)
    is_over = until is not None and until < datetime.now(UTC)
    return State.EXPIRED if state == State.SIGNED and is_over else state


def _supplied_until(node: Node, written: datetime) -> datetime | None:
    supply = node.child("dispenseRequest")
    if end := supply.child("validityPeriod").moment("end"):
        return end
    days = _days(supply.child("expectedSupplyDuration"))
    times = 1 + int(supply.number("numberOfRepeatsAllowed") or 0)
    return written + timedelta(days=min(days * times, 36_500)) if days else None


def _days(duration: Node) -> int:
    value = duration.number("value") or 0
    unit = duration.text("code") or duration.text("unit")
    return round(value * DAYS.get(unit, 0))


def _line(incoming: Incoming, patient: str) -> Row:
    node = incoming.node
    dosage = node.first("dosageInstruction")
    supply = node.child("dispenseRequest")
    drug, item = _drug(incoming)
    days = _days(supply.child("expectedSupplyDuration"))
    values = {
        "id": incoming.part_id("line"),
        "prescription_id": incoming.id,
        "patient_id": patient,
        "item_id": item,
        "drug": (drug.text or "Not named")[:300],
        "code": drug.code[:60],
        "code_system": drug.system[:200],
        **_dose(dosage),
        "route": dosage.concept("route").text[:60],
        "frequency": _frequency(dosage.child("timing"))[:100],
        "duration_days": days or None,
        "as_needed": bool(dosage.flag("asNeededBoolean") or "asNeededCodeableConcept" in dosage),
        "instruction": dosage.text("text") or dosage.text("patientInstruction"),
        "quantity": _quantity(supply.child("quantity")),
        "metadata": {
            name: node.value[name]
            for name in ("dosageInstruction", "dispenseRequest", "medicationCodeableConcept")
            if name in node
        },
    }
    return Row(PrescriptionItem, values)


def _drug(incoming: Incoming) -> tuple[Concept, str | None]:
    """What is to be taken: named here, contained, or an item of the catalogue."""
    node = incoming.node
    named = node.concept("medicationCodeableConcept")
    if named.text:
        return named, None
    reference = node.reference("medicationReference")
    inside = incoming.contained(reference).concept("code")
    display = node.child("medicationReference").text("display")
    return (
        Concept(inside.text or display, inside.code, inside.system),
        incoming.find(reference, "Medication"),
    )


def _dose(dosage: Node) -> dict[str, str]:
    """`1`, `1-2` or a rate, as it was ordered."""
    rate = dosage.first("doseAndRate")
    low, high = rate.child("doseRange").child("low"), rate.child("doseRange").child("high")
    if low or high:
        return {"dose": span(low, high)[:60], "unit": unit(high or low)[:60]}
    quantity = rate.child("doseQuantity") or rate.child("rateQuantity")
    return {"dose": amount(quantity)[:60], "unit": unit(quantity)[:60]}


def _frequency(timing: Node) -> str:
    """`2 times per day`, `1 times every 6 hours`; else the code's own words."""
    repeat = timing.child("repeat")
    times, period = repeat.number("frequency") or 1, repeat.number("period")
    if period is None:
        return timing.concept("code").text
    name = PERIODS.get(repeat.text("periodUnit"), repeat.text("periodUnit"))
    how_often = "once" if times == 1 else f"{number_text(times)} times"
    return (
        f"{how_often} per {name}"
        if period == 1
        else f"{how_often} every {number_text(period)} {name}s"
    )


def _quantity(quantity: Node) -> Decimal | None:
    value = quantity.decimal("value")
    return round(value, 2) if value is not None and 0 < value <= MOST and round(value, 2) else None


HANDLERS = {
    "MedicationRequest": Handler(
        take_medication_request,
        links={
            "subject": ["Patient"],
            "encounter": ["Encounter"],
            "requester": PRACTITIONERS,
            "medicationReference": ["Medication"],
        },
    )
}

"""Outpatient prescriptions of the clinic's formulary: one a quarter for lasting treatment."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from bench.demo_data.charts import Chart, Resource, encounter_of, started_on

RENEWED_DAYS, RENEWAL_GAP_DAYS = 90, 80
FORMULARY = "Medication"
"""Items are known to the import by their stock number (clinic/demo/known.py)."""


class Medicine(NamedTuple):
    """How the clinic prescribes what the simulator calls by another name."""

    sku: str
    words: str
    dose: str
    unit: str
    times_a_day: int
    days: int
    as_needed: bool


COUNTED = {"tablet", "capsule"}


def read_medicines() -> dict[str, Medicine]:
    """The table beside this file, by the simulator's names."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8") as file:
        return {row["called"]: medicine(row) for row in csv.DictReader(file)}


def medicine(row: dict[str, str]) -> Medicine:
    numbers = int(row["times_a_day"]), int(row["days"])
    return Medicine(
        row["sku"], row["words"], row["dose"], row["unit"], *numbers, bool(row["as_needed"])
    )


MEDICINES = read_medicines()


def prescribe(chart: Chart) -> None:
    """Replaces the simulator's repeats. All of it was handed out: the pharmacy starts even."""
    visits = {row["id"]: row for row in chart.all_of("Encounter")}
    written: list[Resource] = []
    last: dict[str, date] = {}
    for row in sorted(chart.all_of("MedicationRequest"), key=lambda row: str(row["authoredOn"])):
        given, visit = known(row), visits[encounter_of(row)]
        day = date.fromisoformat(started_on(visit))
        if given and (given.sku not in last or gap_over(given, day - last[given.sku])):
            last[given.sku] = day
            written.append(line(row, given, visit))
    chart.resources["MedicationRequest"] = written


def gap_over(medicine: Medicine, gap: timedelta) -> bool:
    return gap.days >= (RENEWAL_GAP_DAYS if medicine.days == RENEWED_DAYS else 2)


def known(row: Resource) -> Medicine | None:
    """What the clinic gives instead; the strength decides where the table names it."""
    name = row["medicationCodeableConcept"].get("text", "")
    strength = row["dosageInstruction"][0].get("text", "").split(" ")[0]
    return MEDICINES.get(f"{name} {strength}") or MEDICINES.get(name)


def line(row: Resource, medicine: Medicine, visit: Resource) -> Resource:
    """One line, for an item of our formulary."""
    return {
        **{name: row[name] for name in ("resourceType", "id", "intent", "subject", "authoredOn")},
        "encounter": row["encounter"],
        "requester": visit["participant"][0]["individual"],
        "status": "completed",
        "medicationReference": {
            "reference": f"{FORMULARY}/{medicine.sku}",
            "display": medicine.words,
        },
        "dosageInstruction": [dosage(medicine)],
        "dispenseRequest": supply(medicine),
    }


def dosage(medicine: Medicine) -> Resource:
    how_often = {1: "once", 2: "twice", 3: "three times", 4: "four times"}[medicine.times_a_day]
    needed = " if needed" if medicine.as_needed else ""
    quantity = {"value": float(medicine.dose), "unit": medicine.unit}
    return {
        "text": f"{medicine.dose} {medicine.unit} {how_often} a day{needed}",
        "timing": {"repeat": {"frequency": medicine.times_a_day, "period": 1, "periodUnit": "d"}},
        "asNeededBoolean": medicine.as_needed,
        "doseAndRate": [{"doseQuantity": quantity}],
    }


def supply(medicine: Medicine) -> Resource:
    number = float(medicine.dose) * medicine.times_a_day * medicine.days
    quantity = number if medicine.unit in COUNTED else 1
    duration = {"value": medicine.days, "unit": "d", "code": "d"}
    return {
        "quantity": {"value": quantity, "unit": medicine.unit},
        "expectedSupplyDuration": duration,
    }

"""Closes every reference and writes one FHIR bundle a patient, packed."""

import json
import lzma
from collections.abc import Iterable
from pathlib import Path

from bench.demo_data.charts import Chart, Resource
from bench.demo_data.fields import trimmed

ORDER = [
    "Organization",
    "Practitioner",
    "Patient",
    "Encounter",
    "Condition",
    "AllergyIntolerance",
    "Coverage",
    "FamilyMemberHistory",
    "Immunization",
    "MedicationRequest",
    "ServiceRequest",
    "Specimen",
    "Observation",
    "ImagingStudy",
    "DiagnosticReport",
    "Procedure",
    "Composition",
    "DocumentReference",
]
OURS = ("Practitioner/", "Medication/")
"""Known to the import already: accounts and the formulary."""
SMALLEST = 9 | lzma.PRESET_EXTREME


def finished(chart: Chart) -> list[Resource]:
    """The chart's resources in the order a reader wants them, trimmed, none pointing nowhere."""
    found = [trimmed(row) for row in chart.everything()]
    known = {f"{row['resourceType']}/{row['id']}" for row in found} | {"Organization/seth-clinic"}
    found = [closed(row, known) for row in found]
    return sorted(found, key=lambda row: (ORDER.index(row["resourceType"]), row["id"]))


def closed(row: Resource, known: set[str]) -> Resource:
    """Drops list entries that point to something left out."""
    for name, value in list(row.items()):
        if isinstance(value, list):
            row[name] = [inner for inner in value if not dangles(inner, known)]
            if not row[name]:
                del row[name]
    return row


def dangles(value: object, known: set[str]) -> bool:
    if not isinstance(value, dict):
        return False
    inner = value.get("condition", value) if "rank" in value else value
    reference = inner.get("reference", "") if isinstance(inner, dict) else ""
    return bool(reference) and not reference.startswith(OURS) and reference not in known


def bundle(resources: Iterable[Resource]) -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": row} for row in resources],
    }


def write_bundles(path: Path, groups: Iterable[list[Resource]]) -> int:
    """Writes one bundle a line; the number of resources."""
    count = 0
    with lzma.open(path, "wt", encoding="utf-8", newline="\n", preset=SMALLEST) as file:
        for group in groups:
            count += len(group)
            file.write(json.dumps(bundle(group), ensure_ascii=False, separators=(",", ":")) + "\n")
    return count

"""The simulator's folder of NDJSON, read into one chart per patient."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

Resource = dict[str, Any]

PATIENT_KEYS = ("subject", "patient", "beneficiary")
READ = (
    "AllergyIntolerance",
    "Composition",
    "Condition",
    "Coverage",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "FamilyMemberHistory",
    "ImagingStudy",
    "Immunization",
    "MedicationRequest",
    "Observation",
    "Procedure",
    "ServiceRequest",
    "Specimen",
)


@dataclass
class Chart:
    """One patient and everything that is said of them, by resource type."""

    patient: Resource
    resources: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))

    def all_of(self, kind: str) -> list[Resource]:
        return self.resources[kind]

    def everything(self) -> Iterator[Resource]:
        yield self.patient
        for kind in sorted(self.resources):
            yield from self.resources[kind]


def read_charts(folder: Path) -> list[Chart]:
    """All patients of the folder, in the order of their ids."""
    charts = {row["id"]: Chart(row) for row in rows(folder, "Patient")}
    for kind in READ:
        for row in rows(folder, kind):
            owner = owner_of(row)
            if owner in charts:
                charts[owner].resources[kind].append(row)
    return [charts[key] for key in sorted(charts)]


def rows(folder: Path, kind: str) -> Iterator[Resource]:
    with (folder / f"{kind}.ndjson").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def owner_of(row: Resource) -> str:
    """The id of the patient a resource is about."""
    for key in PATIENT_KEYS:
        if key in row:
            return target(row[key])
    return ""


def target(reference: Resource | None) -> str:
    """`Patient/pt-1` becomes `pt-1`."""
    return str((reference or {}).get("reference", "")).rpartition("/")[2]


def encounter_of(row: Resource) -> str:
    """The id of the encounter a resource belongs to, or nothing."""
    if "encounter" in row:
        return target(row["encounter"])
    context = row.get("context")
    if isinstance(context, dict) and context.get("encounter"):
        return target(context["encounter"][0])
    return ""


def started_on(encounter: Resource) -> str:
    return str(encounter["period"]["start"][:10])


def dice(*words: object) -> int:
    """A number that depends on the words alone, the same in every run and every version."""
    return int.from_bytes(sha256("|".join(map(str, words)).encode()).digest()[:6], "big")

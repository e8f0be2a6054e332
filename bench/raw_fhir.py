"""What stands in FHIR files, counted without the importer: by standard library alone."""

import json
import lzma
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
# Resource type and the id of its patient, "" where it is about none.
Counts = Counter[tuple[str, str]]
FIELDS = ("subject", "patient", "beneficiary")


def in_files(path: Path) -> Counts:
    """Distinct resources by type and patient; the same hospital in ten bundles counts once."""
    owners: dict[tuple[str, str], str] = {}
    known: dict[str, str] = {}
    for group in groups(path):
        known.update(patients_by_name(group))
        for found in group:
            owners.setdefault((found["resourceType"], found["id"]), owner(found, known))
    return Counter((name, patient) for (name, _), patient in owners.items())


def patients_by_name(resources: Iterable[Resource]) -> dict[str, str]:
    """Patients' ids under whatever a reference calls them."""
    names: dict[str, str] = {}
    for found in resources:
        if found["resourceType"] == "Patient":
            key = found["id"]
            names |= {f"Patient/{key}": key, f"urn:uuid:{key}": key}
            for each in found.get("identifier", []):
                names[f"Patient?identifier={each.get('system', '')}|{each.get('value')}"] = key
    return names


def owner(found: Resource, patients: dict[str, str]) -> str:
    """The id of the patient it is about."""
    if found["resourceType"] == "Patient":
        return str(found["id"])
    references = (found.get(name, {}) for name in FIELDS)
    targets = (each.get("reference", "") for each in references if isinstance(each, dict))
    return next((patients[target] for target in targets if target in patients), "")


def groups(path: Path) -> Iterator[list[Resource]]:
    """Resources that may refer to one another: those of a bundle, those of an archive."""
    if ".tar" in path.suffixes:
        yield list(of_archive(path))
        return
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
        for line in file:
            yield [entry["resource"] for entry in json.loads(line)["entry"]]


def of_archive(path: Path) -> Iterator[Resource]:
    """Every line of every NDJSON file, those with patients first."""
    with tarfile.open(path) as archive:
        members = sorted(archive.getnames(), key=lambda name: "Patient" not in name)
        for name in members:
            if name.endswith(".ndjson") and (file := archive.extractfile(name)):
                yield from (found for line in file if "id" in (found := json.loads(line)))

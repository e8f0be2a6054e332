"""Small FHIR resources, and files of every kind made of them."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import zstandard

Resource = dict[str, Any]

SHARED = Path(__file__).resolve().parents[4] / "shared/data"
needs_shared_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the open data sets of ../shared/data are not here"
)


def patient(key: str = "p1", /, **fields: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": key,
        "name": [{"family": "Okoro", "given": ["Ada"]}],
        "gender": "female",
        "birthDate": "1980-05-17",
        **fields,
    }


def about(resource_type: str, name: str, patient_id: str = "p1", **fields: Any) -> Resource:
    """A resource whose subject is the patient."""
    subject = {"reference": f"Patient/{patient_id}"}
    return {"resourceType": resource_type, "id": name, "subject": subject, **fields}


def encounter(name: str = "e1", patient_id: str = "p1", **fields: Any) -> Resource:
    period = {"start": "2024-03-01T09:00:00Z", "end": "2024-03-01T09:30:00Z"}
    known = {"status": "finished", "class": {"code": "AMB"}, "period": period}
    return about("Encounter", name, patient_id, **{**known, **fields})


def observation(name: str = "o1", patient_id: str = "p1", **fields: Any) -> Resource:
    known = {
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": coded("718-7", "Hemoglobin [Mass/volume] in Blood"),
        "effectiveDateTime": "2024-03-01T09:10:00Z",
        "valueQuantity": quantity(14.2, "g/dL"),
    }
    return about("Observation", name, patient_id, **{**known, **fields})


def coded(code: str, text: str, system: str = "http://loinc.org") -> Resource:
    return {"coding": [{"system": system, "code": code, "display": text}]}


def quantity(value: Any, unit: str, **fields: Any) -> Resource:
    return {
        "value": value,
        "unit": unit,
        "system": "http://unitsofmeasure.org",
        "code": unit,
        **fields,
    }


def to(target: str) -> Resource:
    return {"reference": target}


def bundle(*resources: Resource, kind: str = "collection", **fields: Any) -> Resource:
    entries = [
        {"fullUrl": f"urn:uuid:{r['id']}" if "id" in r else "", "resource": r} for r in resources
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **fields}


def lines(*resources: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in resources)


def packed(content: bytes, kind: str) -> bytes:
    """The content compressed in this way."""
    packers = {
        "xz": lzma.compress,
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "zst": zstandard.ZstdCompressor().compress,
    }
    return packers[kind](content)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def write(path: Path, content: bytes | Resource | Iterable[Resource]) -> Path:
    """A file with these bytes, this JSON, or these lines of JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        content = json.dumps(content).encode()
    path.write_bytes(content if isinstance(content, bytes) else lines(*content))
    return path

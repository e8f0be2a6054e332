"""The same export in every layout and packing gives the same patients, visits and results."""

import json

import pytest

from clinic.tests.imported import counts, documents
from core.importing.run import import_paths
from core.importing.tests.samples import (
    bundle,
    encounter,
    lines,
    observation,
    packed,
    patient,
    tarred,
    to,
    write,
    zipped,
)
from patients.models import Patient, Visit

RESOURCES = (
    patient("p1"),
    patient("p2", name=[{"family": "Nkosi", "given": ["Sipho"]}]),
    encounter("e1", "p2"),
    observation("o1", "p2", encounter=to("Encounter/e1")),
)
COMPOSITION = {
    "resourceType": "Composition",
    "id": "c1",
    "status": "final",
    "type": {"text": "Summary"},
    "date": "2024-03-02",
    "subject": to("Patient/p2"),
}
LAYOUTS = {
    "bundle.json": json.dumps(bundle(*RESOURCES)).encode(),
    "bundles.ndjson": lines(bundle(*RESOURCES[:2]), bundle(*RESOURCES[2:])),
    "resources.ndjson": lines(*RESOURCES),
    "resources backwards.ndjson": lines(*RESOURCES[::-1]),
    "document.json": json.dumps(
        bundle(COMPOSITION, *RESOURCES, kind="document"), indent=2
    ).encode(),
}
PACKINGS = ("", "xz", "gz", "zst", "zip", "tar", "tar.xz", "tar.gz", "tar.zst")


def pack(name: str, content: bytes, packing: str) -> bytes:
    if packing == "zip":
        return zipped({name: content})
    if packing.startswith("tar"):
        content, packing = tarred({name: content}), packing.removeprefix("tar").removeprefix(".")
    return packed(content, packing) if packing else content


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_in_every_packing_is_taken_in(db, tmp_path, name, packing):
    path = write(tmp_path / f"{name}.{packing}".rstrip("."), pack(name, LAYOUTS[name], packing))

    made = counts(import_paths([path]))

    note = {"Composition": (1, 1, 0, 0)} if name.startswith("document") else {}
    assert made == {
        "Patient": (2, 2, 0, 0),
        "Encounter": (1, 1, 0, 0),
        "Observation": (1, 1, 0, 0),
        **note,
    }
    assert_results_are_where_they_belong()


def assert_results_are_where_they_belong() -> None:
    seen = Patient.objects.get(family_name="Nkosi")
    visit = Visit.objects.get()
    [result] = documents(data_type="lab_result")
    assert (visit.patient, result["patient_id"]) == (seen, str(seen.pk))
    assert result["visit_id"] == str(visit.pk)


def test_a_folder_of_single_resources_is_taken_in(db, tmp_path):
    for each in RESOURCES:
        write(tmp_path / "export" / f"{each['id']}.json", each)

    report = import_paths([tmp_path / "export"])

    assert (report.files, report.read, report.created) == (4, 4, 4)
    assert_results_are_where_they_belong()


def test_a_bulk_export_is_taken_in_whatever_the_order_of_its_files(db, tmp_path):
    for number, each in enumerate(RESOURCES[::-1]):
        write(tmp_path / "bulk" / f"{number}.{each['resourceType']}.ndjson", lines(each))
    write(tmp_path / "bulk/manifest.json", {"transactionTime": "2024-03-02", "output": []})

    report = import_paths([tmp_path / "bulk"])

    assert (report.read, report.created, report.rejected) == (4, 4, 0)
    assert report.passed_over == [f"{tmp_path}/bulk/manifest.json holds no FHIR resources"]
    assert_results_are_where_they_belong()

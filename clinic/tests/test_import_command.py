"""`manage.py import_fhir`: its last line, its exit codes, its sentences."""

import json
import re

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from psycopg.rows import scalar_row

from core.importing.run import LOCK
from core.importing.tests.samples import (
    encounter,
    lines,
    observation,
    packed,
    patient,
    write,
    zipped,
)
from core.testing.databases import superuser_url
from patients.models import Patient


@pytest.fixture
def run(db, tmp_path, capsys):
    """Runs the command on these bytes or resources; returns exit code and what it printed."""

    def import_fhir(content, *options: str) -> tuple[int, str, str]:
        path = write(tmp_path / "export.ndjson", content)
        try:
            call_command("import_fhir", str(path), *options)
        except SystemExit as error:
            return (int(error.code or 0), *capsys.readouterr())
        return (0, *capsys.readouterr())

    return import_fhir


def test_all_went_in(run):
    code, out, _ = run([patient(), encounter(), observation()], "--json")

    *table, last = out.splitlines()
    made = json.loads(last)
    assert code == 0
    assert made.pop("seconds") > 0
    one = {"read": 1, "created": 1, "unchanged": 0, "rejected": 0}
    assert made == {
        "files": 1,
        "resources": {"Encounter": one, "Observation": one, "Patient": one},
        "patients": 1,
    }
    assert list(json.loads(last)) == ["files", "resources", "patients", "seconds"]
    assert re.search(r"Observation +1 +1 +0 +0 +0", "\n".join(table))


def test_some_were_rejected_and_each_is_named(run, tmp_path):
    code, out, errors = run([patient(), patient("p2", gender="robot")], "--json")

    assert code == 3
    assert json.loads(out.splitlines()[-1])["resources"]["Patient"] == {
        "read": 2,
        "created": 1,
        "unchanged": 0,
        "rejected": 1,
    }
    assert (
        f"rejected: {tmp_path}/export.ndjson, no. 2: Patient/p2: gender: 'robot' is not" in errors
    )


def test_a_second_run_says_unchanged_and_nothing_created(run):
    run([patient(), observation()])

    code, out, _ = run([patient(), observation()], "--json")

    same = {"read": 1, "created": 0, "unchanged": 1, "rejected": 0}
    assert code == 0
    assert json.loads(out.splitlines()[-1])["resources"] == {"Observation": same, "Patient": same}


def test_rejections_can_be_written_to_a_file(run, tmp_path):
    run([patient(gender="robot")], "--rejected", str(tmp_path / "bad.jsonl"))

    [written] = map(json.loads, (tmp_path / "bad.jsonl").read_text().splitlines())
    assert (written["resource"], written["path"]) == ("Patient/p1", "gender")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "No FHIR resources were found."),
        (b"%PDF-1.4", "is neither JSON nor a known archive"),
        (b"<Bundle/>", "is XML; export it as FHIR JSON"),
        (b'{"a": 1}\n', "holds no FHIR resources"),
        (packed(lines(patient()), "gz")[:-9], "is damaged or cut short"),
        (zipped({"a.json": b" " * 80_000_000}), "is no clinical data but a decompression bomb."),
        (
            lines(patient(), {"resourceType": "MedicationOrder"}),
            "Only FHIR R4 is read; nothing was",
        ),
    ],
)
def test_files_that_cannot_be_taken_are_refused_in_a_sentence(run, content, sentence):
    with pytest.raises(CommandError, match=re.escape(sentence)) as refused:
        run(content)

    assert refused.value.returncode == 1
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nowhere/at/all.json", "/nowhere/at/all.json does not exist. Check the path."),
        ("/dev/null", "/dev/null is neither a file nor a folder. Check the path."),
        ("/proc/self/mem", "/proc/self/mem cannot be read: Input/output error."),
    ],
)
def test_bad_paths_are_refused_in_a_sentence(db, path, sentence):
    with pytest.raises(CommandError, match=f"^{re.escape(sentence)}$"):
        call_command("import_fhir", path)


def test_a_second_import_at_the_same_time_is_told_to_wait(run):
    url = superuser_url(settings.DATABASES["default"]["NAME"])
    with psycopg.connect(url, row_factory=scalar_row) as other:
        assert other.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        with pytest.raises(CommandError, match=r"Another import is running\. Wait until"):
            run([patient()])
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    assert run([patient()])[0] == 0

"""Known secrets go in through the pages and the domain, and are nowhere to be found afterwards.

Looked through: PostgreSQL's data files and WAL, a dump, MongoDB's files and journal, Valkey's files
and keys, the logs, and what the pages say to the log. The test of the test: words that are stored
in clear on purpose are found in every one of those places.
"""

import subprocess
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinical_docs.documents import ClinicalData
from clinical_docs.domain import drafting, notes, results
from clinical_docs.domain.drafting import Typed
from clinical_docs.tests.lab import BLOOD, catalogue, collected, typed
from core.accounts.roles import Role
from core.databases import mongo, valkey
from core.embedded import postgres
from core.testing import report
from core.testing.databases import superuser_url
from core.testing.pages import form_on
from patients.models import LabRequest, Patient, PatientIdentifier, Visit

DICE = Random()
DIGITS = "0123456789"
PLACES = ("postgres", "mongod", "valkey", "log")
SECTIONS = ("complaint", "history", "examination", "assessment", "plan")


class Canaries:
    """Words nobody else uses."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def word(self) -> str:
        return self._kept(f"Zq{uuid4().hex[:14]}")

    def phone(self) -> str:
        """As it is written abroad and at home; seven digits alone stand in many a number."""
        digits = "".join(DICE.choices(DIGITS, k=7))
        self._kept(f"071{digits}")
        return f"+{self._kept(f'25471{digits}')}"

    def sections(self) -> dict[str, Typed]:
        return {name: Typed(self.word(), 0) for name in SECTIONS}

    def _kept(self, word: str) -> str:
        self.words.append(word)
        return word


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina", family_name="Diallo")


def identifying(canaries: Canaries) -> dict[str, str]:
    return {
        "phone": canaries.phone(),
        "next_of_kin_phone": canaries.phone(),
        "email": f"{canaries.word()}@example.org",
        **{name: canaries.word() for name in ("address", "national_id", "next_of_kin")},
    }


def registered(desk: Client, canaries: Canaries, name: str) -> Patient:
    form = form_on(desk.get("/patients/register/"), "person")
    facts = {"family_name": name, "given_names": "G", "sex": "female", "born": "02-Mar-1988"}
    answer = desk.post("/patients/register/", {**form, **facts, **identifying(canaries)})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Patient.objects.get(family_name=name)


def edited(desk: Client, canaries: Canaries, one: Patient) -> None:
    address = reverse("patients:edit", args=[one.pk])
    form = form_on(desk.get(address), "person")
    assert desk.post(address, {**form, **identifying(canaries)}).status_code == 302


def noted(ward: Client, canaries: Canaries, one: Patient) -> None:
    address = reverse("clinical_docs:note", args=[one.pk])
    form = form_on(ward.get(address), "write-note")
    assert ward.post(address, {**form, "text": canaries.word()}).status_code == 200


def lettered(ward: Client, canaries: Canaries, visit: Visit) -> None:
    address = reverse("clinical_docs:write_letter", args=[visit.pk, "referral"])
    form = form_on(ward.get(address), "letter-form")
    words = {name: canaries.word() for name in ("to", "reason", "history")}
    assert ward.post(address, {**form, **words}).status_code == 302


def examined(canaries: Canaries, one: Patient, by) -> None:
    catalogue()
    request = collected(one, "CBC", by=by)
    fresh = LabRequest.objects.select_related("test", "patient", "specimen").get(pk=request.pk)
    results.enter([typed(fresh, **BLOOD, comment=canaries.word())], by=by)
    fresh = LabRequest.objects.get(pk=request.pk)
    results.verify({fresh.pk: fresh.result_document}, by=by)


def left_behind(desk: Client, canaries: Canaries) -> None:
    """A form that was never sent."""
    place = reverse("editing:draft", args=["register"])
    assert desk.post(place, {"address": canaries.word()}).status_code < 300


@pytest.fixture
def told(canaries, client, person, amina, relay) -> Canaries:
    """All of it said, delivered, and on the disks."""
    desk, ward = client, Client()
    desk.force_login(person(Role.RECEPTIONIST))
    ward.force_login(amina)
    for n in range(3):
        one = registered(
            desk,
            canaries,
            f"Clear{n}{uuid4().hex[:6].translate(str.maketrans(DIGITS, 'ghijklmnop'))}",
        )
        edited(desk, canaries, one)
        visit = Visit.objects.create(patient=one, opened_at=timezone.now(), clinician=amina)
        drafting.save(visit.pk, canaries.sections(), page="one", by=amina)
        if n:
            notes.sign(visit.pk, by=amina)
        noted(ward, canaries, one)
        lettered(ward, canaries, visit)
        PatientIdentifier.objects.create(patient=one, system="s", value=canaries.word())
        data = {"text": canaries.word()}
        ClinicalData(patient_id=str(one.pk), data_type="symptoms", data=data, metadata=data).save()
        examined(canaries, one, person(Role.LAB))
    left_behind(desk, canaries)
    relay()
    on_disk()
    return canaries


def on_disk() -> None:
    with psycopg.connect(
        superuser_url(settings.DATABASES["default"]["NAME"]), autocommit=True
    ) as db:
        db.execute("CHECKPOINT")
    mongo.client().admin.command("fsync")


def found(words: list[str], *where: Path) -> set[str]:
    """Those of the words that stand somewhere below."""
    looked = subprocess.run(
        ["grep", "-rFaoh", "-f", "-", *map(str, where)],
        input="\n".join(words).encode(), capture_output=True, check=False, timeout=200,
    )  # fmt: skip
    return set(looked.stdout.decode(errors="replace").split())


def dumped(folder: Path) -> Path:
    url = superuser_url(settings.DATABASES["default"]["NAME"])
    file = folder / "dump.sql"
    pg_dump = Path(postgres.binary("pg_dump"))
    subprocess.run([pg_dump, "-f", file, url], check=True, capture_output=True)
    return file


def kept_by_valkey(folder: Path) -> Path:
    file = folder / "valkey"
    server = valkey.client()
    file.write_bytes(b"".join(server.dump(key) or b"" for key in server.scan_iter()))
    return file


def test_no_secret_is_found_anywhere(told, tmp_path, capfd, caplog):
    home = Path(settings.CLINIC_HOME)
    said = tmp_path / "said"
    said.write_text(caplog.text + "".join(capfd.readouterr()))
    where = [*(home / place for place in PLACES), dumped(tmp_path), kept_by_valkey(tmp_path), said]

    hits = {str(each): found(told.words, each) for each in where}

    report.tell("canaries", f"{len(told.words)} secrets, {sum(map(len, hits.values()))} hits")
    assert len(told.words) >= 50
    assert {place: words for place, words in hits.items() if words} == {}


def test_what_is_stored_in_clear_is_found_in_every_place(told, relay, tmp_path):
    home, marker = Path(settings.CLINIC_HOME), f"Marker{uuid4().hex[:12]}"
    one = Patient.objects.create(family_name=marker, sex="female")
    ClinicalData(
        patient_id=str(one.pk), data_type="symptoms", data={"text": "x"}, code=marker
    ).save()
    valkey.client().set(marker, marker)
    relay()
    on_disk()
    (tmp_path / "log").write_text(marker)

    places = [home / "postgres", home / "postgres" / "pg_wal", home / "mongod", tmp_path / "log"]
    seen = [found([marker], each) for each in (*places, dumped(tmp_path))]

    assert seen == [{marker}] * 5
    assert marker.encode() in valkey.client().dump(marker)

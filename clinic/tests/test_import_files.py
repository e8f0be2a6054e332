"""Files attached to what is imported become documents: sealed, shown, and the same the next time."""

import base64
import json
from contextlib import suppress
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.urls import reverse

from clinical_docs.domain import files
from clinical_docs.domain.files import Details
from clinical_docs.models import Document, DocumentVersion, FileClaim
from clinical_docs.queries.files import contents
from core.accounts.models import User
from core.accounts.roles import Role
from core.databases import mongo
from core.files.scanning import Infected
from core.files.tests.samples import dicom, pdf, picture
from core.importing.tests.samples import about, coded, lines, patient, write
from core.outbox.models import OutboxRow
from core.outbox.sealing import all_opened
from patients.models import Patient

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = b"Referral of Ada Okoro: podagra since spring"
WORD = b"PK\x03\x04 an office document that says podagra" + bytes(400)


@pytest.fixture
def bring(tmp_path, settings, relay):
    """Import these resources besides the patient, and deliver; the command's report."""
    settings.FILES_FOLDER = tmp_path / "documents"

    def run(*resources):
        path = write(tmp_path / "export.ndjson", lines(patient(), *resources))
        out = StringIO()
        with suppress(SystemExit):  # where something was rejected
            call_command("import_fhir", str(path), "--json", stdout=out, stderr=StringIO())
        relay()
        return json.loads(out.getvalue().splitlines()[-1])

    return run


def attachment(content: bytes, mime: str, title: str = "", **more):
    data = base64.b64encode(content).decode()
    return {"contentType": mime, "data": data, **({"title": title} if title else {}), **more}


def reference(*files, **more):
    fields = {
        "status": "current",
        "type": coded("57133-1", "Referral note"),
        "date": "2024-03-02T10:00:00Z",
        "content": [{"attachment": one} for one in files],
    }
    return about("DocumentReference", "d1", **{**fields, **more})


def report(*forms):
    return about(
        "DiagnosticReport",
        "r1",
        status="final",
        code=coded("58410-2", "Complete blood count"),
        effectiveDateTime="2024-03-02T10:00:00Z",
        presentedForm=list(forms),
    )


def metadata():
    found = list(mongo.collection("document_metadata").find(sort=[("_id", 1)]))
    return list(all_opened("document_metadata", found))


def everything_on_disk(folder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_pdf_becomes_a_document_that_opens(bring, client, person, tmp_path):
    bring(reference(attachment(pdf(), "application/pdf", "referral.pdf")))

    document = Document.objects.get()
    version = DocumentVersion.objects.get()
    assert (document.title, document.category, str(document.dated_on)) == (
        "Referral note", "other", "2024-03-02",
    )  # fmt: skip
    assert (version.filename, version.number, version.added_by) == ("referral.pdf", 1, "an import")
    assert contents(version).startswith(b"%PDF")
    assert not FileClaim.objects.exists()
    client.force_login(person(Role.CLINICIAN))
    listed = client.get(reverse("clinical_docs:documents", args=[document.patient_id]))
    assert "Referral note" in listed.content.decode()
    assert "an import" in listed.content.decode()
    shown = client.get(reverse("clinical_docs:document", args=[document.pk]))
    assert (shown.status_code, "by an import" in shown.content.decode()) == (200, True)


def test_mongodb_is_told_the_same(bring):
    bring(reference(attachment(pdf(), "application/pdf", "referral.pdf")))

    document, version = Document.objects.get(), DocumentVersion.objects.get()
    [told] = metadata()
    assert (told["_id"], told["document_id"]) == (document.metadata_id, str(document.pk))
    assert (told["version"], told["file_version"], told["category"]) == (1, 1, "other")
    assert (told["storage_key"], told["sha256"]) == (version.storage_key, version.sha256)


def test_no_byte_of_a_file_lies_anywhere_in_clear(bring, tmp_path):
    """Neither of one that becomes a document nor of one that cannot."""
    before = everything_on_disk(django_settings.CLINIC_HOME / "files")
    bring(reference(attachment(pdf(text=SECRET.decode()), "application/pdf"), attachment(WORD, "application/msword")))  # fmt: skip

    assert SECRET not in everything_on_disk(tmp_path / "documents")
    assert b"podagra" not in everything_on_disk(tmp_path / "documents")
    assert everything_on_disk(django_settings.CLINIC_HOME / "files") == before
    stored = list(mongo.collection("document_metadata").find())
    assert b"podagra" not in b"".join(str(one).encode() for one in stored)
    [other] = metadata()[0]["metadata"]["others"]
    assert (other["content"], other["mime"]) == (WORD, "application/msword")
    assert "document" in other["why_no_document"]


def test_the_same_again_changes_nothing(bring):
    file = attachment(pdf(), "application/pdf")
    bring(reference(file))

    again = bring(reference(file))
    assert again["resources"]["DocumentReference"]["unchanged"] == 1
    assert (Document.objects.count(), DocumentVersion.objects.count()) == (1, 1)


def test_another_file_is_another_version_and_another_title_is_not(bring):
    file = attachment(pdf(), "application/pdf")
    bring(reference(file))
    bring(reference(file, description="Seen by the heart clinic"))
    assert [one.number for one in DocumentVersion.objects.all()] == [1]
    assert Document.objects.get().title == "Seen by the heart clinic"

    bring(reference(attachment(picture(), "image/jpeg"), description="Seen by the heart clinic"))

    document = Document.objects.get()
    assert [one.mime for one in document.versions.all()] == ["image/jpeg", "application/pdf"]
    told = sorted(metadata(), key=lambda one: one["version"])
    assert [one["version"] for one in told] == [1, 2, 3]
    assert [one["file_version"] for one in told] == [1, 1, 2]
    assert told[-1]["_id"] == document.metadata_id


def test_every_file_of_a_reference_and_of_a_report_is_kept(bring):
    files = (attachment(pdf(), "application/pdf"), attachment(picture(), "image/png", "wound.png"))
    bring(reference(*files), report(attachment(pdf(), "application/pdf", "Count")))

    kept = {(one.title, one.category) for one in Document.objects.all()}
    assert kept == {
        ("Referral note", "other"),
        ("Referral note, wound.png", "other"),
        ("Count", "other"),
    }
    assert len(metadata()) == 3


def test_what_was_entered_in_error_is_archived_and_says_so(bring):
    bring(reference(attachment(pdf(), "application/pdf"), status="entered-in-error"))

    document = Document.objects.get()
    assert (document.state, document.archived_reason) == (
        "archived", "entered in error where it comes from",
    )  # fmt: skip


def test_a_text_is_a_note_and_no_document(bring):
    bring(reference(attachment(b"Rest for three days", "text/plain; charset=utf-8")))

    assert not Document.objects.exists()
    assert metadata()[0]["metadata"]["note_id"]
    assert Patient.objects.count() == 1


def test_what_is_no_base64_is_refused_with_its_place(bring):
    found = bring(reference({"contentType": "application/pdf", "data": "!!"}))

    assert found["resources"]["DocumentReference"]["rejected"] == 1


def test_a_virus_is_refused_with_its_resource(bring, monkeypatch):
    def found(_):
        raise Infected("The virus scanner found “Eicar” in this file. It was not kept.")

    monkeypatch.setattr("clinical_docs.domain.intake.scan", found)

    brought = bring(reference(attachment(pdf(), "application/pdf")))
    assert brought["resources"]["DocumentReference"]["rejected"] == 1
    assert metadata() == []


def test_an_image_of_somebody_else_says_so(bring):
    theirs, ours = dicom(name="DOE^JOHN"), dicom(name="OKORO^ADA")
    bring(reference(attachment(theirs, "application/dicom"), attachment(ours, "application/dicom")))

    said = [one.remarks for one in DocumentVersion.objects.order_by("document__title")]
    assert [len([s for s in one if "is of somebody" in s]) for one in said] == [1, 0]


def described(document):
    """Somebody here gives it another title and category."""
    nurse = User.objects.create(username="ben", roles=[Role.NURSE])
    details = Details("consent", "Signed consent", document.dated_on)
    files.describe(document.pk, details, version=document.version, by=nurse)


def newest(relay_state=("p", "x")):
    """What MongoDB knows by document and version, and rows that never got there."""
    assert not OutboxRow.objects.filter(state__in=relay_state).exists()
    told = [(one["document_id"], one["version"]) for one in metadata()]
    assert len(told) == len(set(told))
    return {one["_id"]: one for one in metadata()}


def test_what_was_said_of_it_here_outlives_another_import(bring, relay):
    bring(reference(attachment(pdf(), "application/pdf")))
    described(Document.objects.get())
    relay()

    bring(reference(attachment(picture(), "image/jpeg"), description="Anew"))

    document = Document.objects.get()
    assert (document.category, document.number) == ("consent", 2)
    assert newest()[document.metadata_id]["category"] == "consent"


def test_a_text_that_becomes_a_file_and_a_file_that_becomes_a_text(bring):
    word = attachment(b"Rest for three days", "text/plain")
    bring(reference(word))
    bring(reference(attachment(pdf(), "application/pdf")))
    bring(reference(word, description="Text again"))

    document = Document.objects.get()
    assert (document.number, document.title) == (1, "Text again")
    assert newest()[document.metadata_id]["file_version"] == 1


def test_a_changed_reference_is_one_line_of_the_record(bring, client, person):
    file = attachment(pdf(), "application/pdf")
    bring(reference(file))
    bring(reference(file, description="Seen by the heart clinic"))
    client.force_login(person(Role.CLINICIAN))

    page = client.get(reverse("patients:record", args=[Patient.objects.get().pk]))

    assert page.content.decode().count('<span class="entry-kind">Document</span>') == 1

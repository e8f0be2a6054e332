"""Documents: what is kept of a file, its versions, who may do what, and what a crash leaves."""

import threading
from contextlib import closing
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clinical_docs.domain import files, keeping, sweeping
from clinical_docs.domain.asking import Asks, Changed
from clinical_docs.domain.files import Details
from clinical_docs.models import Document, DocumentVersion, FileClaim
from clinical_docs.queries.files import contents, likeness
from clinical_docs.tests.files import add, sent
from core.accounts.roles import Role
from core.crypto.errors import NotAuthentic
from core.databases import mongo
from core.errors import NotAllowed, ServiceUnavailable
from core.files.kinds import Unfit
from core.files.store import FileMissing, new_key, store
from core.files.tests import samples
from core.outbox.models import OutboxRow
from patients.models import Patient


@pytest.fixture(autouse=True)
def places(settings, tmp_path) -> Path:
    settings.FILES_FOLDER, settings.QUARANTINE_FOLDER = tmp_path / "files", tmp_path / "quarantine"
    return tmp_path


@pytest.fixture
def patient(db) -> Patient:
    return Patient.objects.create(
        family_name="Okoro", given_names="Grace", sex="female", birth_date=date(1988, 3, 2)
    )


@pytest.fixture
def nurse(person):
    return person(Role.NURSE, given_name="Ben", family_name="Otieno")


def on_disk(places: Path) -> list[bytes]:
    return [one.read_bytes() for one in (places / "files").rglob("*") if one.is_file()]


def test_file_is_kept_sealed_and_opens_again(patient, nurse, places):
    document = add(patient, by=nurse, content=samples.photo(), name="../IMG_1.jpeg")

    version = document.versions.get()
    assert (document.title, document.number, document.state) == ("IMG 1", 1, "current")
    assert (version.filename, version.mime, version.pages) == ("IMG_1.jpg", "image/jpeg", 1)
    assert (version.width, version.height, version.scan) == (480, 640, "not_scanned")
    assert contents(version)[:3] == b"\xff\xd8\xff"
    assert likeness(version)[:3] == b"\xff\xd8\xff"
    kept = on_disk(places)
    assert len(kept) == 2
    assert [one for one in kept if b"JFIF" in one or one.startswith(b"\xff\xd8")] == []
    assert FileClaim.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_mongodb_learns_all_that_is_known_of_it(patient, nurse, relay):
    document = add(patient, by=nurse, content=samples.pdf(3), name="a.pdf", category="referral")
    files.describe(
        document.pk, Details("letter", "From the hospital", date(2026, 3, 1)), version=1, by=nurse
    )
    relay()

    first, second = mongo.collection("document_metadata").find().sort("version", 1)

    version = document.versions.get()
    assert {
        "document_id": str(document.pk), "version": 1, "patient_id": str(patient.pk),
        "category": "referral", "title": "A", "filename": "a.pdf", "mime": "application/pdf",
        "size": version.size, "sha256": version.sha256, "storage_key": version.storage_key,
        "status": "current", "legal_hold": False, "uploaded_by": str(nurse.pk), "file_version": 1,
        "pages": 3, "scan": "not_scanned", "thumbnails": [version.thumbnail_key], "metadata": {},
    } == {key: value for key, value in first.items() if key not in ("_id", "created_at", "uploaded_at")}  # fmt: skip
    assert (second["version"], second["supersedes"]) == (2, first["_id"])
    assert (second["title"], second["category"], second["dated_on"]) == (
        "From the hospital", "letter", "2026-03-01"
    )  # fmt: skip


def test_bytes_open_only_as_what_they_are(patient, nurse):
    one, two = (add(patient, by=nurse) for _ in range(2))
    first, second = one.versions.get(), two.versions.get()
    first.storage_key = second.storage_key

    with pytest.raises(NotAuthentic):
        contents(first)


def test_file_that_was_altered_or_lost_is_told(patient, nurse, places):
    version = add(patient, by=nurse).versions.get()
    file = places / "files" / version.storage_key
    file.write_bytes(file.read_bytes()[:-1] + b"\0")

    with pytest.raises(NotAuthentic):
        contents(version)
    file.unlink()
    with pytest.raises(FileMissing):
        contents(version)


def test_same_file_is_said_and_added_on_request(patient, nurse, person):
    first = add(patient, by=nurse, category="photo", title="Wound", confirmed=())

    with pytest.raises(Asks, match="“Wound” already, added by Ben Otieno") as asked:
        add(patient, by=nurse, confirmed=())

    assert (asked.value.about, asked.value.document) == ("same", first)
    assert Document.objects.count() == 1
    add(patient, by=nurse, confirmed=("same",))
    # Whoever may not see the other one does not hear of it.
    add(patient, by=person(Role.RECEPTIONIST), category="identity", confirmed=())
    other = Patient.objects.create(family_name="Adeyemi", given_names="Tunde", sex="male")
    add(other, by=nurse, confirmed=())


@pytest.mark.parametrize(
    ("whose", "words"),
    [
        ({"name": "DOE^JOHN"}, "somebody named DOE, JOHN. This record"),
        ({"name": "OKORO^GRACE^^Mrs", "born": "19880301"}, "somebody born 01-Mar-1988"),
    ],
)
def test_image_of_somebody_else_is_asked_about(patient, nurse, whose, words):
    image = samples.dicom(**whose)

    with pytest.raises(Asks, match=words) as asked:
        add(patient, by=nurse, content=image, category="imaging", confirmed=())

    assert (asked.value.about, Document.objects.count()) == ("whose", 0)
    add(patient, by=nurse, content=image, category="imaging", confirmed=("whose",))


def test_image_of_the_patient_is_not_asked_about(patient, nurse):
    image = samples.dicom(name="Okoro^Grace", born="19880302")

    document = add(patient, by=nurse, content=image, category="imaging", confirmed=())

    assert document.versions.get().facts["modality"] == "CT"


def test_bad_file_leaves_nothing(patient, nurse, places):
    with pytest.raises(Unfit):
        add(patient, by=nurse, content=samples.bomb())

    assert (Document.objects.count(), FileClaim.objects.count(), on_disk(places)) == (0, 0, [])


def test_new_version_leaves_the_old_one(patient, nurse):
    document = add(patient, by=nurse)
    old = contents(document.versions.get())

    files.add_version(document.pk, sent(samples.pdf(2), "b.pdf"), base=1, by=nurse)

    document.refresh_from_db()
    second, first = document.versions.all()
    assert (document.number, second.number, second.mime) == (2, 2, "application/pdf")
    assert (contents(first), contents(second)[:5]) == (old, b"%PDF-")
    for change in ({"filename": "x"}, {"size": 1}):
        with pytest.raises(DatabaseError, match="stays as it was added"), transaction.atomic():
            DocumentVersion.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        DocumentVersion.objects.filter(pk=first.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_of_two_new_versions_at_once_one_is_kept_and_one_is_told(patient, person, places):
    nurses = [person(Role.NURSE, given_name=name) for name in ("Ben", "Ann")]
    document = add(patient, by=nurses[0])
    start, told = threading.Barrier(2), []

    def send(nurse, pages):
        with closing(connection):
            start.wait()
            try:
                files.add_version(document.pk, sent(samples.pdf(pages), "b.pdf"), base=1, by=nurse)
            except Changed as error:
                told.append(str(error))

    both = [threading.Thread(target=send, args=(nurses[n], n + 1)) for n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    document.refresh_from_db()
    assert (document.number, document.versions.count(), len(told)) == (2, 2, 1)
    winner = document.versions.get(number=2).uploaded_by.display_name
    assert told[0].startswith(f"{winner} added version 2 at ")
    # Two files and two likenesses: of the one that lost nothing stays.
    assert (len(on_disk(places)), FileClaim.objects.count()) == (4, 0)


def test_description_changed_by_somebody_else_is_told(patient, nurse, person):
    document = add(patient, by=nurse, title="Wound")
    other = person(Role.CLINICIAN, given_name="Amina", family_name="Diallo")
    files.describe(document.pk, Details("photo", "Left foot"), version=1, by=other)

    with pytest.raises(
        Changed, match=r"Amina Diallo changed this at .* “Left foot”, Photo"
    ) as told:
        files.describe(document.pk, Details("photo", "Foot"), version=1, by=nurse)

    files.describe(document.pk, Details("photo", "Foot"), version=told.value.document.version, by=nurse)  # fmt: skip
    document.refresh_from_db()
    assert document.title == "Foot"


def test_archiving_has_a_reason_and_a_way_back(patient, nurse):
    document = add(patient, by=nurse)

    files.archive(document.pk, reason="Wrong patient", by=nurse)

    document.refresh_from_db()
    assert (document.state, document.archived_reason) == ("archived", "Wrong patient")
    with pytest.raises(Changed, match="archived already"):
        files.archive(document.pk, reason="Again", by=nurse)
    with pytest.raises(Changed, match="Restore it"):
        files.add_version(document.pk, sent(), base=1, by=nurse)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        connection.cursor().execute("DELETE FROM documents")
    with pytest.raises(DatabaseError, match="for_a_reason"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(archived_reason="")
    assert files.restore(document.pk, by=nurse).state == "current"


def test_managers_hold_and_retain_what_they_may_not_read(patient, nurse, person):
    document, ruth = add(patient, by=nurse), person(Role.MANAGER)

    files.hold(document.pk, reason="Court order 12", by=ruth)
    files.retain(document.pk, until=date(2036, 1, 1), by=ruth)

    document.refresh_from_db()
    assert (document.legal_hold, document.hold_reason) == (True, "Court order 12")
    assert document.retention_until == date(2036, 1, 1)
    for act in (
        lambda: files.hold(document.pk, reason="", by=nurse),
        lambda: files.retain(document.pk, until=None, by=nurse),
        lambda: files.archive(document.pk, reason="x", by=ruth),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert files.hold(document.pk, reason="", by=ruth).legal_hold is False


def test_reception_files_what_is_administrative_and_nothing_else(patient, nurse, person):
    joy = person(Role.RECEPTIONIST)
    photo = add(patient, by=nurse)

    for category in ("identity", "consent", "referral"):
        add(patient, by=joy, category=category)
    for act in (
        lambda: add(patient, by=joy, category="photo"),
        lambda: files.add_version(photo.pk, sent(), base=1, by=joy),
        lambda: files.describe(photo.pk, Details("identity", "x"), version=1, by=joy),
        lambda: files.archive(photo.pk, reason="x", by=joy),
        lambda: add(patient, by=person(Role.CASHIER), category="identity"),
        lambda: add(patient, by=person(Role.PHARMACIST), category="letter"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Document.objects.count() == 4


def test_crash_between_file_and_row_leaves_nothing_wrong(patient, nurse, monkeypatch, places):
    """The process ends with the bytes on the disk: nobody is there to clear up."""
    add(patient, by=nurse)
    monkeypatch.setattr(files, "record", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
    monkeypatch.setattr(keeping, "drop", lambda kept: None)
    with pytest.raises(SystemExit):
        add(patient, by=nurse)
    assert (Document.objects.count(), len(on_disk(places))) == (1, 4)

    # While it may still be committed, it is let alone.
    assert sweeping.sweep().orphans == []
    FileClaim.objects.update(claimed_at=timezone.now() - timedelta(hours=2))
    trial = sweeping.sweep(is_trial=True)
    assert (trial.orphans, len(on_disk(places))) == ([], 4)
    swept = sweeping.sweep()

    assert (swept.kept, len(swept.orphans), swept.missing) == (2, 2, [])
    assert (len(on_disk(places)), FileClaim.objects.count()) == (2, 0)
    assert contents(DocumentVersion.objects.get())


def test_claim_that_was_given_up_can_not_become_a_row(patient, nurse, monkeypatch, places):
    """The sweep came between file and row: the row is refused, and never names a file that is gone."""
    kept = keeping.keep

    def keep_slowly(*args, **more):
        done = kept(*args, **more)
        FileClaim.objects.update(claimed_at=timezone.now() - timedelta(hours=2))
        sweeping.sweep()
        return done

    monkeypatch.setattr(keeping, "keep", keep_slowly)

    with pytest.raises(keeping.TookTooLong):
        add(patient, by=nurse)

    assert (Document.objects.count(), on_disk(places)) == (0, [])


def test_old_file_with_a_row_stays_and_young_one_without_goes(patient, nurse, places):
    """Age decides nothing."""
    version = add(patient, by=nurse).versions.get()
    store().put(new_key(), b"nobody's")

    swept = sweeping.sweep()

    assert (len(swept.orphans), swept.kept) == (1, 2)
    assert contents(version)


def test_many_files_without_rows_are_left_to_a_person(patient, nurse, places, monkeypatch, caplog):
    """The rows are those of an older backup, say."""
    monkeypatch.setattr(sweeping, "MOST_BY_ITSELF", 1)
    add(patient, by=nurse)
    store().put(new_key(), b"nobody's")
    assert sweeping.tidy() == 1
    for _ in range(2):
        store().put(new_key(), b"nobody's")

    assert (sweeping.tidy(), len(on_disk(places))) == (0, 4)
    assert "2 files have no rows" in caplog.text


def test_command_tells_what_is_missing(patient, nurse, places):
    version = add(patient, by=nurse).versions.get()
    out = StringIO()
    call_command("sweep_files", stdout=out)
    assert out.getvalue() == "2 files are where they should be; 0 of nobody taken away.\n"
    (places / "files" / version.storage_key).unlink()

    errors = StringIO()
    with pytest.raises(CommandError, match="1 files are missing"):
        call_command("sweep_files", stdout=out, stderr=errors)

    assert errors.getvalue() == f"missing: {version.storage_key}\n"


def test_store_that_is_down_changes_nothing(patient, nurse, monkeypatch):
    def down(*_):
        raise ServiceUnavailable("The store of files", "s3", "")

    monkeypatch.setattr("core.files.folder.Folder.put", down)

    with pytest.raises(ServiceUnavailable):
        add(patient, by=nurse)

    assert Document.objects.count() == 0


def test_every_change_is_in_the_audit_of_the_patient(patient, nurse):
    document = add(patient, by=nurse)
    files.archive(document.pk, reason="Wrong patient", by=nurse)

    rows = OutboxRow.objects.filter(patient_id=patient.pk, entity_type__startswith="document")
    assert [(row.kind, row.entity_type, row.action) for row in rows.order_by("id")] == [
        ("row", "document", "create"),
        ("row", "document_version", "create"),
        ("document", "document_metadata", "create"),
        ("row", "document", "update"),
        ("document", "document_metadata", "create"),
    ]

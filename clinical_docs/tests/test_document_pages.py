"""The pages of documents: what is sent, shown, told, and to whom."""

import io
import re
from datetime import date
from http import HTTPStatus
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from clinical_docs.domain import files
from clinical_docs.models import Document
from clinical_docs.tests.files import add, sent
from clinical_docs.views.file_bytes import NOTHING_RUNS
from core.accounts.roles import Role
from core.files.tests import samples
from core.outbox.models import OutboxRow
from core.testing.pages import form_on
from patients.tests.people import patient as register

UNKNOWN = "00000000-0000-7000-8000-000000000000"
PLACES = ("document_likeness", "document_page", "document_file", "document_print")


@pytest.fixture(autouse=True)
def places(settings, tmp_path) -> Path:
    settings.FILES_FOLDER, settings.QUARANTINE_FOLDER = tmp_path / "files", tmp_path / "quarantine"
    return tmp_path


@pytest.fixture
def grace(db):
    return register("Okoro, Grace", born="1988-03-02")


@pytest.fixture
def ben(client, person):
    nurse = person(Role.NURSE, given_name="Ben", family_name="Otieno")
    client.force_login(nurse)
    return nurse


def send(client, patient, content: bytes, name: str = "IMG_1.jpg", **said):
    said = {"category": "photo", "title": "", "dated_on": "", **said}
    file = SimpleUploadedFile(name, content, "text/html")
    address = reverse("clinical_docs:document_add", args=[patient.pk])
    return client.post(address, {**said, "file": file})


def facts(action: str) -> list[dict]:
    rows = OutboxRow.objects.filter(kind="fact", action=action, entity_type="document")
    return [row.changes for row in rows.order_by("id")]


def listed(client, patient, **query) -> list[str]:
    page = client.get(reverse("clinical_docs:documents", args=[patient.pk]), query)
    return [file.document.title for file in page.context["files"]]


def told(answer) -> str:
    """A page without what is new in every page: its address, its moment and its token."""
    new = r"[A-Za-z0-9]{32,}|[0-9]{9,}[.][0-9]+"
    return re.sub(new, "", answer.content.decode().replace(answer.request["PATH_INFO"], ""))


def of(document: Document, name: str, number: int = 1) -> str:
    more = [1] if name == "document_page" else []
    return reverse(f"clinical_docs:{name}", args=[document.pk, number, *more])


def test_sent_file_is_in_the_list_with_its_title(client, ben, grace):
    answer = send(client, grace, samples.photo(), "wound_left.jpg", dated_on="05-Mar-2026")

    document = Document.objects.get()
    assert (answer.status_code, answer.json()) == (
        HTTPStatus.CREATED,
        {"title": "Wound left", "url": reverse("clinical_docs:document", args=[document.pk])},
    )
    assert (document.category, document.dated_on) == ("photo", date(2026, 3, 5))
    assert listed(client, grace) == ["Wound left"]


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"category": ""}, {"category": "Choose what the document is."}),
        ({"dated_on": "32.13.2026"}, {"dated_on": "Write the day as 05-Mar-2026."}),
        ({"category": "drugs"}, {"category": "Select a valid choice. drugs is not one of the available choices."}),
        ({"file": ""}, {"file": "No file arrived. Choose it again."}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_form_is_said_beside_it(client, ben, grace, said, errors):
    form = {"category": "photo", "file": SimpleUploadedFile("a.jpg", samples.picture()), **said}

    answer = client.post(reverse("clinical_docs:document_add", args=[grace.pk]), form)

    assert (answer.status_code, answer.json()) == (422, {"errors": errors})
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (samples.HTML, "photo.jpg"),
        (samples.SVG, "photo.jpg"),
        (samples.bomb(), "photo.png"),
        (samples.picture()[:3000], "photo.jpg"),
        (b"", "photo.jpg"),
        (samples.zip_bomb(), "letter.docx"),
        (samples.EICAR, "eicar.com.pdf"),
    ],
    ids=["html", "svg", "bomb", "truncated", "empty", "docx", "eicar"],
)
def test_bad_file_gets_one_sentence(client, ben, grace, places, content, name):
    answer = send(client, grace, content, name)

    assert answer.status_code == 422
    [sentence] = answer.json()["errors"].values()
    assert sentence.count(". ") <= 2
    assert Document.objects.count() == 0
    assert [one for one in places.rglob("*") if one.is_file()] == []


def test_file_over_the_limit_is_told_and_not_kept(client, ben, grace, settings, places):
    settings.UPLOAD_MEGABYTES = 1
    big = samples.picture() + b"\0" * 1024 * 1024

    answer = send(client, grace, big)

    assert (answer.status_code, answer.json()) == (
        413,
        {
            "errors": {
                "file": "The file is larger than 1 MB. Scan it at 200 dpi, or save it smaller."
            }
        },
    )
    assert [one for one in places.rglob("*") if one.is_file()] == []


def test_same_file_is_asked_about_and_added_once_confirmed(client, ben, grace):
    first = send(client, grace, samples.picture()).json()

    asked = send(client, grace, samples.picture(), "other.jpg")

    assert (asked.status_code, asked.json()["about"], asked.json()["url"]) == (
        409, "same", first["url"]
    )  # fmt: skip
    assert "“IMG 1” already, added by Ben Otieno" in asked.json()["asks"]
    assert send(client, grace, samples.picture(), "other.jpg", confirmed="same").status_code == 201


def test_what_is_shown_can_do_nothing_in_the_browser(client, ben, grace):
    hostile = '"><script>.pdf'
    document = add(grace, by=ben, content=samples.acting_pdf(), name=hostile, category="letter")

    answers = {name: client.get(of(document, name)) for name in PLACES[:3]}

    for answer in answers.values():
        assert {
            "Content-Security-Policy": NOTHING_RUNS,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
            "Cross-Origin-Resource-Policy": "same-origin",
        }.items() <= dict(answer.items()).items()
    file = answers["document_file"]
    assert (file["Content-Type"], file["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="script.pdf"',
    )
    assert b"JavaScript" not in file.content
    assert [answers[name]["Content-Type"] for name in PLACES[:2]] == ["image/jpeg"] * 2
    assert Image.open(io.BytesIO(answers["document_page"].content)).size == (1200, 1600)


def test_looking_downloading_and_printing_are_told(client, ben, grace):
    document = add(grace, by=ben)
    client.get(reverse("clinical_docs:document", args=[document.pk]))
    for name in ("document_page", "document_file", "document_print"):
        assert client.get(of(document, name)).status_code == 200

    assert [one["file_version"] for one in facts("view")] == [1]
    assert [one["filename"] for one in facts("download")] == ["photo.jpg"]
    assert len(facts("print")) == 1
    rows = OutboxRow.objects.filter(kind="fact", entity_type="document")
    assert {row.patient_id for row in rows} == {grace.pk}


def test_picture_asked_for_by_itself_is_told_and_a_page_of_many_only_once(client, ben, grace):
    document = add(grace, by=ben, content=samples.pdf(2), name="a.pdf", category="letter")
    for n in (1, 2, 1):
        page = reverse("clinical_docs:document_page", args=[document.pk, 1, n])
        assert client.get(page).status_code == 200
    assert len(facts("view")) == 1

    for _ in range(2):
        client.get(of(document, "document_likeness"))

    seen = OutboxRow.objects.filter(kind="fact", action="view", entity_type="patient")
    assert [row.changes["page"] for row in seen] == ["clinical_docs:document_likeness"]


def test_pages_of_a_document_that_could_not_be_told_are_not_shown(client, ben, grace, refusing):
    document = add(grace, by=ben)
    opened = client.get(reverse("clinical_docs:document", args=[document.pk]))
    listed = client.get(reverse("clinical_docs:documents", args=[grace.pk]))
    pictures = [client.get(of(document, name)) for name in ("document_page", "document_likeness")]

    assert [one.status_code for one in (opened, listed, *pictures)] == [503] * 4


def test_reception_sees_administrative_documents_and_no_trace_of_others(client, ben, grace, person):
    card = add(grace, by=ben, category="identity", title="ID card")
    secret = add(grace, by=ben, category="photo", title="Ulcer", content=samples.picture("PNG"))
    client.force_login(person(Role.RECEPTIONIST))

    assert listed(client, grace) == ["ID card"]
    page = client.get(reverse("clinical_docs:documents", args=[grace.pk])).content.decode()
    assert ("Ulcer" in page, "Photo" in page) == (False, False)
    shown = [client.get(of(card, name)).status_code for name in PLACES]
    hidden = [client.get(of(secret, name)) for name in PLACES]
    hidden.append(client.get(reverse("clinical_docs:document", args=[secret.pk])))
    assert shown == [200] * 4
    missing = client.get(reverse("clinical_docs:document", args=[UNKNOWN]))
    assert {one.status_code for one in hidden} == {404}
    assert {told(one) for one in hidden} == {told(missing)}
    for act in ("version", "describe", "archive", "restore"):
        address = reverse(f"clinical_docs:document_{act}", args=[secret.pk])
        assert client.post(address, {"reason": "x"}).status_code == 404


def test_manager_holds_a_clinical_document_without_seeing_it(client, ben, grace, person):
    document = add(grace, by=ben, category="photo", title="Wound")
    client.force_login(person(Role.MANAGER))

    page = client.get(reverse("clinical_docs:document", args=[document.pk]))
    assert "Not for your role to look into" in page.content.decode()
    assert (
        reverse("clinical_docs:document_likeness", args=[document.pk, 1])
        not in client.get(reverse("clinical_docs:documents", args=[grace.pk])).content.decode()
    )
    assert [client.get(of(document, name)).status_code for name in PLACES] == [404] * 4
    hold = reverse("clinical_docs:document_hold", args=[document.pk])
    assert client.post(hold, {"reason": ""}).status_code == 422
    client.post(hold, {"reason": "Case 12"})
    client.post(reverse("clinical_docs:document_retain", args=[document.pk]), {"until": "01-Jan-2036"})  # fmt: skip

    document.refresh_from_db()
    assert (document.legal_hold, document.retention_until) == (True, date(2036, 1, 1))
    assert (
        "On legal hold: Case 12"
        in client.get(reverse("clinical_docs:document", args=[document.pk])).content.decode()
    )
    client.post(hold, {"release": "1"})
    document.refresh_from_db()
    assert document.legal_hold is False


def test_page_of_another_version_says_which_is_in_force(client, ben, grace):
    document = add(grace, by=ben)
    address = reverse("clinical_docs:document_version", args=[document.pk])
    version = SimpleUploadedFile("b.pdf", samples.pdf(2))

    answer = client.post(address, {"base": 1, "file": version})

    assert answer.status_code == 201
    new = client.get(reverse("clinical_docs:document", args=[document.pk])).content.decode()
    old = client.get(reverse("clinical_docs:document", args=[document.pk]), {"version": 1})
    assert "Page 2 of 2" in new
    assert "This is version 1." in old.content.decode()
    assert client.get(of(document, "document_page", 1))["Content-Type"] == "image/jpeg"
    nowhere = client.get(reverse("clinical_docs:document", args=[document.pk]), {"version": 9})
    assert nowhere.status_code == 404


def test_version_after_a_colleagues_is_told_with_what_to_do(client, ben, grace, person):
    document = add(grace, by=ben)
    colleague = person(Role.NURSE, given_name="Ann", family_name="Lee")
    files.add_version(document.pk, sent(samples.pdf(1), "b.pdf"), base=1, by=colleague)
    address = reverse("clinical_docs:document_version", args=[document.pk])

    mine = {"base": 1, "file": SimpleUploadedFile("c.pdf", samples.pdf(3))}
    answer = client.post(address, mine)

    assert (answer.status_code, answer.json()["base"]) == (409, 2)
    assert answer.json()["errors"]["file"].startswith("Ann Lee added version 2 at ")
    again = {"base": 2, "file": SimpleUploadedFile("c.pdf", samples.pdf(3))}
    assert client.post(address, again).status_code == 201


def test_title_taken_by_a_colleague_is_shown_beside_what_was_typed(client, ben, grace, person):
    document = add(grace, by=ben, title="Wound")
    page = client.get(reverse("clinical_docs:document", args=[document.pk]))
    address = reverse("clinical_docs:document_describe", args=[document.pk])
    form = form_on(page, "describe") | {"title": "Wound, mine"}
    said = files.Details("photo", "Wound, theirs")
    files.describe(document.pk, said, version=1, by=person(Role.NURSE, given_name="Ann"))

    answer = client.post(address, form)

    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Ann changed this at" in body
    assert 'value="Wound, mine"' in body
    client.post(address, form_on(answer, "describe"))
    document.refresh_from_db()
    assert document.title == "Wound, mine"


def test_archived_leaves_the_list_for_the_archive(client, ben, grace):
    document = add(grace, by=ben, title="Wound")
    archive = reverse("clinical_docs:document_archive", args=[document.pk])
    assert client.post(archive, {"reason": " "}).status_code == 422

    client.post(archive, {"reason": "Belongs to another patient"})

    assert (listed(client, grace), listed(client, grace, category="archived")) == ([], ["Wound"])
    page = client.get(reverse("clinical_docs:document", args=[document.pk])).content.decode()
    assert "Archived: Belongs to another patient" in page
    client.post(reverse("clinical_docs:document_restore", args=[document.pk]))
    assert listed(client, grace) == ["Wound"]


def test_found_by_title_file_and_category(client, ben, grace):
    add(grace, by=ben, title="Ulcer, left foot", name="IMG_7.jpg")
    add(grace, by=ben, title="From the hospital", category="letter", name="scan_9.jpg")

    found = {q: listed(client, grace, q=q) for q in ("FOOT left", "scan", "letter", "nothing", "%")}

    assert found == {
        "FOOT left": ["Ulcer, left foot"], "scan": ["From the hospital"],
        "letter": ["From the hospital"], "nothing": [], "%": [],
    }  # fmt: skip
    assert listed(client, grace, category="letter") == ["From the hospital"]


def test_from_one_document_to_the_next(client, ben, grace):
    oldest, middle, newest = (add(grace, by=ben, title=title) for title in "abc")
    add(register("Adeyemi, Tunde"), by=ben)

    page = client.get(reverse("clinical_docs:document", args=[middle.pk]))

    assert (page.context["older"], page.context["newer"]) == (oldest, newest)


@pytest.mark.django_db(transaction=True)
def test_record_shows_the_newest_of_a_document_and_opens_it(client, ben, grace, relay):
    document = add(grace, by=ben, title="Wound")
    files.describe(document.pk, files.Details("photo", "Ulcer"), version=1, by=ben)
    record, link = reverse("patients:record", args=[grace.pk]), reverse("clinical_docs:document", args=[document.pk])  # fmt: skip
    waiting = client.get(record).content.decode()
    relay()
    arrived = client.get(record).content.decode()

    for page in (waiting, arrived):
        assert (page.count(f'href="{link}"'), "Ulcer" in page, "Wound" in page) == (1, True, False)
    files.archive(document.pk, reason="Added twice", by=ben)
    assert "archived" in client.get(record).content.decode()


def test_pdf_without_pages_to_draw_is_still_to_be_had(client, ben, grace):
    image = samples.dicom(packed=True)
    document = add(grace, by=ben, content=image, category="imaging", name="ct.dcm")

    page = client.get(reverse("clinical_docs:document", args=[document.pk])).content.decode()

    assert "Only a DICOM viewer shows this image" in page
    assert client.get(of(document, "document_likeness")).status_code == 404
    assert client.get(of(document, "document_page")).status_code == 404
    assert client.get(of(document, "document_file")).content[128:132] == b"DICM"


def test_store_that_is_down_is_told_as_such(client, ben, grace, monkeypatch, places):
    document = add(grace, by=ben)
    monkeypatch.setattr("core.files.folder.Path.read_bytes", lambda _: (_ for _ in ()).throw(OSError(5)))  # fmt: skip

    answer = client.get(of(document, "document_file"))

    assert answer.status_code == 503


def test_what_was_kept_is_what_is_printed(client, ben, grace):
    document = add(grace, by=ben, content=samples.pdf(3), name="a.pdf", category="letter")

    page = client.get(of(document, "document_print")).content.decode()

    assert page.count('class="sheet-of"') == 3
    assert "OKORO" in page
    with pikepdf.open(io.BytesIO(client.get(of(document, "document_file")).content)) as pdf:
        assert len(pdf.pages) == 3

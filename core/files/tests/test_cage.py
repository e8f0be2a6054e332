"""What is made of files in the cage: what is kept, what is taken out, what is refused."""

import io
from tempfile import TemporaryFile

import pikepdf
import pydicom
import pytest
from PIL import Image

from core.files import cage
from core.files.caged import limits
from core.files.kinds import BY_MIME, HEAD, Unfit, kind_of
from core.files.tests import samples


@pytest.fixture(autouse=True)
def quarantine(settings, tmp_path) -> None:
    settings.QUARANTINE_FOLDER = tmp_path / "quarantine"


def inspect(sent: bytes) -> tuple[dict, bytes, bytes]:
    """The report, what would be kept, and the likeness."""
    with TemporaryFile() as source, TemporaryFile() as content, TemporaryFile() as likeness:
        source.write(sent)
        report = cage.inspect(kind_of(sent[:HEAD]), source, content, likeness)
        content.seek(0)
        likeness.seek(0)
        return report, content.read(), likeness.read()


def refusal(sent: bytes) -> str:
    with pytest.raises(Unfit) as refused:
        inspect(sent)
    return str(refused.value)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_photo_stands_upright_and_tells_neither_place_nor_device():
    sent = samples.photo()
    secrets = (samples.DEVICE.encode(), b"SecretComment", b"SecretXmp", b"Exif")
    assert all(secret in sent for secret in secrets)

    report, kept, likeness = inspect(sent)

    assert [secret for secret in secrets if secret in kept + likeness] == []
    image = opened(kept)
    assert (dict(image.getexif()), image.getexif().get_ifd(samples.GPS)) == ({}, {})
    assert (report["width"], report["height"], image.size) == (480, 640, (480, 640))
    # Turned by 90 degrees: what was dark at the left is dark on top.
    assert image.getpixel((240, 30))[1] < 60 < 200 < image.getpixel((240, 610))[1]
    assert max(opened(likeness).size) == limits.THUMBNAIL


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_stay_of_their_kind(form):
    report, kept, _ = inspect(samples.picture(form))

    assert (opened(kept).format, report["pages"], report["remarks"]) == (form, 1, [])


def test_what_is_see_through_stays_so():
    clear = Image.new("RGBA", (50, 50), (10, 200, 30, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")

    _, kept, likeness = inspect(out.getvalue())

    assert opened(kept).getpixel((5, 5))[3] == 0
    assert min(opened(likeness).getpixel((5, 5))) > 250


def test_what_follows_the_picture_is_not_kept():
    _, kept, _ = inspect(samples.picture() + b"PK\x03\x04 and a program" + samples.HTML)

    assert (b"program" in kept, b"Secret" in kept) == (False, False)


def test_fax_becomes_a_pdf_with_its_pages():
    report, kept, likeness = inspect(samples.scan(3))

    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert (len(pdf.pages), report["pages"]) == (3, 3)
        # 850 points at 100 dots an inch are 612 points of 72.
        assert [round(float(one)) for one in pdf.pages[0].mediabox] == [0, 0, 612, 792]
    assert opened(likeness).format == "JPEG"


def test_pdf_loses_what_acts_by_itself_and_says_so():
    sent = samples.acting_pdf()

    report, kept, _ = inspect(sent)

    with pikepdf.open(io.BytesIO(kept)) as pdf:
        page = pdf.pages[0].obj
        assert {"/OpenAction", "/AA", "/Metadata"} & set(pdf.Root.keys()) == set()
        assert dict(pdf.Root.get("/Names", {})) == {}
        assert "/AA" not in page
        assert [str(note.Subtype) for note in page.Annots] == ["/Link", "/Link"]
        assert ["/A" in note for note in page.Annots] == [False, True]
        assert "/AA" not in pdf.Root.AcroForm.Fields[0]
        rest = b"".join(one.unparse(resolved=True) for one in pdf.objects)
    assert b"Secret" not in rest
    [remark] = report["remarks"]
    assert "programs" in remark
    assert "files inside it" in remark


def test_plain_pdf_has_nothing_to_remark():
    report, kept, _ = inspect(samples.pdf(3))

    assert (report["pages"], report["remarks"]) == (3, [])
    assert kept.startswith(b"%PDF-")


def test_polyglot_is_kept_as_one_thing_only():
    """HTML before it, an archive behind it: what is kept begins and ends as a PDF."""
    sent = samples.pdf(1) + samples.zip_bomb()[:2000] + samples.HTML

    _, kept, _ = inspect(sent)

    assert (kept[:5], b"<script" in kept, b"PK\x03\x04" in kept) == (b"%PDF-", False, False)


def test_dicom_tells_what_it_shows_and_of_whom():
    report, kept, likeness = inspect(samples.dicom())

    assert report["facts"] == {
        "modality": "CT", "study_date": "20260315", "body_part": "CHEST"
    }  # fmt: skip
    assert (report["whose"], report["pages"]) == ({"name": "DOE^JOHN"}, 1)
    assert b"SecretProgram" not in kept
    assert pydicom.dcmread(io.BytesIO(kept)).PixelData[:4] == b"\0\0\x3c\0"
    image = opened(likeness)
    assert image.getpixel((0, 16)) < 8 < 247 < image.getpixel((63, 16))


def test_dicom_with_packed_pixels_is_kept_without_a_likeness():
    report, _, likeness = inspect(samples.dicom(packed=True))

    assert (report["pages"], likeness) == (0, b"")


@pytest.mark.parametrize(("mime", "sent"), [("application/pdf", samples.pdf(3)), ("application/dicom", samples.dicom())])  # fmt: skip
def test_pages_are_drawn_for_looking_at(mime, sent):
    drawn = cage.render(BY_MIME[mime], sent, 1)

    assert opened(drawn).format == "JPEG"
    with pytest.raises(Unfit):
        cage.render(BY_MIME[mime], sent, 4)


BAD = {
    "nothing at all": (b"", "The file is empty"),
    "bomb": (samples.bomb(), "30000 x 30000 pixels, more than 50 million"),
    "endless": (samples.endless_png(), "4294967295 x 4294967295 pixels"),
    "half a photo": (samples.picture()[:4000], "damaged or not whole"),
    "only the head": (samples.picture()[:20], "damaged or not whole"),
    "web page": (samples.HTML, "a web page. JPEG, PNG"),
    "drawing": (samples.SVG, "a drawing that can hold programs"),
    "zip bomb": (samples.zip_bomb(), "save it as PDF"),
    "nested archive": (samples.zip_bomb("a/b/c.zip"), "save it as PDF"),
    "virus": (samples.EICAR, "no kind of file we can show"),
    "program": (b"MZ\x90\0" + b"\0" * 200, "no kind of file we can show"),
    "animation": (samples.picture("GIF"), "a GIF picture"),
    "text": (b"Dear colleague,\n", "no kind of file we can show"),
    "protected": (samples.pdf(1, password="x"), "protected by a password"),
    "no pages": (samples.pdf(0), "no pages"),
    "too many pages": (samples.pdf(201), "201 pages, more than 200"),
    "huge picture in a PDF": (samples.pdf_with_huge_picture(), "100000 x 100000 pixels"),
    "half a PDF": (samples.pdf(1)[:40], "damaged or not whole"),
    "half a DICOM image": (samples.dicom()[:500], "damaged or not whole"),
    "endless DICOM": (samples.dicom(Rows=65_000, Columns=65_000), "65000 x 65000 pixels"),
    "too many frames": (samples.dicom(NumberOfFrames=2_000_000_000), "too many pictures"),
    "long fax": (samples.scan(201), "201 pages, more than 200"),
}  # fmt: skip


@pytest.mark.parametrize("sent", BAD)
def test_bad_file_is_refused_in_one_sentence(sent):
    content, sentence = BAD[sent]

    said = refusal(content)

    assert sentence in said
    assert len(said) < 220


def test_cage_sees_no_secret_of_the_clinic(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen = cage._answer([cage.sys.executable, "-c", "import json,os; print(json.dumps(dict(os.environ)))"], [])  # fmt: skip

    assert set(seen) <= {"LANG", "LC_CTYPE"}


def test_file_that_takes_the_memory_is_ended(monkeypatch):
    code = "from core.files.caged import limits; limits.hold(); x = bytearray(3 * 1024 ** 3)"

    with pytest.raises(Unfit, match="more than a document may"):
        cage._answer([cage.sys.executable, "-c", code], [])


def test_file_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(cage, "DEADLINE_SECONDS", 0.3)

    with pytest.raises(Unfit, match="too long to read"):
        cage._answer([cage.sys.executable, "-c", "import time; time.sleep(9)"], [])


def test_no_more_are_read_at_once_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(cage, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(cage, "_places", cage.threading.BoundedSemaphore(1))

    with cage._place(), pytest.raises(cage.Busy):
        inspect(samples.picture())
    assert inspect(samples.picture())[0]["pages"] == 1

"""Documents of a few patients, drawn here: letters, a card, a photo, an image of the chest."""

import io
import struct
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pydicom
from django.conf import settings
from django.db.models import Count
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from clinic.demo.accounts import member
from clinical_docs.domain import files
from clinical_docs.domain.files import Details
from core.clock import today
from core.files import quarantine
from core.shell.words import clinic_date
from patients.models import Patient
from patients.queries.today import visits_of

PAPER, INK = (252, 251, 247), (35, 38, 46)
A4 = (827, 1169)
FONT = "core/paper/fonts/Inter_400Regular.ttf"


class Made(NamedTuple):
    """A document: by whom it is added, how many days it is old."""

    name: str
    content: bytes
    category: str
    title: str
    by: str
    days: int


def add_documents() -> dict[str, int]:
    """The whole folder of somebody well known, and the beginnings of two who are here today."""
    visits = visits_of().select_related("patient").order_by("opened_at")
    known = Patient.objects.annotate(times=Count("visits")).order_by("-times", "mrn")[:1]
    guests = dict.fromkeys([*known, *(visit.patient for visit in visits)])
    added = 0
    for patient, share in zip(guests, (slice(None), slice(1, 3), slice(0, 1)), strict=False):
        for made in folder(patient)[share]:
            add(patient, made)
            added += 1
    return {"documents": added}


def add(patient: Patient, made: Made) -> None:
    said = Details(made.category, made.title, today() - timedelta(days=made.days))
    sent = quarantine.of_bytes(made.content, made.name)
    files.add(patient.pk, sent, said, by=member(made.by), confirmed=("same", "whose"))


def folder(patient: Patient) -> list[Made]:
    """What has come together of somebody."""
    name, born = str(patient), clinic_date(patient.birth_date)
    return [
        Made("scan_0041.pdf", referral(name, born), "referral", "Referral from Lakeside Hospital", "joy", 9),
        Made("id-card.jpg", card(name, born), "identity", "National ID card", "joy", 400),
        Made("consent.pdf", consent(name, born), "consent", "Consent to treatment", "joy", 30),
        Made("fax_220.tif", results(name, born), "laboratory", "HbA1c, Central Laboratory", "tom", 16),
        Made("IMG_2041.jpg", wound(), "photo", "Wound, left foot", "ben", 2),
        Made("chest.dcm", chest(patient), "imaging", "Chest X-ray, PA", "amina", 5),
    ]  # fmt: skip


def referral(name: str, born: str) -> bytes:
    first = sheet(
        "Lakeside Hospital",
        ["Department of Medicine", "", f"Re: {name}, born {born}", "", "Dear colleague,", ""]
        + ["thank you for seeing this patient, who was with us for three days."] * 6
        + ["", "With kind regards,", "", "Dr M. Otieno"],
    )
    second = sheet("Lakeside Hospital", [f"{name}, page 2", "", "Medicines on leaving"] + ["as listed overleaf"] * 8)  # fmt: skip
    return saved(first, "PDF", save_all=True, append_images=[second])


def consent(name: str, born: str) -> bytes:
    lines = [f"I, {name}, born {born}, agree to", "examination and treatment as explained to me."]
    return saved(
        sheet("Consent to treatment", [*lines, "", "", "x ________________________"]), "PDF"
    )


def results(name: str, born: str) -> bytes:
    lines = [f"{name}, born {born}", "", "HbA1c                 7.4 %        4.0 to 6.0"]
    page = sheet("Central Laboratory", lines).convert("1", dither=Image.Dither.NONE)
    return saved(page, "TIFF", compression="group4", dpi=(100, 100))


def card(name: str, born: str) -> bytes:
    image = Image.new("RGB", (1012, 638), (226, 236, 230))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 150, 300, 500), 16, fill=(176, 190, 186))
    draw.ellipse((110, 200, 230, 330), fill=(140, 156, 152))
    draw.pieslice((80, 340, 260, 600), 180, 360, fill=(140, 156, 152))
    write(draw, (40, 40), "REPUBLIC OF NOWHERE   SPECIMEN", 40)
    write(draw, (340, 190), name, 42)
    write(draw, (340, 260), f"Born {born}", 32)
    return saved(image, "JPEG", quality=85)


def wound() -> bytes:
    """Nobody's: colours and a ruler."""
    image = Image.new("RGB", (1200, 900), (186, 134, 106))
    draw = ImageDraw.Draw(image)
    for size, colour in ((260, (170, 92, 80)), (180, (150, 48, 46)), (90, (196, 150, 90))):
        draw.ellipse((600 - size, 430 - size // 2, 600 + size, 430 + size // 2), fill=colour)
    image = image.filter(ImageFilter.GaussianBlur(14))
    draw = ImageDraw.Draw(image)
    draw.rectangle((200, 760, 1000, 830), fill=(245, 245, 240))
    for n in range(41):
        draw.line((200 + n * 20, 760, 200 + n * 20, 800 if n % 5 == 0 else 780), INK, 2)
    return saved(image, "JPEG", quality=85)


def chest(patient: Patient) -> bytes:
    """Two dark lungs between ribs, as a digital X-ray with 12 bits."""
    picture = Image.new("L", (512, 512), 90)
    draw = ImageDraw.Draw(picture)
    for left in (90, 280):
        draw.ellipse((left, 90, left + 145, 430), fill=24)
    for rib in range(9):
        for left in (70, 270):
            draw.arc((left, 60 + rib * 40, left + 175, 190 + rib * 40), 200, 340, 110, 9)
    draw.rectangle((240, 40, 272, 470), fill=170)
    draw.ellipse((225, 250, 350, 430), fill=150)
    return dicom(patient, picture.filter(ImageFilter.GaussianBlur(5)))


def dicom(patient: Patient, picture: Image.Image) -> bytes:
    image, meta = Dataset(), FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = image.SOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = generate_uid()
    image.file_meta, image.StudyInstanceUID = meta, generate_uid()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.PatientName = f"{patient.family_name}^{patient.given_names}"
    image.Modality, image.BodyPartExamined, image.StudyDescription = "DX", "CHEST", "Chest PA"
    image.StudyDate = f"{today() - timedelta(days=5):%Y%m%d}"
    image.InstitutionName, image.PhotometricInterpretation = "Lakeside Hospital", "MONOCHROME2"
    image.Columns, image.Rows = picture.size
    image.SamplesPerPixel, image.PixelRepresentation = 1, 0
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelData = struct.pack(f"<{picture.width * picture.height}H", *(one * 16 for one in picture.tobytes()))  # fmt: skip
    out = io.BytesIO()
    pydicom.dcmwrite(out, image, enforce_file_format=True)
    return out.getvalue()


def sheet(head: str, lines: Sequence[str]) -> Image.Image:
    """A page as a scanner sees it: not quite white, not quite straight."""
    image = Image.new("RGB", A4, PAPER)
    draw = ImageDraw.Draw(image)
    write(draw, (90, 90), head, 34)
    draw.line((90, 145, 737, 145), INK, 2)
    for n, line in enumerate(lines):
        write(draw, (90, 190 + n * 34), line, 20)
    return image.rotate(0.4, fillcolor=PAPER, resample=Image.Resampling.BICUBIC)


def write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int) -> None:
    draw.text(at, text, fill=INK, font=font(size))


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(settings.BASE_DIR) / FONT), size)


def saved(image: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()

"""DICOM images: what they say of themselves, and a likeness where the pixels are plain."""

from typing import Any, BinaryIO

import pydicom
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from core.files.caged.limits import DICOM_BYTES, PAGES, check_pixels
from core.files.caged.pictures import write_page, write_small
from core.files.caged.refusing import Refused

Report = dict[str, Any]
DAMAGED = "The DICOM file is damaged or not whole. Export it again and add that."
SAID = {
    "modality": "Modality",
    "study_date": "StudyDate",
    "body_part": "BodyPartExamined",
    "study": "StudyDescription",
    "series": "SeriesDescription",
    "study_uid": "StudyInstanceUID",
    "institution": "InstitutionName",
}
WHOSE = {"name": "PatientName", "id": "PatientID", "birth_date": "PatientBirthDate"}


def inspect(source: BinaryIO, content: BinaryIO, thumbnail: BinaryIO) -> Report:
    """Kept as it is but for its first 128 bytes, which may be anything, a program too."""
    try:
        image = pydicom.dcmread(source)
    except (InvalidDicomError, EOFError, ValueError, AttributeError) as error:
        raise Refused(DAMAGED) from error
    pages = _frames(image)
    image.preamble = b"\0" * 128
    pydicom.dcmwrite(content, image, enforce_file_format=True)
    likeness = _likeness(image, 1)
    if likeness is not None:
        write_small(likeness, thumbnail)
    size = {"width": int(image.get("Columns") or 0), "height": int(image.get("Rows") or 0)}
    facts = {"facts": _said(image, SAID), "whose": _said(image, WHOSE)}
    return {"pages": pages if likeness is not None else 0, "remarks": [], **size, **facts}


def render(source: BinaryIO, out: BinaryIO, page: int) -> Report:
    """Draw a picture of it, counted from 1. Raises Refused where there is none to be drawn."""
    likeness = _likeness(pydicom.dcmread(source), page)
    if likeness is None:
        raise Refused("This image can only be seen with a DICOM viewer. Download it for one.")
    write_page(likeness, out)
    return {}


def _frames(image: Dataset) -> int:
    """How many pictures. Raises Refused before any is unpacked."""
    frames = int(image.get("NumberOfFrames") or 1)
    rows, columns = int(image.get("Rows") or 0), int(image.get("Columns") or 0)
    if "PixelData" not in image:
        raise Refused(DAMAGED)
    check_pixels(columns, rows)
    size = rows * columns * frames * _samples(image) * _bytes(image)
    if frames < 1 or size > DICOM_BYTES:
        raise Refused("The DICOM file holds too many pictures. Export fewer of them at a time.")
    return min(frames, PAGES)


def _samples(image: Dataset) -> int:
    return int(image.get("SamplesPerPixel") or 1)


def _bytes(image: Dataset) -> int:
    return (int(image.get("BitsAllocated") or 8) + 7) // 8


def _likeness(image: Dataset, number: int) -> Image.Image | None:
    """The picture of that number, if its pixels are packed in no way."""
    syntax = UID(str(image.file_meta.get("TransferSyntaxUID", "")))
    is_plain = syntax.is_transfer_syntax and not syntax.is_compressed
    if not is_plain or not syntax.is_little_endian:
        return None
    size = (int(image.Columns), int(image.Rows))
    length = size[0] * size[1] * _samples(image) * _bytes(image)
    part = image.PixelData[(number - 1) * length : number * length]
    if len(part) < length or number < 1:
        raise Refused(DAMAGED)
    return _drawn(image, size, part)


def _drawn(image: Dataset, size: tuple[int, int], part: bytes) -> Image.Image | None:
    if _samples(image) == 3 and _bytes(image) == 1:
        is_rgb = image.get("PhotometricInterpretation") == "RGB"
        return (
            Image.frombytes("RGB", size, part)
            if is_rgb and not image.get("PlanarConfiguration")
            else None
        )
    if _samples(image) != 1 or _bytes(image) > 2:
        return None
    grey = _grey(image, size, part)
    is_inverse = image.get("PhotometricInterpretation") == "MONOCHROME1"
    return grey.point(lambda value: 255 - value) if is_inverse else grey


def _grey(image: Dataset, size: tuple[int, int], part: bytes) -> Image.Image:
    """In the window the image asks for, else from its darkest to its brightest."""
    is_signed = int(image.get("PixelRepresentation") or 0) == 1
    raw = {1: "L", 2: "I;16S" if is_signed else "I;16"}[_bytes(image)]
    mode = "L" if raw == "L" else "I"
    values = Image.frombytes(mode, size, part, "raw", raw).convert("F")
    low, high = _window(image, values)
    scale = 255 / max(high - low, 1)
    return values.point(lambda value: value * scale - low * scale).convert("L")


def _window(image: Dataset, values: Image.Image) -> tuple[float, float]:
    """The darkest and the brightest of the raw values."""
    centre, width = _first(image.get("WindowCenter")), _first(image.get("WindowWidth"))
    if centre is None or not width:
        low, high = values.getextrema()
        return float(low), float(high)  # type: ignore[arg-type]
    slope = _first(image.get("RescaleSlope")) or 1.0
    offset = _first(image.get("RescaleIntercept")) or 0.0
    low, high = centre - width / 2, centre + width / 2
    return (low - offset) / slope, (high - offset) / slope


def _first(value: Any) -> float | None:
    """A value that may be several, or none."""
    several = isinstance(value, (list, pydicom.multival.MultiValue))
    one = (value[0] if value else None) if several else value
    return None if one in (None, "") else float(one)


def _said(image: Dataset, names: dict[str, str]) -> dict[str, str]:
    """As text, short."""
    found = {key: str(image.get(name) or "").strip()[:200] for key, name in names.items()}
    return {key: text for key, text in found.items() if text}

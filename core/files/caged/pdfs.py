"""PDF files: written anew without what acts by itself, and drawn page by page."""

from typing import Any, BinaryIO

import pikepdf
import pypdfium2

from core.files.caged.active import take_out
from core.files.caged.limits import PAGE, PDF_OBJECTS, THUMBNAIL, check_pages, check_pixels
from core.files.caged.pictures import write_small
from core.files.caged.refusing import Refused

Report = dict[str, Any]
ENCRYPTED = (
    "The PDF is protected by a password. Open it, save it without the password, and add that."
)


def inspect(source: BinaryIO, content: BinaryIO, thumbnail: BinaryIO) -> Report:
    """Raises Refused, or qpdf's and PDFium's errors for what is damaged."""
    try:
        opened = pikepdf.open(source)
    except pikepdf.PasswordError as error:
        raise Refused(ENCRYPTED) from error
    with opened as pdf:
        check_pages(len(pdf.pages))
        _check_objects(pdf)
        remarks = take_out(pdf)
        pages = len(pdf.pages)
        pdf.remove_unreferenced_resources()
        pdf.save(content, linearize=False, encryption=False)
    content.seek(0)
    width, height = _draw(content, thumbnail, 1, THUMBNAIL)
    return {"pages": pages, "width": width, "height": height, "remarks": remarks}


def render(source: BinaryIO, out: BinaryIO, page: int) -> Report:
    """Draw a page, counted from 1. Raises Refused for one that is not there."""
    _draw(source, out, page, PAGE)
    return {}


def _check_objects(pdf: pikepdf.Pdf) -> None:
    """Before anything is unpacked. Raises Refused."""
    if len(pdf.objects) > PDF_OBJECTS:
        raise Refused("The PDF is made of too many parts. Print it into a new PDF and add that.")
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image":
            check_pixels(_side(one, "/Width"), _side(one, "/Height"))


def _side(image: pikepdf.Stream, name: str) -> int:
    """At least 1: what is missing is not for us to complain of, it just does not show."""
    try:
        return max(1, int(image.get(name, 1)))
    except (TypeError, ValueError):
        return 1


def _draw(source: BinaryIO, out: BinaryIO, number: int, side: int) -> tuple[int, int]:
    """The page's size in points. PDFium draws to a size we give, whatever the page claims to be."""
    with pypdfium2.PdfDocument(source) as pdf:
        if not 1 <= number <= len(pdf):
            raise Refused("There is no such page.")
        pdf.init_forms()
        page = pdf[number - 1]
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            raise Refused("A page of the PDF has no size.")
        scale = side / max(width, height)
        write_small(page.render(scale=scale).to_pil(), out, side)
    return round(width), round(height)

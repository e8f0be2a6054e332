"""What a file is, by its first bytes. Its name and what the browser calls it are nobody's word."""

from dataclasses import dataclass

import puremagic

from core.errors import ClinicError

HEAD = 4096
ALLOWED_IN_WORDS = "JPEG, PNG, WebP or TIFF pictures, PDF files and DICOM images"


@dataclass(frozen=True)
class Kind:
    """An accepted kind: `reader` is the module of core.files.caged that reads it; it is kept as
    `mime` with the ending `suffix`."""

    reader: str
    mime: str
    suffix: str
    words: str


PDF = Kind("pdfs", "application/pdf", ".pdf", "PDF")
KINDS = {
    "image/jpeg": Kind("images", "image/jpeg", ".jpg", "JPEG picture"),
    "image/png": Kind("images", "image/png", ".png", "PNG picture"),
    "image/webp": Kind("images", "image/webp", ".webp", "WebP picture"),
    # What scanners and fax machines send has pages: it is kept as the PDF it would have been.
    "image/tiff": Kind("scans", PDF.mime, PDF.suffix, "TIFF scan"),
    "application/pdf": PDF,
    "application/dicom": Kind("dicom", "application/dicom", ".dcm", "DICOM image"),
}
BY_MIME = {kind.mime: kind for kind in KINDS.values() if kind.reader != "scans"}
"""Kinds as they are kept."""

# What people have and try; told by name, with the way out.
OTHERS = {
    "image/svg+xml": "a drawing that can hold programs",
    "text/html": "a web page",
    "image/heif": "a HEIC picture; set the phone's camera to “Most compatible”",
    "image/heic": "a HEIC picture; set the phone's camera to “Most compatible”",
    "image/gif": "a GIF picture",
    "application/zip": "an archive or an office document; save it as PDF",
    "application/msword": "an office document; save it as PDF",
}
OFFICE = ("application/vnd.openxmlformats", "application/vnd.oasis", "application/vnd.ms-")


class Unfit(ClinicError):
    """The file is not taken; says why, and what would be."""


def kind_of(head: bytes) -> Kind:
    """The accepted kind that begins like this. Raises Unfit with what it is instead."""
    if not head:
        raise Unfit("The file is empty. Choose it again, or scan the page once more.")
    mimes = _mimes(head)
    for mime in mimes:
        if mime in KINDS:
            return KINDS[mime]
    raise Unfit(f"This is {_in_words(mimes)}. {_capital(ALLOWED_IN_WORDS)} can be added.")


def _mimes(head: bytes) -> list[str]:
    """What it may be, the likeliest first."""
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return []
    return [match.mime_type for match in found if match.mime_type]


def _in_words(mimes: list[str]) -> str:
    if any(mime.startswith(OFFICE) for mime in mimes):
        return OTHERS["application/zip"]
    return next((OTHERS[mime] for mime in mimes if mime in OTHERS), "no kind of file we can show")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

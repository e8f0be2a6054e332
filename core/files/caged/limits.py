"""How much a file may ask for. Checked before it is decoded, and held by the kernel besides."""

import resource

from core.files.caged.refusing import Refused

MEGABYTE = 1024 * 1024
MEMORY_BYTES = 1536 * MEGABYTE
CPU_SECONDS = 20
WRITTEN_BYTES = 256 * MEGABYTE
OPEN_FILES = 64

PIXELS = 50_000_000
PAGES = 200
ALL_PIXELS = 600_000_000
"""Of all pages of one scan together: they are decoded one after the other."""
PDF_OBJECTS = 200_000
DICOM_BYTES = 1024 * MEGABYTE
THUMBNAIL = 360
PAGE = 1600


def hold() -> None:
    """From here on the kernel ends this process rather than give it more."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def check_pixels(width: int, height: int, most: int = PIXELS) -> None:
    """Raises Refused for a picture without any, or with too many."""
    if width < 1 or height < 1:
        raise Refused("The picture has no pixels. Take or scan it once more.")
    if width * height > most:
        raise Refused(
            f"The picture is {width} x {height} pixels, more than {most // 1_000_000} million. "
            "Save it smaller and add it again."
        )


def check_pages(count: int) -> None:
    """Raises Refused for none or too many."""
    if count < 1:
        raise Refused("The file has no pages.")
    if count > PAGES:
        raise Refused(f"The file has {count} pages, more than {PAGES}. Split it and add the parts.")

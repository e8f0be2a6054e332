"""TIFF files of scanners and fax machines: their pages become a PDF."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from PIL import Image, ImageOps, ImageSequence

from core.files.caged.limits import ALL_PIXELS, check_pages, check_pixels
from core.files.caged.pictures import plain, write_small

Report = dict[str, Any]
DPI = 200
SANE_DPI = (72, 1200)


def inspect(source: BinaryIO, content: BinaryIO, thumbnail: BinaryIO) -> Report:
    """Raises Refused, or Pillow's errors for what is damaged."""
    with Image.open(source, formats=["TIFF"]) as opened:
        count = int(getattr(opened, "n_frames", 1))
        check_pages(count)
        _check_all(opened)
        opened.seek(0)
        resolution = _resolution(opened)
        first, *_ = pages = [page.copy() for page in _pages(opened)]
    first.save(content, "PDF", save_all=True, append_images=pages[1:], resolution=resolution)
    write_small(first, thumbnail)
    return {"pages": count, "width": first.width, "height": first.height, "remarks": []}


def _check_all(opened: Image.Image) -> None:
    """The head of a page tells its size: none is decoded before all have been looked at."""
    total = 0
    for page in ImageSequence.Iterator(opened):
        check_pixels(*page.size)
        total += page.width * page.height
        check_pixels(total, 1, ALL_PIXELS)


def _pages(opened: Image.Image) -> Iterator[Image.Image]:
    for page in ImageSequence.Iterator(opened):
        upright = ImageOps.exif_transpose(page)
        # Black on white stays so: a fax of twenty pages is small.
        yield upright if upright.mode == "1" else plain(upright)


def _resolution(opened: Image.Image) -> float:
    given = opened.info.get("dpi", (DPI, DPI))[0]
    least, most = SANE_DPI
    return float(given) if least <= given <= most else DPI

"""What all readers do with a decoded picture."""

from typing import BinaryIO

from PIL import Image

from core.files.caged.limits import PAGE, THUMBNAIL

WHITE = (255, 255, 255)
# Ours is asked first, and says in words what is too much.
Image.MAX_IMAGE_PIXELS = None


def plain(image: Image.Image) -> Image.Image:
    """In colours that a JPEG knows, on white where it was see-through."""
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGB", "L"):
        return image
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, (*WHITE, 255))
        return Image.alpha_composite(paper, seen).convert("RGB")
    return image.convert("L" if image.mode == "1" else "RGB")


def write_small(image: Image.Image, out: BinaryIO, side: int = THUMBNAIL) -> None:
    """Its likeness at most `side` pixels wide and high."""
    small = plain(image)
    if small is image:
        small = image.copy()
    small.thumbnail((side, side), reducing_gap=2.0)
    small.save(out, "JPEG", quality=80)


def write_page(image: Image.Image, out: BinaryIO, side: int = PAGE) -> None:
    """As it is looked at."""
    write_small(image, out, side)

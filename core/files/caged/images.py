"""Pictures: decoded, turned upright, and written anew without anything that is not picture."""

from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps
from PIL.ImageCms import PyCMSError

from core.files.caged.limits import check_pixels
from core.files.caged.pictures import write_page, write_small

Report = dict[str, Any]
FORMATS = ("JPEG", "PNG", "WEBP")
OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": False},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 90, "method": 2},
}


def inspect(source: BinaryIO, content: BinaryIO, thumbnail: BinaryIO) -> Report:
    """Raises Refused, or Pillow's errors for what is damaged."""
    with Image.open(source, formats=FORMATS) as opened:
        check_pixels(*opened.size)
        form = str(opened.format)
        remarks = _remarks(opened)
        image = _bare(opened)
    image.save(content, form, **OPTIONS[form])
    write_small(image, thumbnail)
    return {"pages": 1, "width": image.width, "height": image.height, "remarks": remarks}


def render(source: BinaryIO, out: BinaryIO, page: int) -> Report:
    """A picture has one page: itself."""
    with Image.open(source, formats=FORMATS) as image:
        check_pixels(*image.size)
        write_page(image, out)
    return {}


def _remarks(opened: Image.Image) -> list[str]:
    """What of it is not kept, as far as somebody would miss it."""
    moves = getattr(opened, "n_frames", 1) > 1
    return ["It moves; its first picture was kept."] if moves else []


def _bare(opened: Image.Image) -> Image.Image:
    """Upright and in the colours of every screen; without place, device, comment or profile."""
    image = ImageOps.exif_transpose(opened)
    image.load()
    image = _common_colours(image)
    if opened.format == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    if image.mode == "P":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    transparency = image.info.get("transparency")
    image.info = {} if transparency is None else {"transparency": transparency}
    return image


def _common_colours(image: Image.Image) -> Image.Image:
    """Phones write wider colours than pages show: without their profile those would look dull."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        wide = ImageCms.ImageCmsProfile(BytesIO(profile))
        common = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(image, wide, common, outputMode=mode)
    except (PyCMSError, OSError, ValueError):
        return image
    return turned or image

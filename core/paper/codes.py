"""QR codes and barcodes, as SVG to put into a paper's data."""

from io import BytesIO

import segno
from barcode import Code128
from barcode.writer import SVGWriter

BARS = {"quiet_zone": 2, "module_height": 9, "write_text": False}


def qr(text: str) -> str:
    """A QR code that survives a fold; keep names out of `text`: anybody can scan a lost paper."""
    return str(segno.make_qr(text, error="m").svg_inline(border=2, omitsize=True))


def barcode(text: str) -> str:
    """Code 128 without its text: the paper sets that in its own letters. Raises ValueError for
    what is not ASCII."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("Code 128 takes printable ASCII.")
    drawn = BytesIO()
    Code128(text, writer=SVGWriter()).write(drawn, BARS)
    return drawn.getvalue().decode()

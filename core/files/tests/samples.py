"""Files as people send them, good and bad, made on the spot: no binary lies in git."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
import pydicom
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

GPS, ORIENTATION, MAKER = 34853, 274, 271
DEVICE = "SecretPhone 3000"


def drawing(width: int = 640, height: int = 480, text: str = "Seth") -> Image.Image:
    """Darker at its left than at its right, so that one sees how it is turned."""
    image = Image.linear_gradient("L").rotate(90).resize((width, height)).convert("RGB")
    ImageDraw.Draw(image).text((20, 20), text, fill=(200, 30, 30))
    return image


def picture(form: str = "JPEG", width: int = 640, height: int = 480, **more: Any) -> bytes:
    out = io.BytesIO()
    drawing(width, height).save(out, form, **more)
    return out.getvalue()


def photo(orientation: int = 6) -> bytes:
    """By a phone held upright: turned by a note beside it, with place and device."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, DEVICE
    exif.get_ifd(GPS).update({1: "S", 2: (1.0, 17.0, 12.0), 3: "E", 4: (36.0, 49.0, 2.0)})
    return picture(exif=exif, comment=b"SecretComment", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>")


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a hundred kilobytes that unpacks to a hundred megabytes and more."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


def endless_png() -> bytes:
    """A PNG whose head claims 2^32 - 1 pixels a side."""
    head = struct.pack(">IIBBBBB", 0xFFFFFFFF, 0xFFFFFFFF, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def scan(pages: int = 2) -> bytes:
    """A fax."""
    first, *others = [drawing(850, 1100, f"Page {n}").convert("1") for n in range(pages)]
    out = io.BytesIO()
    first.save(
        out, "TIFF", save_all=True, append_images=others, compression="group4", dpi=(100,) * 2
    )
    return out.getvalue()


def pdf(pages: int = 2, *, password: str = "", **root: Any) -> bytes:
    """Pages with a line of text; `root` goes into the catalogue."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(300, 400))
        for name, value in root.items():
            made.Root[f"/{name}"] = made.make_indirect(value)
        protected = pikepdf.Encryption(owner="o", user=password) if password else False
        made.save(out, encryption=protected)
    return out.getvalue()


def script(code: str = "app.alert('SecretScript')") -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=code)


def acting_pdf() -> bytes:
    """All that a PDF can do by itself."""
    names = Dictionary(
        JavaScript=Dictionary(Names=Array(["run", script()])),
        EmbeddedFiles=Dictionary(Names=Array(["a.exe", Dictionary(Type=Name.Filespec, F="a.exe")])),
    )
    launch = Dictionary(S=Name.Launch, F="SecretProgram.exe")
    form = Dictionary(Fields=Array([Dictionary(T="f", FT=Name.Tx, AA=Dictionary(K=script()))]))
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(1))) as made:
        made.Root.update({"/OpenAction": script(), "/Names": names, "/AcroForm": form})
        made.pages[0].obj["/AA"] = Dictionary(O=script())
        box = Array([0, 0, 9, 9])
        notes = [
            Dictionary(Subtype=Name.Link, Rect=box, A=launch),
            Dictionary(
                Subtype=Name.Link, Rect=box, A=Dictionary(S=Name.URI, URI="https://x.example")
            ),
            Dictionary(Subtype=Name.FileAttachment, Rect=box, FS=Dictionary(F="SecretFile.exe")),
        ]
        made.pages[0].obj["/Annots"] = made.make_indirect(Array(notes))
        made.save(out)
    return out.getvalue()


def pdf_with_huge_picture() -> bytes:
    """A page that shows a picture of ten thousand million pixels."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(1))) as made:
        image = made.make_stream(b"\0" * 10, Type=Name.XObject, Subtype=Name.Image)
        image.update({"/Width": 100_000, "/Height": 100_000, "/ColorSpace": Name.DeviceGray})
        image["/BitsPerComponent"] = 1
        made.pages[0].obj["/Resources"] = Dictionary(XObject=Dictionary(I=image))
        made.save(out)
    return out.getvalue()


def dicom(*, name: str = "DOE^JOHN", born: str = "", packed: bool = False, **more: Any) -> bytes:
    """A CT of 64 x 32 pixels, its left dark and its right bright; its first bytes are a program's."""
    image, meta = Dataset(), FileMetaDataset()
    meta.TransferSyntaxUID = JPEG2000Lossless if packed else ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = image.SOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = generate_uid()
    image.file_meta, image.preamble = meta, b"MZSecretProgram".ljust(128, b"\0")
    image.PatientName, image.PatientBirthDate, image.Modality = name, born, "CT"
    image.StudyDate, image.BodyPartExamined = "20260315", "CHEST"
    image.Columns, image.Rows, image.SamplesPerPixel = 64, 32, 1
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 0
    image.PhotometricInterpretation = "MONOCHROME2"
    line = b"".join(struct.pack("<H", column * 60) for column in range(64))
    pixels = line * 32
    image.PixelData = pydicom.encaps.encapsulate([pixels]) if packed else pixels
    for key, value in more.items():
        setattr(image, key, value)
    out = io.BytesIO()
    pydicom.dcmwrite(out, image, enforce_file_format=True)
    return out.getvalue()


def zip_bomb(name: str = "word/document.xml") -> bytes:
    """A Word document of a hundred kilobytes that unpacks to a hundred megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, b"0" * 100_000_000)
    return out.getvalue()


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><html><script>alert('SecretScript')</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script/></svg>"

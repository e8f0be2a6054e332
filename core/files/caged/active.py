"""What of a PDF acts by itself, and is taken out: programs, what opens or sends, files inside."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object

# Within the file or to a place of the web, on a click: nothing else that a page could do.
HARMLESS = {"/GoTo", "/Named", "/URI"}
# Notes that carry a file, a film or a program; a form's fields are kept as they are filled in.
CARRIERS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
IN_FILE = {
    "/OpenAction": "what it did when opened",
    "/AA": "what it did by itself",
    "/Collection": "files inside it",
    "/AF": "files inside it",
}
IN_NAMES = {"/JavaScript": "programs", "/EmbeddedFiles": "files inside it"}
MEANS = {"/JavaScript": "programs", "/Launch": "what started other programs"}


def take_out(pdf: pikepdf.Pdf) -> list[str]:
    """Returns, in words, what was found and taken out."""
    found = {*_of_file(pdf), *_of_form(pdf)}
    for page in pdf.pages:
        found.update(_of_page(page.obj))
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    _drop(pdf.Root, "/Metadata")
    remarks = [f"Taken out: {', '.join(sorted(found))}."] if found else []
    return remarks + (["A signature in it is not valid any more."] if _is_signed(pdf) else [])


def _of_file(pdf: pikepdf.Pdf) -> Iterator[str]:
    for name, words in IN_FILE.items():
        if name == "/OpenAction" and not _acts(pdf.Root.get(name)):
            continue
        if _drop(pdf.Root, name):
            yield words
    names = pdf.Root.get("/Names")
    if isinstance(names, Dictionary):
        for name, words in IN_NAMES.items():
            if _drop(names, name):
                yield words
    _drop(pdf.Root, "/Outlines")


def _of_form(pdf: pikepdf.Pdf) -> Iterator[str]:
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    if _drop(form, "/XFA"):
        yield "programs"
    for field in _fields(form.get("/Fields"), 0):
        yield from _of_thing(field)


def _fields(fields: Any, depth: int) -> Iterator[Dictionary]:
    """Fields within fields; a ring of them ends."""
    if not isinstance(fields, Array) or depth > 8:
        return
    for field in fields:
        if isinstance(field, Dictionary):
            yield field
            yield from _fields(field.get("/Kids"), depth + 1)


def _of_page(page: Dictionary) -> Iterator[str]:
    if _drop(page, "/AA"):
        yield "what it did by itself"
    _drop(page, "/AF")
    notes = page.get("/Annots")
    if not isinstance(notes, Array):
        return
    kept = [one for one in notes if not _carries(one)]
    if len(kept) < len(notes):
        yield "films or files inside it"
        page["/Annots"] = Array(kept)
    for note in kept:
        if isinstance(note, Dictionary):
            yield from _of_thing(note)


def _of_thing(thing: Dictionary) -> Iterator[str]:
    """A note or a field with something to do."""
    if _drop(thing, "/AA"):
        yield "what it did by itself"
    if "/A" in thing and _acts(thing["/A"]):
        yield MEANS.get(_does(thing["/A"]), "what it did on a click")
        del thing["/A"]


def _carries(note: Object) -> bool:
    return isinstance(note, Dictionary) and str(note.get("/Subtype")) in CARRIERS


def _acts(action: Any) -> bool:
    """Whether it does more than lead somewhere; what it does next counts too."""
    if not isinstance(action, Dictionary):
        return False
    return _does(action) not in HARMLESS or "/Next" in action


def _does(action: Any) -> str:
    return str(action.get("/S", "")) if isinstance(action, Dictionary) else ""


def _drop(where: Any, name: str) -> bool:
    if name not in where:
        return False
    del where[name]
    return True


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    flags = form.get("/SigFlags", 0) if isinstance(form, Dictionary) else 0
    return bool(int(flags) & 1)

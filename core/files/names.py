"""A file's name as people may be shown it and browsers may be sent it."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 120
# Separators, what a shell or Windows reads otherwise, and nothing that is not shown.
ODD = re.compile(r'[<>:"|?*%;\\/]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def safe_name(given: str, suffix: str) -> str:
    """The last part of a name with the ending of what the file is: `../a\u202ecod.exe` is no way
    out of a folder and no other kind of file."""
    last = unicodedata.normalize("NFC", given.replace("\\", "/")).rpartition("/")[2]
    shown = "".join(one for one in last if one.isprintable())
    stem = ODD.sub(" ", _without_ending(shown)).strip(" .")
    stem = " ".join(stem.split())[:LONGEST].strip()
    if not stem or RESERVED.fullmatch(stem):
        stem = f"document {stem}".strip()
    return stem + suffix


def title_of(filename: str) -> str:
    """What a document is called before anybody has given it a title: `scan_012.pdf`, `Scan 012`."""
    words = " ".join(re.sub(r"[_\-.]+", " ", PurePosixPath(filename).stem).split())
    return (words[:1].upper() + words[1:]) or "Document"


def _without_ending(name: str) -> str:
    """Without one ending that looks like one."""
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending) else name

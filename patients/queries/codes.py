"""What cards and tickets carry for scanners: no name, and a slip of the reader is noticed.

`PT104556-47` is a patient, `TK261124A012-31` the ticket A012 of that day. The two digits are the
check of ISO/IEC 7064 MOD 97-10, with letters counted from A = 10.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

CODE = re.compile(r"(PT|TK)([A-Z0-9]{1,16})-(\d\d)")
TICKET = re.compile(r"(\d{6})([A-Z]{1,3})(\d{1,6})")
LABEL = re.compile(r"[A-Za-z]{1,3}\d{1,4}")


@dataclass(frozen=True)
class Scanned:
    """What a code names: a record number, or a ticket of a day."""

    mrn: int | None = None
    day: date | None = None
    prefix: str = ""
    number: int = 0


def patient_code(mrn: int) -> str:
    return _checked(f"PT{mrn}")


def ticket_code(day: date, prefix: str, number: int) -> str:
    return _checked(f"TK{day:%y%m%d}{prefix}{number:03d}")


def read(text: str) -> Scanned | None:
    """What was scanned; None for what is no code of ours or was misread."""
    found = CODE.fullmatch(text.strip().upper())
    if found is None or _checked(found[1] + found[2]) != found[0]:
        return None
    return _patient(found[2]) if found[1] == "PT" else _ticket(found[2])


def is_label(text: str) -> bool:
    """Whether it could be a ticket's number, as it is called out."""
    return LABEL.fullmatch(text.strip()) is not None


def _patient(digits: str) -> Scanned | None:
    return Scanned(mrn=int(digits)) if digits.isdecimal() else None


def _ticket(body: str) -> Scanned | None:
    found = TICKET.fullmatch(body)
    if found is None:
        return None
    try:
        day = datetime.strptime(found[1], "%y%m%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
    return Scanned(day=day, prefix=found[2], number=int(found[3]))


def _checked(body: str) -> str:
    digits = "".join(str(int(letter, 36)) for letter in body)
    return f"{body}-{98 - int(digits) * 100 % 97:02d}"

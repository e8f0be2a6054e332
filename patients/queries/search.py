"""Finding a patient from whatever somebody types into one box.

Every word must begin a word of the name, in any order; where too few do, words that sound alike
count too. Digits are a record number or a phone, a date is a birth date. Only a bounded number of
candidates is fetched and ranked, so a common name costs no more than a rare one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet, Value

from core.clock import today
from core.crypto.blind import letters_and_digits
from patients.models import Patient
from patients.models.patient import NameSounds
from patients.queries.dates import parse_date
from patients.queries.plain import digits_of, plain_words, printable

MOST_CANDIDATES = 200
LONGEST = 100
FEW = 5
LONGEST_RECORD_NUMBER = 7
NUMBER_INSIDE = re.compile(r"\d{8,}|@")
DIGITS = re.compile(r"[+(]?[\d ()./-]{3,}")


@dataclass
class Asked:
    """What was typed, understood."""

    words: list[str] = field(default_factory=list)
    digits: str = ""
    born: date | None = None
    year: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.digits or self.born)


def understand(text: str) -> Asked:
    """Split what was typed into a birth date, digits and words of a name."""
    text = printable(text)[:LONGEST]
    born = parse_date(text)
    if born is not None:
        return Asked(born=born)
    digits = digits_of(text)
    if DIGITS.fullmatch(text) and len(digits) >= 3:
        return Asked(digits=digits)
    words = plain_words(text)
    years = [int(word) for word in words if _is_birth_year(word)]
    return Asked(
        words=[word for word in words if not _is_birth_year(word)],
        year=years[0] if years else None,
    )


def in_words(text: str) -> str:
    """What was asked, as the audit keeps it: a long number identifies a person, so it stays out."""
    asked = understand(text)
    if len(asked.digits) > LONGEST_RECORD_NUMBER:
        return f"a number of {len(asked.digits)} digits"
    return printable(text)[:LONGEST] if not NUMBER_INSIDE.search(text) else "a text with a number"


def find(text: str, *, most: int = 50) -> list[Patient]:
    """Patients that fit, the likeliest first, at most so many of the 200 that were looked at.

    Nothing typed finds nobody. Merged records are left out: their survivor is found instead.
    """
    asked = understand(text)
    if asked.is_empty:
        return []
    known = Patient.objects.filter(merged_into=None)
    if asked.born:
        return list(known.filter(birth_date=asked.born)[:most])
    if asked.digits:
        return _by_digits(known, asked.digits)[:most]
    return _by_name(known, asked)[:most]


def _by_digits(known: QuerySet[Patient], digits: str) -> list[Patient]:
    """A record number, the end of a phone number, or a national ID."""
    fits = Q(national_id=digits)
    if len(digits) < 12:
        fits |= Q(mrn=int(digits))
    if len(digits) >= 6:
        # The last six are what the index holds.
        fits |= Q(phone__end=digits)
    return [each for each in known.filter(fits)[:MOST_CANDIDATES] if _has_digits(each, digits)]


def _has_digits(patient: Patient, digits: str) -> bool:
    """Not every phone that ends alike is the one; a national number begins with a 0 of its own."""
    # "0" alone would leave nothing, which every phone ends with.
    end = digits.lstrip("0")[-9:] or digits
    return (
        patient.phone.endswith(end)
        or str(patient.mrn) == digits.lstrip("0")
        or letters_and_digits(patient.national_id) == digits
    )


def _by_name(known: QuerySet[Patient], asked: Asked) -> list[Patient]:
    if asked.year:
        known = known.filter(birth_date__year=asked.year)
    named = known.filter(*(Q(search_name__contains=f" {word}") for word in asked.words))
    found = list(named[:MOST_CANDIDATES])
    if len(found) < FEW:
        seen = {patient.pk for patient in found}
        found += [alike for alike in _sounding_alike(known, asked) if alike.pk not in seen]
    return sorted(found, key=lambda patient: rank(patient, asked.words))


def _sounding_alike(known: QuerySet[Patient], asked: Asked) -> Iterable[Patient]:
    """Names in which every word typed sounds like some word; other scripts have no sound."""
    typed = NameSounds(Value(" ".join(word for word in asked.words if len(word) > 2)))
    begins = (Q(search_name__contains=f" {word}") for word in asked.words if not word.isascii())
    # Every list contains an empty one, but none overlaps it.
    alike = known.filter(*begins, sounds__contains=typed, sounds__overlap=typed)
    return alike[:MOST_CANDIDATES]


def rank(patient: Patient, words: list[str]) -> tuple[int, int, str]:
    """Fewer is better: words that are not whole words of the name, then how much name is left."""
    have = patient.search_name.split()
    partly = sum(word not in have for word in words)
    misses = sum(not any(name.startswith(word) for name in have) for word in words)
    return misses, partly, patient.search_name


def _is_birth_year(word: str) -> bool:
    return len(word) == 4 and word.isdecimal() and 1880 <= int(word) <= today().year

"""Finding a diagnosis from what somebody types: a code, words of its title, or plain words.

The common ones of a general clinic come first, by what people call them; then every code of
ICD-10-CM in which each typed word begins a word; where there are few, titles with a slip.
"""

import csv
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from patients.models import DiagnosisCode
from patients.queries.plain import plain_words, printable

COMMON = "patients/data/common_problems.csv"
MOST = 8
MOST_COMMON = 3
FEW = 3
SHORTEST = 2
SHORTEST_SLIP = 4
LONGEST = 100
NEAR = 0.8
CODE = re.compile(r"[A-Za-z]\d[\dA-Za-z.]*")

# Whole words before beginnings, what may be billed before headings, plain before special.
BY_WORDS = """
    SELECT code, title, billable FROM diagnosis_codes
    WHERE words @@ to_tsquery('simple', %(beginnings)s)
    ORDER BY words @@ to_tsquery('simple', %(whole)s) DESC, billable DESC, length(title), code
    LIMIT %(most)s
"""
BY_CODE = """
    SELECT code, title, billable FROM diagnosis_codes WHERE code LIKE %(begins)s
    ORDER BY code = %(code)s DESC, billable DESC, length(code), code LIMIT %(most)s
"""
# Two letters begin thousands of words: then only those with which a title begins.
BY_BEGINNING = """
    SELECT code, title, billable FROM diagnosis_codes WHERE plain LIKE %(begins)s
    ORDER BY billable DESC, length(title), code LIMIT %(most)s
"""
BY_SLIP = """
    SELECT code, title, billable FROM diagnosis_codes WHERE plain %%> %(typed)s
    ORDER BY word_similarity(%(typed)s, plain) DESC, billable DESC, length(title), code
    LIMIT %(most)s
"""


@dataclass(frozen=True)
class Diagnosis:
    """A code of ICD-10-CM; `billable` is False for headings of more exact codes."""

    code: str
    title: str
    billable: bool


def find(text: str, *, most: int = MOST) -> list[Diagnosis]:
    """The likeliest first; nobody for less than two letters."""
    text = " ".join(printable(text[:LONGEST]).split())
    if len(text) < SHORTEST:
        return []
    if CODE.fullmatch(text):
        return _by_code(text, most)
    words = plain_words(text)
    if not words:
        return []
    found = [*_common(words), *_by_words(words, most)]
    if len(found) < FEW and len("".join(words)) >= SHORTEST_SLIP:
        found += _common(_corrected(words))
        found += _ask(BY_SLIP, typed=" ".join(words), most=most)
    return list(dict.fromkeys(found))[:most]


def _by_code(text: str, most: int) -> list[Diagnosis]:
    """`j010` is J01.0."""
    bare = text.upper().replace(".", "")
    code = f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare
    return _ask(BY_CODE, code=code, begins=f"{code}%", most=most)


def _by_words(words: list[str], most: int) -> list[Diagnosis]:
    if len(words) == 1 and len(words[0]) <= SHORTEST:
        return _ask(BY_BEGINNING, begins=f" {words[0]}%", most=most)
    beginnings = " & ".join(f"{word}:*" for word in words)
    return _ask(BY_WORDS, beginnings=beginnings, whole=" & ".join(words), most=most)


def _common(words: list[str]) -> list[Diagnosis]:
    """Those whose plain words these begin; whole words before beginnings."""
    fitting = [(_missed(words, have), place, code) for place, (code, have) in enumerate(_table())]
    codes = [code for missed, _, code in sorted(fitting, key=_first) if missed is not None]
    known = DiagnosisCode.objects.in_bulk(codes[:MOST_COMMON])
    listed = [known[code] for code in codes[:MOST_COMMON] if code in known]
    return [Diagnosis(one.code, one.title, one.billable) for one in listed]


def _first(fit: tuple[int | None, int, str]) -> tuple[int, int]:
    return (fit[0] or 0, fit[1])


def _missed(typed: list[str], have: frozenset[str]) -> int | None:
    """How many words are only begun; None where one begins no word at all."""
    if not all(any(word.startswith(one) for word in have) for one in typed):
        return None
    return sum(one not in have for one in typed)


def _corrected(words: list[str]) -> list[str]:
    """`hypertention` is near a word we know."""
    return [next(iter(get_close_matches(word, _vocabulary(), 1, NEAR)), word) for word in words]


@cache
def _vocabulary() -> list[str]:
    return sorted(frozenset[str]().union(*(words for _, words in _table())))


@cache
def _table() -> list[tuple[str, frozenset[str]]]:
    """Codes with what people call them, in the order of the file."""
    with (Path(settings.BASE_DIR) / COMMON).open(encoding="utf-8", newline="") as file:
        return [(row["code"], frozenset(plain_words(row["words"]))) for row in csv.DictReader(file)]


def _ask(statement: str, **known: str | int) -> list[Diagnosis]:
    with connection.cursor() as cursor:
        cursor.execute(statement, known)
        return [Diagnosis(*row) for row in cursor.fetchall()]

"""Every paper for names and words that are hard to set: nothing outside, across, or the wrong way."""

import inspect
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from billing.models import CashierShift
from billing.queries.documents import shift_in_words
from clinic.tests.papers import NAMES, PAPERS, WORDS, print_all, staff, unhurried, write_everything
from clinic.tests.test_doors import DOORS
from core import paper
from core.accounts.models import User

WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
)
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
MILLIMETRE = 72 / 25.4
# Letters are less high than the box of their font, which the reader tells.
AIR = 0.22
SHARED = 0.05


@dataclass(frozen=True)
class Word:
    """A word where it stands, in points."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    def shares(self, other: "Word") -> float:
        """How much of the smaller one lies under the other."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        smaller = min(self.area, other.area)
        return max(width, 0) * max(height, 0) / smaller if smaller else 0

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


def pages_of(printed: bytes) -> Iterator[tuple[float, float, list[Word]]]:
    """Width, height and words of each page."""
    reading = ["pdftotext", "-bbox", "-", "-"]
    told = subprocess.run(reading, input=printed, capture_output=True, check=True).stdout.decode()
    for width, height, words in PAGE.findall(told):
        yield float(width), float(height), [inked(*told) for told in WORD.findall(words)]


def inked(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    air = AIR * (float(bottom) - float(top))
    return Word(float(left), float(top) + air, float(right), float(bottom) - air, text)


def text_of(printed: bytes) -> str:
    """Its letters in one row, however they were joined or broken."""
    reading = ["pdftotext", "-raw", "-", "-"]
    told = subprocess.run(reading, input=printed, capture_output=True, check=True).stdout.decode()
    return letters(told)


def letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if unicodedata.category(one)[0] in "LN").lower()


def ask(role, address):
    client = Client()
    client.force_login(User.objects.get(username=f"prints-{role}"))
    return client.get(address)


@pytest.fixture(scope="module")
def printed(django_db_setup, django_db_blocker) -> Iterator[dict[str, bytes]]:
    """All papers of all people."""
    with django_db_blocker.unblock(), transaction.atomic():
        unhurried()
        yield print_all(write_everything(staff()), ask)
        transaction.set_rollback(True)


def test_every_address_that_prints_and_every_paper_file_is_in_the_table():
    printing = {
        name
        for name, door in DOORS.items()
        if "paper.answer(" in inspect.getsource(inspect.unwrap(door.callback))
    }

    assert printing == {one.url for one in PAPERS}
    used = {name for door in DOORS.values() for name in files_named_by(door.callback)}
    apps = settings.BASE_DIR.glob("*/papers/*.typ")
    assert {f"{file.parent.parent.name}/{file.stem}" for file in apps} - {"core/sample"} == used


def files_named_by(view) -> list[str]:
    source = inspect.getsource(inspect.unwrap(view))
    return re.findall(r'paper\.answer\(\s*request,\s*"([\w/]+)"', source)


def test_nothing_leaves_its_page(printed):
    outside = [
        (name, word.text)
        for name, paper_ in printed.items()
        for width, height, words in pages_of(paper_)
        for word in words
        if word.left < 0 or word.top < 0 or word.right > width or word.bottom > height
    ]

    assert outside == [], outside[:9]


def test_nothing_is_printed_across_something_else(printed):
    across = [
        (name, one.text, two.text)
        for name, paper_ in printed.items()
        for *_, words in pages_of(paper_)
        for one, two in combinations(filter(is_told_apart, words), 2)
        if one.shares(two) > SHARED
    ]

    assert across == [], across[:9]


def is_told_apart(word: Word) -> bool:
    """Of letters that are joined the reader makes boxes of its own."""
    return not any("ARABIC" in unicodedata.name(one, "") for one in word.text)


@pytest.mark.parametrize("script", NAMES)
def test_names_are_letters_and_no_boxes(script, printed):
    family, given = NAMES[script]
    nameless = {"ticket", "ticket-label", "shift"}

    for name in {one.name for one in PAPERS} - nameless:
        text = text_of(printed[f"{name}-{script}"])
        assert set(letters(family + given)) <= set(text), name
        assert "�" not in text


def test_a_long_name_leaves_the_code_of_a_card_free(printed):
    [(width, height, words)] = pages_of(printed["id-card-long"])

    beside = [word.text for word in words if word.top < height / 2 and word.right > width - 29 * MILLIMETRE]  # fmt: skip
    assert beside == []


def test_what_was_written_in_arabic_begins_on_the_right(printed):
    [(width, _, words)] = pages_of(printed["sick-note-arabic"])
    first = letters(WORDS["arabic"].split()[0])

    [*_, begins] = [word for word in words if letters(word.text) in (first, first[::-1])]
    [*_, number] = [word for word in words if word.text == "38.5"]

    assert width - 14 * MILLIMETRE < begins.right <= width - 12 * MILLIMETRE
    assert number.right < begins.left


@pytest.mark.parametrize("size", ["a4", "a5"])
def test_a_letter_is_never_signed_on_an_empty_page(size):
    codes = {"qr": paper.qr("x"), "code": "0000", "address": "http://localhost/"}
    known = {"title": "Letter", "signed_by": "Amina", "signed_at": "today", **codes}
    patient = {"name": "OKORO, Grace", "facts": []}

    for lines in range(10, 60):
        text = "\n".join(f"written{n}" for n in range(lines))
        sections = [{"title": "Before", "text": "short"}, {"title": "What we found", "text": text}]
        data = {**known, "patient": patient, "sections": sections}
        made = paper.pdf("clinical_docs/letter", data, size=size)
        *_, (_, _, words) = pages_of(made)
        assert [word.text for word in words if word.text.startswith("written")], lines


def test_a_shift_counts_from_the_largest_down(printed):
    counted = shift_in_words(CashierShift.objects.get())["counts"]

    assert [row[0] for row in counted] == ["50.00", "20.00", "10.00", "5.00", "1.00", "0.50"]

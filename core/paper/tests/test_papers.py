"""Papers: what is printed is what was given, in any script, and every print is in the audit."""

import re
import subprocess
import threading

import pytest

from core import paper
from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.shell.reading import ReadingMiddleware

MILLIMETRES = 72 / 25.4
HOSTILE = "#evil[x] *b* $x$ @ref <l> {{7*7}} \\ `raw`"


def data(**more):
    patient = {"name": "OKORO, Grace", "facts": [["born", "02-Mar-1988 (38 y)"]]}
    codes = {"qr": paper.qr("P104556-7"), "barcode": paper.barcode("S-000104")}
    return {"patient": patient, "rows": [], **codes, **more}


def text_of(printed):
    reading = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(reading, input=printed, capture_output=True, check=True).stdout.decode()


def page_size_of(printed):
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    return tuple(round(float(side) / MILLIMETRES, 1) for side in box.groups())


@pytest.mark.parametrize(
    ("size", "page"),
    [("a4", (210, 297)), ("a5", (148, 210)), ("label", (50, 25)), ("card", (85.6, 54))],
)
def test_a_paper_has_the_size_of_its_sheet(size, page):
    assert page_size_of(paper.pdf("core/sample", data(), size=size)) == page


def test_a_roll_is_as_long_as_what_stands_on_it():
    short = paper.pdf("core/sample", data(), size="roll")
    long = paper.pdf("core/sample", data(patient={"name": "A " * 300, "facts": []}), size="roll")

    assert page_size_of(short)[0] == page_size_of(long)[0] == 80
    assert page_size_of(long)[1] > page_size_of(short)[1] + 20


def test_what_looks_like_markup_is_printed_as_it_was_typed():
    printed = text_of(paper.pdf("core/sample", data(rows=[[HOSTILE, "1.00"]])))

    assert HOSTILE in printed


def test_every_page_names_the_patient_who_printed_it_and_its_number():
    rows = [[f"line {number}", "1.00"] for number in range(90)]

    pages = text_of(paper.pdf("core/sample", data(rows=rows), by="Joy")).split("\f")[:-1]

    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert "OKORO, Grace" in page
        assert f"Page {number} of 3" in page
        assert re.search(r"Printed \d\d-\w{3}-\d{4}\s\d\d:\d\d by Joy", page)


def test_only_a_copy_is_marked_one():
    assert "COPY" in text_of(paper.pdf("core/sample", data(), copy=True))
    assert "COPY" not in text_of(paper.pdf("core/sample", data()))


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("Nguyễn Thị Hằng, Жанна, Ωμέγα", "Inter-Regular"),
        ("عبد الرحمن", "NotoSansArabic"),
        ("王小明", "DroidSansFallback"),
        ("김민수", "DroidSansFallback"),
        ("प्रिया शर्मा", "NotoSansDevanagari"),
        ("አበበ", "NotoSansEthiopic"),
    ],
)
def test_names_of_many_scripts_come_from_the_fonts_shipped(name, font):
    printed = paper.pdf("core/sample", data(rows=[[name, ""]]))

    assert font.encode() in printed


def test_two_desks_print_at_once():
    printed = {}

    def work(number):
        printed[number] = paper.pdf("core/sample", data(rows=[[f"ticket {number}", ""]]))

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f"ticket {number}" in text_of(printed[number]) for number in range(8)] == [True] * 8


def test_a_barcode_takes_what_scanners_can_type():
    with pytest.raises(ValueError, match="ASCII"):
        paper.barcode("رقم")


def test_a_print_opens_in_place_is_kept_nowhere_and_is_in_the_audit(rf, person):
    request = rf.get("/")
    request.user = person(Role.RECEPTIONIST, given_name="Joy")

    middleware = ReadingMiddleware(
        lambda request: paper.answer(
            request, "core/sample", data(), filename="Sample", entity_type="ticket", entity_id=7
        )
    )
    answer = middleware(request)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="Sample.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert "Joy" in text_of(answer.content)
    fact = OutboxRow.objects.get(action="print")
    assert (fact.entity_type, fact.entity_id) == ("ticket", "7")
    assert fact.changes == {"paper": "core/sample", "size": "a4", "copy": False}

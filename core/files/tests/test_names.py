"""Names of files as they come."""

import pytest

from core.files.names import safe_name, title_of

NAMES = {
    "scan_012.pdf": "scan_012.pdf",
    "../../etc/passwd": "passwd.pdf",
    "..\\..\\boot.ini": "boot.pdf",
    "C:\\Users\\joy\\Überweisung.PDF": "Überweisung.pdf",
    "letter\u202efdp.exe": "letterfdp.pdf",
    "a\r\nContent-Type: text/html": "html.pdf",
    "x\0y.pdf": "xy.pdf",
    "con.txt": "document con.pdf",
    "": "document.pdf",
    "...": "document.pdf",
    'photo "1"; rm -rf.jpg': "photo 1 rm -rf.pdf",
    "no ending": "no ending.pdf",
    "a" * 300 + ".pdf": "a" * 120 + ".pdf",
    "рентген 2026.12.01": "рентген 2026.12.pdf",
}


@pytest.mark.parametrize("given", NAMES)
def test_name_is_no_way_out_and_no_other_kind(given):
    assert safe_name(given, ".pdf") == NAMES[given]


@pytest.mark.parametrize(
    ("filename", "title"),
    [("scan_012.pdf", "Scan 012"), ("IMG-20260301.jpg", "IMG 20260301"), ("", "Document")],
)
def test_title_begins_with_the_name(filename, title):
    assert title_of(filename) == title

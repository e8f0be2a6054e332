"""Letters from hospital as one-page PDF files, the kind of paper a clinic files."""

import base64
import html
import re
import textwrap

from bench.demo_data.charts import Chart, Resource

LINES_ON_A_PAGE, WIDTH = 58, 92
TAG = re.compile(r"<[^>]+>")


def file_letters(chart: Chart) -> None:
    """One document for each discharge letter of the chart."""
    letters = [row for row in chart.all_of("Composition") if row["title"].startswith("Discharge")]
    chart.resources["DocumentReference"] = [document(row) for row in letters]


def document(note: Resource) -> Resource:
    title = "Discharge letter"
    pdf = one_page_pdf([title.upper(), "", *lines_of(note)])
    attachment = {
        "contentType": "application/pdf",
        "data": base64.b64encode(pdf).decode(),
        "size": len(pdf),
        "title": f"{title}.pdf",
    }
    return {
        "resourceType": "DocumentReference",
        "id": note["id"].replace("comp-", "letter-"),
        "status": "current",
        "type": {"text": title},
        "category": [{"text": "Letter"}],
        "subject": note["subject"],
        "date": note["date"],
        "author": note["author"],
        "description": title,
        "content": [{"attachment": attachment}],
        "context": {"encounter": [note["encounter"]]},
    }


def lines_of(note: Resource) -> list[str]:
    found: list[str] = []
    for section in note["section"]:
        words = html.unescape(TAG.sub("", section["text"]["div"]))
        found += [section["title"], *textwrap.wrap(words, WIDTH), ""]
    return found[:LINES_ON_A_PAGE]


def one_page_pdf(lines: list[str]) -> bytes:
    """A PDF 1.4 file with these lines in Helvetica on A4."""
    shown = "".join(f"({escaped(line)}) Tj T*\n" for line in lines)
    content = f"BT /F1 10 Tf 50 790 Td 13 TL\n{shown}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return assembled(objects)


def escaped(line: str) -> str:
    return re.sub(r"([\\()])", r"\\\1", line)


def assembled(objects: list[bytes]) -> bytes:
    """Header, numbered objects, cross-reference table, trailer."""
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )

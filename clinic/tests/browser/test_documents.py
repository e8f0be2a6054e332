"""Documents: chosen, dropped, refused, seen by colleagues at once, replaced, held."""

import base64
import re
from uuid import UUID

import pytest
from playwright.sync_api import expect

from clinic.tests.browser import looking
from clinic.tests.browser.serving import Served
from core.files.tests import samples

SOON = 8_000
WITHOUT = """SELECT id FROM patients p WHERE NOT EXISTS (
    SELECT FROM documents d WHERE d.patient_id = p.id) ORDER BY mrn DESC LIMIT 1"""
DROP = """([name, type, content]) => {
    const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
    const moved = new DataTransfer();
    moved.items.add(new File([bytes], name, { type }));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        document.querySelector("main").dispatchEvent(
            new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: moved }));
    }
}"""


@pytest.fixture
def grace(clinic: Served) -> UUID:
    """Somebody without documents."""
    [row] = clinic.rows(WITHOUT)
    return row["id"]


def file(name: str, content: bytes, mime: str = "image/jpeg") -> dict:
    return {"name": name, "mimeType": mime, "buffer": content}


def listening(page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def choose(page, *files: dict, within: str = "#add-files") -> None:
    chooser = "[data-chooses]:not([capture])"
    page.locator(f"{within} {chooser}").set_input_files(list(files))


@pytest.mark.parametrize("width", [1440, 390])
def test_several_files_are_added_and_colleagues_see_them_at_once(page, grace, windows, width):
    at = f"/patients/{grace}/documents/"
    size = {"width": width, "height": 844}
    ben, amina, joy = page("ben", at, viewport=size), page("amina", at), page("joy", at)
    for window in (amina, joy):
        listening(window)
    ben.get_by_role("button", name="Add documents").click()

    choose(ben, file("wound_left.jpg", samples.photo()), file("holiday.jpg", samples.HTML))
    first, second = ben.locator(".send").nth(0), ben.locator(".send").nth(1)
    expect(first.get_by_label("Title")).to_have_value("Wound left")
    expect(first.get_by_label("Category")).to_be_focused()
    first.get_by_label("Category").select_option("photo")
    second.get_by_label("Category").select_option("identity")
    second.get_by_label("Title").fill("My holiday")
    ben.get_by_role("button", name="Add 2 documents").click()

    expect(first.locator("[data-state]").last).to_have_text("Added", timeout=SOON)
    expect(second.get_by_role("alert")).to_contain_text("This is a web page.")
    expect(second.get_by_label("Title")).to_have_value("My holiday")
    assert looking.faults(ben) == []
    expect(amina.locator("#document-list [data-row]")).to_have_count(1, timeout=SOON)
    expect(amina.locator("#document-list")).to_contain_text("Wound left")
    # The reception hears that something changed, and sees nothing of it.
    expect(joy.locator("#document-list [data-row]")).to_have_count(0)
    second.get_by_role("button", name="Leave holiday.jpg out").click()
    ben.locator("#add-files").get_by_role("button", name="Close").last.click()
    ben.locator("#document-list a.row-link").click()
    expect(ben.locator(".leaf img")).to_be_visible()
    assert ben.locator(".leaf img").evaluate("one => one.decode().then(() => one.naturalWidth)") == 480  # fmt: skip
    assert looking.faults(ben) == []
    assert looking.sideways(ben) == {}


def test_dropped_anywhere_and_sent_by_keyboard(page, grace):
    ben = page("ben", f"/patients/{grace}/documents/")
    content = base64.b64encode(samples.pdf(2)).decode()

    ben.evaluate(DROP, ["scan_7.pdf", "application/pdf", content])
    expect(ben.locator("#add-files")).to_be_visible()
    ben.locator(".send select").select_option("letter")
    ben.keyboard.press("Control+Enter")

    expect(ben.locator("#document-list")).to_contain_text("PDF, 2 pages", timeout=SOON)
    expect(ben.locator("#toasts")).to_contain_text("Document added.")
    expect(ben.locator("#add-files")).to_be_hidden()


def test_same_file_asks_and_is_added_when_meant(page, grace):
    ben = page("ben", f"/patients/{grace}/documents/")
    for _ in range(2):
        ben.keyboard.press("a")
        choose(ben, file("card.jpg", samples.picture()))
        ben.locator(".send select").select_option("identity")
        ben.locator("[data-send]").click()
        expect(ben.locator("#document-list [data-row]")).to_have_count(1, timeout=SOON)

    asked = ben.locator("[data-asks]")
    expect(asked).to_contain_text("This file is here as “Card” already, added by Ben")
    expect(asked.get_by_role("link", name="Look at it")).to_have_attribute("href", re.compile("/documents/"))  # fmt: skip
    asked.get_by_role("button", name="Add it all the same").click()

    expect(ben.locator("#document-list [data-row]")).to_have_count(2, timeout=SOON)


def test_of_two_who_replace_a_document_one_is_told(page, grace):
    at = f"/patients/{grace}/documents/"
    ben, amina = page("ben", at), page("amina", at)
    ben.keyboard.press("a")
    choose(ben, file("plan.pdf", samples.pdf(1), "application/pdf"))
    ben.locator(".send select").select_option("letter")
    ben.locator("[data-send]").click()
    for window in (ben, amina):
        window.locator("#document-list a.row-link").click(timeout=SOON)
        window.locator(".leaf img").wait_for()
        window.keyboard.press("n")
    listening(amina)

    choose(ben, file("two.pdf", samples.pdf(2), "application/pdf"), within="#add-version")
    ben.locator("[data-send]").click()
    expect(ben.get_by_text("Page 2 of 2")).to_be_visible(timeout=SOON)
    choose(amina, file("three.pdf", samples.pdf(3), "application/pdf"), within="#add-version")
    amina.locator("[data-send]").click()

    row = amina.locator(".send")
    expect(row.get_by_role("alert")).to_contain_text("added version 2 at", timeout=SOON)
    expect(row).to_contain_text("three.pdf")
    amina.locator("[data-send]").click()
    expect(amina.get_by_text("Page 3 of 3")).to_be_visible(timeout=SOON)
    amina.get_by_role("link", name="Version 1").click()
    expect(amina.locator("#document-said")).to_contain_text("This is version 1.")
    expect(amina.locator(".leaf img")).to_have_count(1)


def test_next_and_previous_by_keys_and_back_to_the_record(page, grace):
    ben = page("ben", f"/patients/{grace}/documents/")
    ben.keyboard.press("a")
    names = ("one.png", "two.png", "three.png")
    choose(ben, *(file(name, samples.picture("PNG", 100 + n), "image/png") for n, name in enumerate(names)))  # fmt: skip
    for row in ben.locator(".send").all():
        row.get_by_label("Category").select_option("photo")
    ben.locator("[data-send]").click()
    expect(ben.locator("#document-list [data-row]")).to_have_count(3, timeout=SOON)
    titles = ben.locator("#document-list a.row-link").all_inner_texts()

    ben.locator("#document-list a.row-link").first.click()
    seen = []
    for _ in range(3):
        seen.append(ben.locator("#document-title").inner_text())
        ben.keyboard.press("j")
        ben.wait_for_load_state()
    ben.keyboard.press("r")

    assert seen == titles
    expect(ben.locator("#timeline")).to_contain_text(titles[0], timeout=SOON)
    ben.locator("#timeline .entry-open", has_text=titles[0]).first.click()
    expect(ben.locator("#document-title")).to_have_text(titles[0])

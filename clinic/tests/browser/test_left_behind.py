"""What a PC that many use keeps of a day's work: nothing that was typed or read."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from clinic.tests.browser.conftest import CHROMIUM, QUIET
from clinic.tests.browser.test_journeys import UNTIL_KEPT
from clinic.tests.browser.windows import PATIENCE_MS, WIDE
from core.testing import report

SAVED = re.compile(r"saved \d\d:\d\d")
# All that a page can put by, as text.
STORED = """async () => JSON.stringify([
    {...localStorage}, {...sessionStorage}, await indexedDB.databases(), await caches.keys()])"""


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def profile(chromium, clinic, folder) -> BrowserContext:
    """A browser that keeps its profile on the disk, as those of people do."""
    context = chromium.browser_type.launch_persistent_context(
        folder, executable_path=CHROMIUM, args=QUIET, base_url=clinic.url, viewport=WIDE
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def canary() -> str:
    return f"Zq{uuid4().hex[:14]}"


def found(words: list[str], folder: Path) -> set[str]:
    """Those of the words that stand in a file of the profile, in either of a browser's encodings."""
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return {
        word
        for word in words
        for encoded in (word.encode(), word.encode("utf-16-le"))
        if any(encoded in content for content in contents)
    }


def registered(page: Page, words: dict[str, str]) -> str:
    """The address of somebody's record, whose address and next of kin are canaries."""
    page.goto("/patients/register/")
    page.get_by_label("Family name").fill(f"Left{uuid4().hex[:6]}")
    page.get_by_label("Given names").fill("Behind")
    page.get_by_text("Female", exact=True).click()
    page.get_by_label("Date of birth").fill("02-Mar-1988")
    page.locator(".person-more summary").click()
    for name, word in words.items():
        page.locator(f"[name={name}]").fill(word)
    page.get_by_role("button", name="Save only").click()
    page.wait_for_url(lambda url: "/register/" not in url)
    return page.url


def test_nothing_typed_or_read_stays_in_the_browsers_profile(profile, windows, folder):
    kept = {name: canary() for name in ("address", "next_of_kin", "national_id")}
    note, unsent, marker = canary(), canary(), canary()
    page = profile.new_page()
    page.goto("/sign-in/")
    windows.sign_in(page, "amina")
    record = registered(page, kept)
    page.get_by_role("button", name="Write a note").first.click()
    page.get_by_role("textbox", name="Note").fill(note)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#main")).to_contain_text(note)
    page.goto(f"{record}edit/")
    expect(page.locator("[name=address]")).to_have_value(kept["address"])
    page.locator("[name=next_of_kin]").fill(unsent)
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED, timeout=UNTIL_KEPT)
    page.goto(record)
    stored = page.evaluate(STORED)
    page.evaluate(f"localStorage.setItem('marker', '{marker}')")
    profile.close()

    words = [*kept.values(), note, unsent]
    assert [word for word in words if word in stored] == []
    hits = found([*words, marker], folder)
    report.tell("browser", f"{len(words)} secrets, {len(hits - {marker})} hits in its profile")
    # The marker shows that what is kept would be found.
    assert hits == {marker}

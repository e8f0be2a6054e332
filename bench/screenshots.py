"""`python -m bench.screenshots`: every page of a running demo clinic as a small picture.

    CLINIC_HOME=/tmp/shown PORT=5105 bin/up
    .venv/bin/python -m bench.screenshots --url http://localhost:5105

Pages are those of clinic/tests/pages.py, at a desk (1440 px) and on a phone (390 px), in light; the
record also in dark. The pictures go to docs/screenshots.
"""

import argparse
import io
import os
from collections.abc import Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from PIL import Image  # noqa: E402  (the table of pages needs the settings)
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from clinic.tests.browser.looking import settle  # noqa: E402
from clinic.tests.pages import PAGES, Example  # noqa: E402
from core.accounts.demo import demo_accounts  # noqa: E402

PASSWORDS = {account.username: account.password for account in demo_accounts()}
SIZES = {"1440": (1440, 900), "390": (390, 844)}
IN_DARK_TOO = {"record"}
# Long pages are cut here: what matters stands above.
TALLEST = 1800
COLOURS = 160
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"


def main() -> None:
    parser = argparse.ArgumentParser(description="Photograph every page of a running demo clinic.")
    parser.add_argument("--url", default="http://localhost:5000", help="where the clinic runs")
    parser.add_argument("--patient", default="okafor", help="whose record is shown: what to search")
    parser.add_argument("--only", default="", help="pages whose name begins so")
    parser.add_argument("--to", type=Path, default=Path("docs/screenshots"))
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        patient = find(browser, given.url, given.patient)
        for example in (one for one in PAGES if one.name.startswith(given.only)):
            for name, picture in photographs(browser, given.url, example, patient):
                print(f"{name}: {save(picture, given.to / f'{name}.png') // 1024} kB")
        browser.close()
    total = sum(file.stat().st_size for file in given.to.glob("*.png"))
    print(f"{total / 1e6:.1f} MB in all")


def photographs(
    browser: Browser, url: str, example: Example, patient: str
) -> Iterator[tuple[str, bytes]]:
    """One page at each size, and in dark where that is wanted."""
    page = opened(browser, url, example.user)
    page.goto(example.address(patient))
    if example.act:
        example.act(page)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        yield f"{example.name}-{size}", photograph(page, width)
        if example.name in IN_DARK_TOO:
            page.emulate_media(color_scheme="dark")
            yield f"{example.name}-{size}-dark", photograph(page, width)
            page.emulate_media(color_scheme="light")
    page.context.close()


def photograph(page: Page, width: int) -> bytes:
    """All of it at a time, up to where it is cut. What is fixed to the window stays in its place."""
    page.wait_for_timeout(400)
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(200)
    return page.screenshot()


def opened(browser: Browser, url: str, username: str | None) -> Page:
    """A window of somebody signed in."""
    page = browser.new_context(base_url=url, reduced_motion="reduce").new_page()
    if username:
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(PASSWORDS[username])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda where: "/sign-in/" not in where)
    return page


def find(browser: Browser, url: str, text: str) -> str:
    """The id of the first patient that a search finds."""
    page = opened(browser, url, "joy")
    page.goto(f"/patients/?q={text}")
    link = page.locator(".row-link").first.get_attribute("href") or ""
    page.context.close()
    return link.strip("/").rpartition("/")[2]


def save(picture: bytes, path: Path) -> int:
    """A palette of few colours is enough for a page; returns the size."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, kmeans=1).save(
        path, optimize=True
    )
    return path.stat().st_size


if __name__ == "__main__":
    main()

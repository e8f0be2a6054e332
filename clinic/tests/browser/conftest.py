"""One clinic and one Chromium for a test process; a context, which is a browser profile, per test."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from clinic.tests.browser.serving import Served, serving
from clinic.tests.browser.windows import Windows

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
FAILED = pytest.StashKey[bool]()
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def clinic(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Served]:
    """The clinic at work, with a few patients and their history."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock(), serving(worker) as served:
        yield served


# Not for the session: an event loop runs in this thread for as long as Playwright does, and the
# tests of other folders want one of their own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def profiles(clinic: Served, chromium: Browser) -> dict[str, Any]:
    """Cookies of those who have signed in once already, by user name."""
    return {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Leave with the test whether its body failed, for the fixtures that end after it."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def windows(
    clinic: Served, chromium: Browser, profiles: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Windows]:
    """`windows.of("joy")`: a browser profile of somebody who is signed in."""
    opened = Windows(clinic, chromium, profiles)
    yield opened
    if request.node.stash.get(FAILED, False):
        opened.tell(sys.stdout.write)
    opened.close()


@pytest.fixture
def page(windows: Windows) -> Callable[..., Page]:
    """`page("joy", "/patients/")`: a window of somebody signed in, at that address."""

    def open_page(username: str, path: str = "/", **options: Any) -> Page:
        context: BrowserContext = windows.of(username, **options)
        opened = context.new_page()
        opened.goto(path)
        return opened

    return open_page

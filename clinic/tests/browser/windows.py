"""Browser profiles of the staff, and what went wrong in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from clinic.tests.browser.serving import Served
from core.accounts.demo import demo_accounts

PASSWORDS = {account.username: account.password for account in demo_accounts()}
WIDE = {"width": 1440, "height": 900}
PATIENCE_MS = 10_000
MOST_TOLD = 1500


@dataclass
class Windows:
    """Opens a profile for somebody; `complaints` is what any console or page error said."""

    clinic: Served
    chromium: Browser
    profiles: dict[str, Any]
    opened: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def of(self, username: str | None, **options: Any) -> BrowserContext:
        """A profile of its own, signed in; nobody for None."""
        state = self._profile(username) if username else None
        return self._context(storage_state=state, **options)

    def sign_in(self, page: Page, username: str) -> None:
        """As a person does it."""
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(PASSWORDS[username])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    def tell(self, write: Callable[[str], Any]) -> None:
        """What each window shows now, and what the console said."""
        for page in (page for context in self.opened for page in context.pages):
            words = page.locator("body").inner_text().split()
            write(f"\n== {page.url}\n{' '.join(words)[:MOST_TOLD]}\n")
        write("\n".join(self.complaints))

    def close(self) -> None:
        for context in self.opened:
            context.close()

    def _profile(self, username: str) -> Any:
        if not self._is_open(self.profiles.get(username)):
            context = self._context()
            page = context.new_page()
            page.goto("/sign-in/")
            self.sign_in(page, username)
            self.profiles[username] = context.storage_state()
            self.opened.remove(context)
            context.close()
        return self.profiles[username]

    def _is_open(self, state: Any) -> bool:
        """Whether its session still stands: a test may have ended it, or nobody used it for long."""
        if state is None:
            return False
        context = self.chromium.new_context(base_url=self.clinic.url, storage_state=state)
        try:
            return bool(context.request.get("/profile/", max_redirects=0).status == 200)
        finally:
            context.close()

    def _context(self, **options: Any) -> BrowserContext:
        usual = {"base_url": self.clinic.url, "viewport": WIDE, "reduced_motion": "reduce"}
        context = self.chromium.new_context(**{**usual, **options})
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._note)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.opened.append(context)
        return context

    def _note(self, message: ConsoleMessage) -> None:
        """Chromium reports broken scripts, refused styles and failed loads on the console."""
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self.complaints.append(f"{message.type}: {message.text} ({where})")

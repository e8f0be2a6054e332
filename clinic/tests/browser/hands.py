"""Somebody's hands on a page, counted: clicks, keys that act, screens; and when others see it."""

import statistics
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page

# What a colleague's window shows, and since when: text that is waited for is looked for at every
# change of the page, so that the moment is the browser's own and not that of our asking.
WATCHER = """
(() => {
  window.awaited = {}; window.seenAt = {};
  const now = () => performance.timeOrigin + performance.now();
  const look = () => {
    for (const [text, selector] of Object.entries(window.awaited)) {
      if (window.seenAt[text]) continue;
      const places = document.querySelectorAll(selector);
      if ([...places].some((place) => place.textContent.includes(text))) window.seenAt[text] = now();
    }
  };
  const begin = () => new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true });
  begin();
  window.lookNow = look;
})()
"""


@dataclass
class Tally:
    """What one patient's way cost all hands together."""

    clicks: int = 0
    screens: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """For the report."""
        times = sorted(self.seconds.values())
        late = times[min(len(times) - 1, int(len(times) * 0.95))] if times else 0.0
        return {
            "clicks": self.clicks,
            "screens": len(set(self.screens)),
            "hand-overs": len(times),
            "median s": round(statistics.median(times), 3) if times else 0.0,
            "p95 s": round(late, 3),
        }


class Hand:
    """One person's window. With `keys` nothing is clicked: what would be, is focused and entered."""

    def __init__(self, page: Page, tally: Tally, *, keys: bool = False) -> None:
        self.page, self.tally, self.keys = page, tally, keys
        page.evaluate(WATCHER)
        page.add_init_script(WATCHER)
        self._note(page.url)
        page.on("framenavigated", self._moved)

    def click(self, target: Locator) -> None:
        """One click, or Enter on the thing once it is focused."""
        self.tally.clicks += 1
        if self.keys:
            target.focus()
            target.press("Enter")
        else:
            target.click()

    def tick(self, label: Locator) -> None:
        """A box with its label around it; counts as a click."""
        if self.keys:
            self.tally.clicks += 1
            label.locator("input").focus()
            self.page.keyboard.press("Space")
        else:
            self.click(label)

    def type(self, target: Locator, text: str) -> None:
        target.fill(text)

    def await_text(self, text: str, selector: str = "#main") -> None:
        """From now on note when this stands in the page."""
        self.page.evaluate(
            "([t, s]) => { window.awaited[t] = s; window.lookNow(); }", [text, selector]
        )

    def now(self) -> float:
        """The window's clock, in milliseconds; all windows of a machine agree."""
        return float(self.page.evaluate("performance.timeOrigin + performance.now()"))

    def seen(self, text: str, since: float, name: str) -> None:
        """Wait until the text stood there, and note how long after `since`."""
        self.page.wait_for_function("t => window.seenAt[t]", arg=text)
        at = float(self.page.evaluate("t => window.seenAt[t]", text))
        self.tally.seconds[name] = (at - since) / 1000

    def _moved(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._note(frame.url)

    def _note(self, url: str) -> None:
        """A list with the work beside it is one screen, whichever patient is chosen."""
        first, *_ = urlsplit(url).path.strip("/").split("/")
        self.tally.screens.append(first)

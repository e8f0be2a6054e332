"""What every page owes its readers: no faults for axe, no complaints, no sideways scrolling."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (360, 390, 1024, 1440, 1920)
GRAVE = {"serious", "critical"}
AXE = Axe().axe_script
RUN = "options => axe.run(options)"
IN_ALL = {"resultTypes": ["violations"]}
IN_DARK = {**IN_ALL, "runOnly": ["color-contrast"]}
SETTLED = """() => document.readyState === "complete" && !document.querySelector(
    ".htmx-request, .htmx-swapping, .htmx-settling, [hx-trigger^='load'] > .skeleton")"""
# A colour halfway between two themes is nobody's: what fades is judged at its end.
AT_REST = """() => {
    for (const one of document.getAnimations()) {
        if (one.effect.getComputedTiming().endTime !== Infinity) one.finish();
    }
}"""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > width + 1)
        .slice(0, 5).map((one) => `${one.tagName}.${one.className}`);
}"""


def settle(page: Page) -> None:
    """Until all fragments have come."""
    page.wait_for_function(SETTLED)


def faults(page: Page, options: dict[str, Any] = IN_ALL) -> list[str]:
    """Serious and critical violations, one line each: rule and element."""
    page.evaluate(AT_REST)
    # Half a megabyte: once a page is enough.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, options)["violations"]
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {_why(node)}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:4]
    ]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in node["any"])[:200]


def sideways(page: Page) -> dict[int, list[str]]:
    """At which widths the page scrolls sideways, and what sticks out."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if out := page.evaluate(TOO_WIDE):
            found[width] = out
    return found

"""One block at the end of a test run: what the tests of trust have counted.

    from core.testing import report
    report.tell("authorisation", f"{cells} cells, {differences} differences")

It comes from every worker of a run. Without a word from any test nothing is printed.
"""

from typing import Any

import pytest

_told: dict[str, str] = {}
KEY = "trust_report"


def tell(what: str, figures: str) -> None:
    """A line of the block; told again, the later one stands."""
    _told[what] = figures


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it was told."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[KEY] = dict(_told)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    _told.update(getattr(node, "workeroutput", {}).get(KEY, {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _told:
        return
    terminalreporter.section("trust")
    width = max(map(len, _told))
    for what, figures in sorted(_told.items()):
        terminalreporter.write_line(f"{what:<{width}}  {figures}")

"""pytest plugin: how tests are spread over processes.

Those that drive a browser wait for it most of the time, and those that start and kill servers wait
for those: each of the two kinds goes to one process, so that neither sets up twice what takes long, and
the rest, file by file, to whichever is free.
"""

import gc
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER, SERVERS = "a browser", "servers"
KINDS = (BROWSER, SERVERS)
# Thresholds of Python's collector of cycles.
FEW_COLLECTIONS = (20_000, 20, 20)
WITH_BROWSER = "clinic/tests/browser/"
WITH_SERVERS = (
    "clinic/tests/test_commands_alone.py",
    "clinic/tests/test_demo_killed.py",
    "clinic/tests/test_faults.py",
    "clinic/tests/test_import_killed.py",
    "clinic/tests/test_up.py",
    "core/embedded/",
    "core/health/",
)


def kind_of(nodeid: str) -> str:
    """Tests of one kind run in one process, one after the other."""
    if nodeid.startswith(WITH_BROWSER):
        return BROWSER
    return SERVERS if nodeid.startswith(WITH_SERVERS) else nodeid.partition("::")[0]


class ByKind(LoadScopeScheduling):
    """Hands out kind after kind in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return kind_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByKind | None:
    return ByKind(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: kind_of(item.nodeid) not in KINDS)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of cycles need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*FEW_COLLECTIONS)

"""pytest plugin: the three real servers, started once for all test processes.

Loaded early (`-p core.testing.servers`), because settings read the servers' URLs. The process that
starts them passes the URLs on by environment, so xdist's workers find them. CLINIC_TEST_HOME names
a home to keep between runs; by default a fresh one is made and removed.
"""

import os
import secrets
import shutil
import tempfile
from pathlib import Path

import pytest

from core.embedded import home, servers

_home: Path | None = None
_lock = None


def _begin() -> None:
    """Runs on import, before pytest-django reads the settings."""
    global _home, _lock
    if os.environ.get("CLINIC_TEST_SERVERS"):
        return
    kept = os.environ.get("CLINIC_TEST_HOME")
    _home = Path(kept or tempfile.mkdtemp(prefix="seth-clinic-test-")).resolve()
    _home.mkdir(mode=0o711, parents=True, exist_ok=True)
    os.environ["CLINIC_HOME"] = str(_home)
    _lock = home.sole_use(_home)
    _lock.__enter__()
    os.environ.update(servers.start(_home, servers.SERVERS.values(), fast=True).urls)
    os.environ["CLINIC_TEST_SERVERS"] = secrets.token_hex(4)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started the servers ends them, whatever the tests did."""
    global _home
    if _home is not None:
        servers.stop(_home, servers.SERVERS.values())
        if not os.environ.get("CLINIC_TEST_HOME"):
            shutil.rmtree(_home, ignore_errors=True)
        _home = None


_begin()

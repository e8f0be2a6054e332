"""Shared libraries that mongod wants and a bare machine may lack."""

import ctypes.util
import os
from importlib.util import find_spec
from pathlib import Path

# What mongod links against, and the names pycurl's wheel ships them under.
WANTED = {"libcurl.so.4": "libcurl", "libssl.so.3": "libssl", "libcrypto.so.3": "libcrypto"}


def library_path(home: Path) -> dict[str, str]:
    """The environment in which mongod finds its libraries; empty where the system has them all.

    A bare container has no libcurl. The wheel of pycurl carries one, with its own libssl.
    """
    if all(ctypes.util.find_library(name[3:].partition(".")[0]) for name in WANTED):
        return {}
    bundled = _bundled()
    if bundled is None:
        return {}
    links = home / "mongod" / "lib"
    links.mkdir(parents=True, exist_ok=True)
    for name, prefix in WANTED.items():
        _link(links / name, next(bundled.glob(f"{prefix}*")))
    known = os.environ.get("LD_LIBRARY_PATH", "")
    return {"LD_LIBRARY_PATH": ":".join(filter(None, (str(links), str(bundled), known)))}


def _bundled() -> Path | None:
    """The folder of pycurl's libraries; it lies beside the module, or beside the package."""
    spec = find_spec("pycurl")
    if spec is None or spec.origin is None:
        return None
    above = list(Path(spec.origin).parents)[:2]
    return next((f for parent in above if (f := parent / "pycurl.libs").exists()), None)


def _link(link: Path, target: Path) -> None:
    if link.resolve() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)

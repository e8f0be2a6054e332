"""From a fresh clone to the ready line: `python -m bench.first_start` prints JSON.

Clones this repository's HEAD, with empty caches of pip and uv, into a temporary folder. `packages_s`
is the download and installation, `first_start_s` the first bin/up after it, `second_start_s` the
next one over the same data; `stop_s` is what SIGTERM took, and `left_over` counts the processes that
outlived it. Needs nothing but Python, git and a package index.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OURS = ("DATABASE", "MONGODB", "REDIS", "CLINIC", "UV_", "PIP_CACHE", "XDG_CACHE", "VIRTUAL_ENV")
REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="seth-clinic-first-") as folder:
        # PostgreSQL runs as a system user when we are root; it must be able to walk in.
        Path(folder).chmod(0o711)
        print(json.dumps(measure(Path(folder)), indent=1))


def measure(folder: Path) -> dict[str, Any]:
    clone, surroundings = folder / "clinic", _surroundings(folder)
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    began = time.monotonic()
    subprocess.run(
        ["bin/venv", "requirements-local.txt"],
        cwd=clone,
        env=surroundings,
        check=True,
        stdout=sys.stderr,
    )
    figures: dict[str, Any] = {"packages_s": _since(began)}
    for which in ("first", "second"):
        with _running(clone, surroundings) as (process, seconds):
            figures[f"{which}_start_s"] = seconds
            pids = _pids(clone)
        began = time.monotonic()
        process.terminate()
        process.wait(30)
        figures |= {"stop_s": _since(began), "left_over": sum(map(_lives, pids))}
    return {**figures, "load": round(os.getloadavg()[0], 1)}


def _surroundings(folder: Path) -> dict[str, str]:
    """No cache, no settings, a port of its own."""
    (folder / "home").mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "HOME": str(folder / "home"), "PORT": str(port)}


@contextmanager
def _running(clone: Path, surroundings: dict[str, str]) -> Iterator[tuple[Any, float]]:
    began = time.monotonic()
    process = subprocess.Popen(
        ["bin/up"], cwd=clone, env=surroundings, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout or ():
        if " is ready: " in line:
            break
    else:
        raise SystemExit(f"bin/up ended with {process.wait()} before it was ready.")
    yield process, _since(began)


def _pids(clone: Path) -> list[int]:
    return [json.loads(file.read_text())["pid"] for file in (clone / "var" / "run").glob("*.json")]


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)


if __name__ == "__main__":
    main()

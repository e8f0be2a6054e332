"""The embedded servers of one clinic: started together, each only where no URL is given."""

import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import Popen
from types import ModuleType
from urllib.parse import urlsplit

from core.embedded import mongod, postgres, processes, valkey
from core.embedded.home import free_port
from core.embedded.processes import Program

FREED_SECONDS = 2.0
# The variable that makes each of them unnecessary.
SERVERS: dict[str, ModuleType] = {
    "DATABASE_URL": postgres,
    "MONGODB_URL": mongod,
    "REDIS_URL": valkey,
}


def wanted() -> list[ModuleType]:
    """The servers whose variable is not set."""
    return [server for name, server in SERVERS.items() if not os.environ.get(name)]


@dataclass(frozen=True)
class Running:
    """Started servers: their URLs by variable, and their processes with how to run them again."""

    urls: dict[str, str]
    processes: list[tuple[Program, Popen[bytes]]]


def start(home: Path, servers: Iterable[ModuleType], *, fast: bool = False) -> Running:
    """Start these servers and wait until they answer.

    What a crash left running in this home is ended first. Calls for one home must not overlap:
    hold `home.sole_use`. `fast` gives up durability, for tests.
    """
    chosen = list(servers)
    with ThreadPoolExecutor(max(1, len(chosen))) as together:
        started = list(together.map(partial(_start, home, fast=fast), chosen))
    urls = {name: url for each in started for name, url in each.urls.items()}
    _save(home / "servers.json", urls)
    return Running(urls, [process for each in started for process in each.processes])


def stop(home: Path, servers: Iterable[ModuleType]) -> None:
    """End these servers of this home and wait until they are gone."""
    for server in servers:
        pid = processes.running_pid(home, server.NAME)
        if pid is not None:
            processes.end(pid, program(home, server).stop_signal)
        processes.forget(home, server.NAME)


def program(home: Path, server: ModuleType, *, fast: bool = False) -> Program:
    """How to run a server of this home, at the port it had before."""
    file = home / "ports" / server.NAME
    port = int(file.read_text()) if file.exists() else 0
    extra = {"fast": fast} if server is postgres else {}
    made: Program = server.program(home, port, **extra)
    return made


def connection_urls(home: Path) -> dict[str, str]:
    """URLs of the servers started in this home, by their variables; {} before the first start.

    Once the operator names another server, all roles of ours are out of use.
    """
    replaced = tuple(name.removesuffix("URL") for name in SERVERS if os.environ.get(name))
    known = _load(home / "servers.json")
    return {name: str(url) for name, url in known.items() if not name.startswith(replaced)}


def mongodb_name(url: str) -> str:
    """The database a MongoDB URL names, else the usual one."""
    return urlsplit(url).path.strip("/") or mongod.DATABASE


def _start(home: Path, server: ModuleType, *, fast: bool) -> Running:
    server.initialise(home)
    processes.end_leftover(home, program(home, server))
    port = _settle_port(home, server.NAME)
    runs = program(home, server, fast=fast)
    process = processes.launch(runs, home)
    server.bootstrap(home, port)
    return Running(server.urls(home, port), [(runs, process)])


def _settle_port(home: Path, name: str) -> int:
    """The port of last time if nobody took it meanwhile: bookmarks and replica set keep working."""
    file = home / "ports" / name
    file.parent.mkdir(exist_ok=True)
    port = _freed(int(file.read_text())) if file.exists() else free_port()
    file.write_text(str(port))
    return port


def _freed(port: int) -> int:
    """The port, else another: a server that was killed keeps it until the last of its threads is gone."""
    with suppress(TimeoutError):
        processes.wait_until(lambda: free_port(port) == port, f"Port {port}", FREED_SECONDS)
    return free_port(port)


def _load(file: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(file.read_text()) if file.exists() else {}
    return loaded


def _save(file: Path, content: dict[str, str]) -> None:
    """All or nothing, and readable by the owner only: the URLs carry passwords."""
    making = file.with_suffix(".new")
    making.touch(mode=0o600)
    making.write_text(json.dumps(content, indent=1))
    making.replace(file)

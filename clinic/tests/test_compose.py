"""docker-compose.yml and the specification name the same things."""

import re

import yaml
from django.conf import settings

from clinic.environment import table
from clinic.environment.reading import KNOWN_PASSWORDS

# Of one machine or one program: a container has its own.
NOT_PASSED_ON = {
    "CLINIC_HOME", "PORT", "KEYS_FOLDER", "FILES_FOLDER", "AUDIT_CHECKPOINTS", "AUDIT_ARCHIVE", "DEBUG",
    "DATABASE_OWNER_URL", "DATABASE_RELAY_URL", "MONGODB_OWNER_URL", "MONGODB_ARCHIVER_URL", "KEY_CHECKPOINT",
}  # fmt: skip
FILE = settings.BASE_DIR / "docker-compose.yml"


def services() -> dict:
    return yaml.safe_load(FILE.read_text())["services"]


def test_names_and_ports_are_those_of_the_specification():
    found = {
        name: (service["container_name"], service["ports"][0])
        for name, service in services().items()
        if "ports" in service
    }

    assert found == {
        "postgres": ("seth-clinic-db", "127.0.0.1:5433:5432"),
        "mongodb": ("seth-clinic-mongodb", "127.0.0.1:27017:27017"),
        "redis": ("seth-clinic-redis", "127.0.0.1:6380:6379"),
        "backend": ("seth-clinic-backend", "5000:5000"),
    }


def test_every_server_has_a_health_check_keeps_its_data_and_sits_in_the_isolated_network():
    network = yaml.safe_load(FILE.read_text())["networks"]["databases"]
    assert network == {"internal": True}

    for name in ("postgres", "mongodb", "redis"):
        service = services()[name]
        assert service["healthcheck"]["test"]
        assert service["volumes"][0].partition(":")[0] == name
        assert "databases" in service["networks"]


def test_only_the_preparation_knows_the_owners_password():
    knowing = [n for n, s in services().items() if "DATABASE_OWNER_URL" in s.get("environment", {})]

    assert knowing == ["prepare"]
    assert [
        n for n, s in services().items() if "DATABASE_RELAY_URL" in s.get("environment", {})
    ] == [
        "prepare",
        "relay",
    ]


def test_only_the_worker_may_take_entries_out_of_the_audit():
    assert [
        name
        for name, service in services().items()
        if "MONGODB_ARCHIVER_URL" in service.get("environment", {})
    ] == ["worker"]


def test_every_default_password_is_refused_in_production():
    defaults = set(re.findall(r"\$\{\w+_PASSWORD:-([^}]+)\}", FILE.read_text()))

    assert len(defaults) == 7
    assert defaults <= set(KNOWN_PASSWORDS)


def test_what_an_operator_sets_reaches_the_containers():
    """Or a second step that `.env` asks for would be asked of nobody, and nobody would know."""
    passed = set(services()["backend"]["environment"])
    of_compose = {variable.name for variable in table.COMPOSE.variables}

    wanted = {variable.name for variable in table.VARIABLES} - of_compose - NOT_PASSED_ON
    assert wanted - passed == set()

"""A wrong variable is one sentence that names it and never shows it."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from clinic.environment import example, reading, table

NAMES = {variable.name for variable in table.VARIABLES}
# Read by tests alone, from the servers they start themselves.
OF_TESTS = {"DATABASE_SUPERUSER_URL", "MONGODB_ROOT_URL", "CLINIC_TEST_SERVERS", "CLINIC_TEST_HOME"}
OF_THE_SYSTEM = {"DJANGO_SETTINGS_MODULE", "LD_LIBRARY_PATH"}
READING = re.compile(
    r"""(?:environ(?:\.get|\.setdefault)?|getenv|\benv(?:\.\w+)?|\burl)[\[(]"([A-Z][A-Z0-9_]+)\""""
)
IN_COMPOSE = re.compile(r"\$\{([A-Z_]+)")

WRONG = [
    ("PORT", "abc"),
    ("PORT", "0"),
    ("PORT", "70000"),
    ("PORT", "\uff15\uff10\uff10\uff10"),
    ("DATABASE_URL", "mysql://root@127.0.0.1/clinic"),
    ("DATABASE_URL", "postgresql://someone:hunter2@127.0.0.1:port/clinic"),
    ("DATABASE_URL", "postgresql://someone:hunter2@[::1/clinic"),
    ("DATABASE_URL", "postgresql://someone:hunter2@127.0.0.1"),
    ("DATABASE_RELAY_URL", "sqlite:///clinic.db"),
    ("MONGODB_URL", "http://127.0.0.1:27017/clinic"),
    ("MONGODB_URL", "mongodb://someone:hunter2@127.0.0.1:nowhere/clinic"),
    ("REDIS_URL", "redis://127.0.0.1:6380/3"),
    ("REDIS_URL", "127.0.0.1:6380"),
    ("CLINIC_DEMO", "maybe"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("TIME_ZONE", "../../etc/passwd"),
    ("CURRENCY", "dollars"),
    ("PHONE_REGION", "XX"),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "clinic.example,*.example"),
    ("CSRF_TRUSTED_ORIGINS", "ward.lan"),
    ("LOG_LEVEL", "LOUD"),
    ("ENVIRONMENT", "live"),
    ("SECRET_KEY", "changeme"),
    ("SECRET_KEY", "a" * 60),
    ("SECRET_KEY", "django-insecure-" + "abcdefgh" * 8),
    ("KEY_ENVELOPE", "changeme"),
    ("KEY_ENVELOPE", "00" * 32),
    ("KEY_SEAL", "0123456789abcdef" * 4 + ",x"),
    ("DATABASE_POOL", "-1"),
    ("MONGODB_NAME", "a.b"),
    ("CLINIC_HOME", "/etc/passwd/inside"),
    ("CLINIC_HOME", "~/clinic"),
    ("CLINIC_APP_PASSWORD", "a/b@c:dddd"),
    ("CLINIC_NAME", "two\nlines"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_a_sentence_that_names_the_variable_and_hides_its_content(name, text):
    _, problems = reading.parse({name: text})

    (sentence,) = problems
    assert re.fullmatch(rf"{name} [a-z].*\.", sentence)
    assert text not in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize("text", ["", "   ", "\t"])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_empty_variable_is_refused(name, text):
    _, problems = reading.parse({name: text})

    assert problems == [f"{name} is empty; give it a value or leave it out."]


def test_the_examples_are_all_right_together(tmp_path):
    given = {variable.name: variable.example for variable in table.VARIABLES}
    given |= {"SECRET_KEY": "0123456789abcdef" * 4, "CLINIC_HOME": str(tmp_path)}
    # No key that works stands where everybody can read it.
    given |= {name: "0123456789abcdef" * 4 for name in given if name.startswith("KEY_")}

    values, problems = reading.parse(given)

    assert problems == []
    assert (values["PORT"], values["CLINIC_DEMO"], values["HTTPS"]) == (5000, False, True)


def test_the_three_urls_of_the_specification_are_taken_as_they_are():
    given = {variable.name: variable.example for variable in table.SERVERS.variables}

    values, problems = reading.parse(given)

    assert problems == []
    assert {name: values[name] for name in given} == given


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DEBUG": "on"}, "DEBUG"),
        ({"CLINIC_DEMO": "on"}, "CLINIC_DEMO"),
        ({"DATABASE_URL": "postgresql://postgres:postgres123@db/clinic"}, "DATABASE_URL"),
        ({"MONGODB_URL": "mongodb://admin:admin123@db/clinic"}, "MONGODB_URL"),
        ({"HTTPS": None}, "HTTPS"),
    ],
)
def test_production_refuses_what_is_dangerous_there(given, named):
    def problems(place):
        environment = {"HTTPS": "off", **given, "ENVIRONMENT": place}
        environment = {name: value for name, value in environment.items() if value is not None}
        values, _ = reading.parse(environment)
        return list(reading.contradictions(values, environment))

    (sentence,) = problems("production")
    assert sentence.startswith(f"{named} ")
    assert problems("development") == []


def test_demo_accounts_are_off_in_production_unless_asked_for():
    assert reading.parse({})[0]["CLINIC_DEMO"] is True
    assert reading.parse({"ENVIRONMENT": "production"})[0]["CLINIC_DEMO"] is False


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["manage.py", "up"],
        ["-m", "celery", "-A", "clinic", "report"],
        ["-m", "daphne", "-p", "0", "clinic.asgi:application"],
    ],
)
def test_every_program_refuses_to_start_with_that_one_sentence(command):
    environment = {**os.environ, "DATABASE_URL": "mysql://root:hunter2@db/clinic"}

    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode != 0
    assert done.stdout + done.stderr == (
        "DATABASE_URL must be of the form postgresql://user:password@host:port/database.\n"
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PORT=5000\nhunter2 is my password\n", "Line 2 of .env is not NAME=value."),
        (b"\xff\xfe\x00", ".env cannot be read as text."),
    ],
)
def test_a_broken_file_is_refused_by_its_line(tmp_path, content, sentence):
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(SystemExit) as refused:
        reading.read(tmp_path / ".env")

    assert str(refused.value) == sentence


def test_the_environment_comes_before_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("# ours\nexport PORT=6001\nCURRENCY='KES'\n")
    monkeypatch.setenv("PORT", "6002")
    monkeypatch.setenv("CURRENCY", "USD")
    monkeypatch.delenv("CURRENCY")

    values = reading.read(tmp_path / ".env")

    assert (values["PORT"], values["CURRENCY"]) == (6002, "KES")


def test_the_example_file_is_the_table():
    file = settings.BASE_DIR / ".env.example"

    assert file.read_text() == example.example()
    assert re.findall(r"^#([A-Z_0-9]+)=", file.read_text(), re.MULTILINE)[:3] == [
        "DATABASE_URL",
        "MONGODB_URL",
        "REDIS_URL",
    ]


def test_every_variable_the_code_reads_is_in_the_table_and_the_reverse():
    sources = [
        file
        for top in ("clinic", "core", "patients", "billing", "inventory", "clinical_docs", "audit")
        for file in (settings.BASE_DIR / top).rglob("*.py")
        if "tests" not in file.parts
    ]
    read = {name for file in sources for name in READING.findall(file.read_text())}

    of_compose = set(IN_COMPOSE.findall((settings.BASE_DIR / "docker-compose.yml").read_text()))

    assert read - OF_TESTS - OF_THE_SYSTEM | of_compose == NAMES

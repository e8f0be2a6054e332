"""Rules that all sources keep, and no single feature's test would notice when one is broken."""

import ast
import logging
import math
import re
import string
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hashers, get_hashers_by_algorithm
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from clinic.tests import matrix
from core.accounts.models import SignInAttempt, User
from core.accounts.passwords import GuessableValidator
from core.accounts.roles import Role
from core.sessions.store import SessionStore
from core.shell.logs import formatter

ROOT = Path(settings.BASE_DIR)
APPS = ("core", "inventory", "patients", "billing", "clinical_docs", "audit", "clinic")
# What runs a text, takes a command line apart, or brings back whatever object was stored.
RUNS_TEXT = {"eval", "exec", "os.system", "os.popen", "pickle.loads", "pickle.load", "yaml.load", "marshal.loads"}  # fmt: skip
# Broken, or not meant for secrets.
WEAK = {"hashlib.md5", "hashlib.sha1", "modes.ECB", "modes.CBC", "random.random", "random.choice", "random.randint", "random.getrandbits"}  # fmt: skip
OF_THE_DEMO = ("clinic/demo", "clinic/simulation")
IN_SCRIPTS = re.compile(
    r"\binnerHTML\b|\bouterHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|__proto__|https?://"
)
IN_TEMPLATES = re.compile(r"<script(?![^>]*\ssrc=)|\son(?:click|load|error|submit|change|input|focus|blur|key\w+|mouse\w+)=|javascript:|(?:src|href|action)=\"(?:https?:)?//|\sstyle=")  # fmt: skip
FILTERED = re.compile(r"\{\{[^}]*\|safe\b[^}]*\}\}|\{% autoescape off")


def sources() -> Iterator[Path]:
    """Every module that runs in the clinic."""
    for app in APPS:
        files = (ROOT / app).rglob("*.py")
        yield from (one for one in files if "tests" not in one.parts and "testing" not in one.parts)


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def called(names: set[str]) -> set[str]:
    """Where one of these is called."""
    return {
        f"{file.relative_to(ROOT)}: {name}"
        for file in sources()
        for name, _ in calls(file)
        if name in names
    }


def test_nothing_runs_a_text_or_unpickles():
    assert called(RUNS_TEXT) == set()


def test_no_program_is_started_by_a_shell():
    shells = {
        str(file.relative_to(ROOT))
        for file in sources()
        for _, call in calls(file)
        if any(word.arg == "shell" for word in call.keywords)
    }

    assert shells == set()


def test_no_weak_hash_cipher_or_chance_is_used():
    assert {one for one in called(WEAK) if not one.startswith(OF_THE_DEMO)} == set()


def test_the_search_finds_what_it_looks_for(tmp_path):
    """Or all of the above would pass for want of looking."""
    file = tmp_path / "bad.py"
    file.write_text("import os, hashlib\nos.system('ls')\nhashlib.md5(b'')\n")

    assert {name for name, _ in calls(file)} == {"os.system", "hashlib.md5"}
    assert len(list(sources())) > 300


@pytest.mark.parametrize("text", ["x.innerHTML = y", "eval(x)", 'fetch("https://elsewhere")'])
def test_a_script_that_breaks_the_rule_is_noticed(text):
    assert IN_SCRIPTS.search(text)


def test_scripts_write_text_and_speak_to_the_house_alone():
    broken = {
        f"{file.name}: {found[0]}"
        for file in (ROOT / "static" / "js").glob("*.js")
        if (found := IN_SCRIPTS.search(file.read_text()))
    }

    assert broken == set()


def test_templates_hold_no_script_and_nothing_from_elsewhere():
    pages = [*(ROOT / "templates").rglob("*.html")]
    broken = {
        f"{page.relative_to(ROOT)}: {found[0]}"
        for page in pages
        if (found := IN_TEMPLATES.search(page.read_text()))
    }

    assert (len(pages) > 100, broken) == (True, set())


def test_templates_escape_all_but_the_square_of_an_app():
    unescaped = {
        str(page.relative_to(ROOT)): found
        for page in (ROOT / "templates").rglob("*.html")
        if (found := FILTERED.findall(page.read_text()))
    }

    assert unescaped == {"templates/profile/app.html": ["{{ qr|safe }}"]}


def test_passwords_are_kept_as_argon2id():
    # A small clinic made before may have left its quick hasher with Django.
    get_hashers.cache_clear()
    get_hashers_by_algorithm.cache_clear()
    somebody = User(username="somebody")
    somebody.set_password("four words that fit nowhere")

    assert somebody.password.startswith("argon2$argon2id$")


def test_a_session_has_more_than_128_random_bits(db):
    keys = [SessionStore()._get_new_session_key() for _ in range(50)]
    signs = set("".join(keys))

    assert (len(set(keys)), {len(key) for key in keys}) == (50, {32})
    assert signs <= set(string.ascii_lowercase + string.digits)
    assert 32 * math.log2(len(signs)) > 128


@pytest.mark.parametrize(
    "password",
    ["seth-clinic-2026", "amina.diallo.12", "DialloDiallo1", "Diallo-Amina-Seth", "aminadiallo"],
)
def test_the_names_of_house_and_person_are_soon_guessed(password):
    amina = User(username="amina", given_name="Amina", family_name="Diallo")

    with pytest.raises(ValidationError):
        GuessableValidator().validate(password, amina)


def test_a_name_among_words_that_do_not_belong_together_is_taken():
    amina = User(username="amina", given_name="Amina", family_name="Diallo")

    GuessableValidator().validate("amina paints seven violet kettles", amina)


def test_an_address_that_a_browser_makes_up_is_not_believed(client, db):
    made_up = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_REAL_IP": "203.0.113.9"}

    client.post(reverse("accounts:sign_in"), {"username": "x", "password": "wrong"}, **made_up)

    assert list(SignInAttempt.objects.values_list("ip_address", flat=True)) == ["127.0.0.1"]


def test_what_is_logged_stays_one_line():
    forged = 'x\n{"event": "all is well", "level": "info"}'
    record = logging.LogRecord("clinic", logging.WARNING, "", 0, "Refused: %s", (forged,), None)

    assert "\n" not in formatter().format(record)


def test_a_refusal_is_a_line_that_names_the_person(client, person, caplog):
    nurse = person(Role.NURSE)
    client.force_login(nurse)

    client.get(reverse("audit:explorer"))

    told = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert (403, str(nurse.pk)) in {(one.get("code"), str(one.get("user_id"))) for one in told}


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/static/", "/static/js/", "/var/secrets/"])  # fmt: skip
def test_nothing_lies_about_to_be_fetched(path, client, db):
    assert client.get(path).status_code == 404


# The browser sends it by itself and has no token; nothing is changed by it.
WITHOUT_TOKEN = {"csp-report/"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_taken_without_the_token_of_our_own_page(method, db):
    forged = Client(enforce_csrf_checks=True)
    answers = {door.route: forged.generic(method, door.address({})) for door in matrix.doors()}

    taken = {route for route, answer in answers.items() if answer.status_code != 403}
    assert (len(answers) > 200, taken) == (True, WITHOUT_TOKEN)


def test_trace_is_refused_everywhere(db):
    taken = {
        door.route
        for door in matrix.doors()
        if Client().trace(door.address({})).status_code != HTTPStatus.METHOD_NOT_ALLOWED
    }

    assert taken == set()

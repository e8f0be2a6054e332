"""Every address and every kind of error carries the headers that keep a browser in bounds."""

import json
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse

from clinic import home
from clinic.tests import matrix
from clinic.tests.papers import staff, unhurried, write_everything
from core.accounts.roles import Role
from core.shell import violations
from core.shell.bodies import ANSWER
from core.testing import report

EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CSP = "Content-Security-Policy"
# The printer's frame is a page of ours.
FRAMED = {"receipts/<uuid:receipt_id>/paper/"}


def lacking(answer, *, framed: bool = False) -> list[str]:
    """What an answer should say and does not."""
    headers = answer.headers
    faults = [name for name, value in EXACT.items() if headers.get(name) != value]
    policy = headers.get(CSP, "")
    ancestors = "frame-ancestors 'self'" if framed else "frame-ancestors 'none'"
    faults += [
        part for part in ("default-src 'none'", "base-uri 'none'", ancestors) if part not in policy
    ]
    faults += [f"{word} allowed" for word in ("unsafe", "http:", "*") if word in policy]
    if "microphone=()" not in headers.get("Permissions-Policy", ""):
        faults.append("Permissions-Policy")
    return faults + ([] if "no-store" in headers.get("Cache-Control", "") else ["no-store"])


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[dict]:
    with django_db_blocker.unblock(), transaction.atomic(), matrix.quiet():
        unhurried()
        people = staff()
        known = matrix.things_of(write_everything(people)[0])
        browsers = {None: Client(raise_request_exception=False)}
        for role in Role:
            browsers[role] = Client(raise_request_exception=False)
            browsers[role].force_login(people[role])
        yield {"staff": people, "things": known, "browsers": browsers}
        transaction.set_rollback(True)


def asked(house, door: matrix.Door, expected) -> Iterator[tuple[str, object]]:
    """By somebody who is let in, and by a stranger; gets where it can be got, posts otherwise."""
    method = "POST" if set(expected[door.route, "GET"]) == {"."} else "GET"
    wanted = door.permission or ("admin.site" if door.is_admin else "home.view")
    roles = [role for role in Role if house["staff"][role].has_perm(wanted)][-1:]
    for role in (*roles, None):
        with transaction.atomic():
            answer = house["browsers"][role].generic(method, door.address(house["things"]))
            transaction.set_rollback(True)
        yield f"{method} {door.route} {role or 'stranger'} {answer.status_code}", answer


def test_every_address_carries_every_header(house):
    expected = matrix.read(matrix.FILE.read_text("utf-8"))
    faults, answers = {}, 0

    doors = matrix.doors()
    for door in doors:
        for name, answer in asked(house, door, expected):
            answers += 1
            if lacks := lacking(answer, framed=door.route in FRAMED):
                faults[name] = lacks

    report.tell("headers", f"{len(doors)} addresses, {answers} answers, {len(faults)} without")
    assert faults == {}


def fail(error: Exception):
    def failing(*args, **kwargs):
        raise error

    return failing


@pytest.fixture
def errors(client, person, monkeypatch):
    """An answer of each kind that is no page of ours."""
    client.raise_request_exception = False
    strict = Client(enforce_csrf_checks=True)
    yields = {
        400: client.get("/", headers={"host": "elsewhere.example"}),
        403: strict.post(reverse("accounts:sign_out")),
        404: client.get("/nowhere/"),
        405: client.put(reverse("accounts:sign_in")),
    }
    client.force_login(person(Role.CASHIER))
    yields["refused"] = client.get(reverse("patients:register"))
    monkeypatch.setattr(home, "panels", fail(RuntimeError("broken")))
    yields[500] = client.get("/")
    monkeypatch.setattr(home, "panels", fail(OperationalError("down")))
    yields[503] = client.get("/")
    yields["health"] = client.get("/health/live")
    return yields


def test_errors_carry_every_header_and_name_no_code(errors):
    assert {name: lacking(answer) for name, answer in errors.items() if lacking(answer)} == {}
    assert {name: a.status_code for name, a in errors.items() if type(name) is int} == {
        name: name for name in errors if type(name) is int
    }
    assert b"Traceback" not in errors[500].content + errors[503].content


def test_what_is_refused_before_there_is_a_request_carries_them_too():
    for name, value in EXACT.items():
        assert f"{name}: {value}\r\n".encode() in ANSWER
    assert b"Cache-Control: no-store\r\n" in ANSWER


@pytest.mark.parametrize("https", [False, True])
def test_https_is_for_a_year_where_it_is_spoken(https, client, db, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = https

    answer = client.get(reverse("accounts:sign_in"))

    said = answer.headers.get("Strict-Transport-Security", "")
    assert said == ("max-age=31536000; includeSubDomains" if https else "")
    assert {bool(cookie["secure"]) for cookie in answer.cookies.values()} == {https}


def test_cookies_are_for_this_house_alone(client, person):
    user = person(Role.NURSE)
    user.set_password("only-for-the-test")
    user.save()

    typed = {"username": user.username, "password": "only-for-the-test"}
    answer = client.post(reverse("accounts:sign_in"), typed)

    session = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (bool(session["httponly"]), session["samesite"], session["path"]) == (True, "Lax", "/")
    assert session["domain"] == ""
    assert {cookie["samesite"] for cookie in answer.cookies.values()} <= {"Lax", "Strict"}


@pytest.mark.django_db(transaction=True)
def test_files_of_the_house_carry_them_from_the_real_server(running_clinic):
    page = httpx.get(f"{running_clinic.url}/sign-in/")
    sheet = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]

    answer = httpx.get(f"{running_clinic.url}{sheet}")

    assert (answer.status_code, lacking(page)) == (200, [])
    # What never changes may be kept.
    assert set(lacking(answer)) <= {"no-store"}


REPORT = {
    "csp-report": {
        "effective-directive": "script-src-elem",
        "blocked-uri": "inline",
        "document-uri": "http://localhost/patients/0198c0de-0000-7000-8000-000000000000/?q=Okoro",
    }
}


@pytest.fixture
def heard(monkeypatch):
    """What is logged of reports; nobody has reported before."""
    lines: list[dict] = []
    monkeypatch.setattr(violations, "_lately", [])
    monkeypatch.setattr(
        violations.logger, "warning", lambda event, **told: lines.append(told), raising=False
    )
    return lines


def send(client, said, **more):
    address = reverse("shell:csp_report")
    said = said if isinstance(said, str) else json.dumps(said)
    return client.post(address, said, content_type="application/csp-report", **more).status_code


def test_a_report_is_a_line_without_ids_and_queries(heard):
    assert send(Client(enforce_csrf_checks=True), REPORT) == 204
    assert heard == [
        {"directive": "script-src-elem", "blocked": "inline", "page": "localhost/patients/…/"}
    ]


@pytest.mark.parametrize("said", ["", "[]", "{", '{"csp-report": 1}', "[" * 5_000, "x" * 20_000])
def test_what_is_no_report_is_dropped(said, client, heard):
    assert (send(client, said), heard) == (204, [])


def test_reports_by_the_hundred_are_not_all_logged(client, heard):
    assert {send(client, REPORT) for _ in range(100)} == {204}
    assert len(heard) == violations.MOST_A_MINUTE

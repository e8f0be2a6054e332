"""How much of a request a real page server takes in."""

import socket
import time

import pytest

from core.accounts.roles import Role
from core.files.tests import samples
from patients.models import Patient

pytestmark = pytest.mark.django_db(transaction=True)
MEGABYTE = 1024 * 1024
HEAD = "POST /sign-in/ HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: text/plain\r\n{more}\r\n\r\n"


def talk(port: int, more: str, body: bytes = b"") -> tuple[bytes, float]:
    """What is answered before the whole body was sent, and after how long."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(HEAD.format(port=port, more=more).encode())
        try:
            while body and time.monotonic() - began < 20:
                connection.sendall(body)
        except OSError:
            pass
        answer = connection.recv(4096) if not body else b""
    return answer, time.monotonic() - began


def test_declared_gigabyte_is_refused_at_once(running_clinic):
    answer, seconds = talk(running_clinic.port, f"Content-Length: {500 * MEGABYTE}")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"larger than the clinic takes" in answer
    assert seconds < 2


def test_endless_body_is_cut_off(running_clinic):
    chunk = b"%x\r\n%s\r\n" % (MEGABYTE, b"x" * MEGABYTE)

    _, seconds = talk(running_clinic.port, "Transfer-Encoding: chunked", chunk)

    assert seconds < 15
    assert running_clinic.answers()


def test_file_within_the_limit_arrives_whole(running_clinic, person):
    grace = Patient.objects.create(family_name="Okoro", given_names="Grace", sex="female")
    with running_clinic.browser(person(Role.NURSE)) as browser:
        browser.get("/")
        content = samples.picture("PNG", 3000, 2000)
        answer = browser.post(
            f"/patients/{grace.pk}/documents/add/",
            data={"category": "photo"},
            files={"file": ("a.png", content, "image/png")},
            headers={"X-CSRFToken": browser.cookies["csrftoken"]},
        )

    assert (answer.status_code, answer.json()["title"]) == (201, "A")

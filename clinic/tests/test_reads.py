"""Whoever sees a patient is in the audit: every address, walked by every role that may open it."""

import shutil
import subprocess
from collections.abc import Iterable

import pytest
from django.http import HttpResponse

from clinic.tests.test_doors import USERS, WHO, address, patient  # noqa: F401  (a fixture)
from core.accounts.models import User
from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.shell import words
from core.shell.reading import looks
from core.testing import report
from patients.models import Patient

FACT = "fact"
SEARCHED = {"patients:search", "patients:alike", "patients:alike_to", "patients:problem_search"}


@pytest.fixture(autouse=True)
def _nothing_told_yet():
    looks.forget()


def text_of(answer: HttpResponse) -> str:
    """What a person reads in it, also of a PDF."""
    if answer["Content-Type"] != "application/pdf":
        return answer.content.decode(errors="replace")
    reader = shutil.which("pdftotext")
    assert reader
    read = subprocess.run([reader, "-", "-"], input=answer.content, capture_output=True, check=True)
    return read.stdout.decode()


def shown_in(text: str, patients: Iterable[Patient]) -> set[str]:
    """Who can be made out in it: by number, or by name and first name side by side."""
    plain = text.replace("</b>", "").replace("<b>", "")
    return {str(one.pk) for one in patients if any(mark in plain for mark in marks(one))}


def marks(one: Patient) -> list[str]:
    family, given = one.family_name.strip(), one.given_names.strip()
    names = [f"{family.upper()}, {given}", f"{family}, {given}", f"{given} {family}"]
    return [words.mrn(one.mrn), *(names if family and given else [])]


def told_since(last: int) -> set[str]:
    """Whom the facts after this row say that somebody saw."""
    seen: set[str] = set()
    for row in OutboxRow.objects.filter(id__gt=last, kind=FACT):
        seen |= {str(row.patient_id)} if row.patient_id else set()
        seen |= set((row.changes or {}).get("patients", []))
    return seen


def last_row() -> int:
    newest = OutboxRow.objects.order_by("-id").first()
    return newest.id if newest else 0


def ask(client, name: str, whom: Patient) -> HttpResponse:
    """As a browser would, with something to search for where that is the point."""
    path = address(name, whom)
    typed = {"q": whom.family_name, "family_name": whom.family_name, "given_names": "x"}
    if name in {"patients:alike", "patients:alike_to", "patients:read_line"}:
        return client.post(path, typed)
    return client.get(path, typed if name in SEARCHED else None)


def test_every_answer_that_shows_a_patient_is_told(patient, client):  # noqa: F811
    everybody = list(Patient.objects.all())
    untold, touching, answers = {}, set(), 0

    for role in Role:
        client.force_login(User.objects.get(username=USERS[role]))
        for name in (name for name, roles in WHO.items() if role in roles):
            before = last_row()
            shown = shown_in(text_of(ask(client, name, patient)), everybody)
            touching |= {name} if shown else set()
            answers += bool(shown)
            if missing := shown - told_since(before):
                untold[role, name] = len(missing)

    assert untold == {}
    assert {"patients:record", "patients:queue", "audit:explorer"} <= touching
    report.tell("reads", f"{len(touching)} addresses show a patient, {answers} answers, all told")

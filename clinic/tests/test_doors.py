"""Every address of the clinic, tried by every role and by a stranger."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from billing.domain import credits
from billing.models import CashierShift, CreditNote
from billing.queries.shifts import open_shift_of
from billing.tests.desk import cash, charge, open_shift, pay
from clinic.tests.pages import DOWNLOADS, FRAGMENTS, PAGES, POSTS, REACHED
from clinical_docs.domain import letters
from clinical_docs.models import Letter
from clinical_docs.tests.files import add as add_document
from core.accounts.demo import demo_accounts
from core.accounts.models import User
from core.accounts.roles import PERMISSIONS, Role, permissions_of
from core.shell import words
from inventory.models import Item
from patients.models import Allergy, Dispense, Patient, Visit

# Doors without a guard, each with the reason.
OPEN_TO_ALL = {
    "accounts:sign_in": "the door itself",
    "clinical_docs:verify": "for whoever holds a paper and its code, and says nothing of a patient",
    "accounts:second_step": "between the password and the inside",
    "accounts:passkey_options": "the door, for whoever shows a passkey",
    "accounts:passkey": "the same",
    "accounts:lock": "the door of a session that is locked; sends a stranger to sign in",
    "accounts:session": "says to a page how it stands, and to a stranger that it has ended",
    "accounts:active": "the same",
    "shell:csp_report": "browsers report what a policy refused; nothing of it is kept but a line",
    "accounts:sign_out": "harmless to a stranger, and never in the way of leaving",
}
THINGS = {
    "document_id": lambda patient: patient.documents.order_by("created_at"),
    "visit_id": lambda patient: patient.visits.order_by("opened_at"),
    "ticket_id": lambda patient: patient.tickets.order_by("created_at"),
    "item_id": lambda patient: Item.objects.order_by("sku"),
    "letter_id": lambda patient: patient.letters.order_by("created_at"),
    "dispense_id": lambda patient: Dispense.objects.order_by("dispensed_at"),
    "prescription_id": lambda patient: patient.prescriptions.order_by("written_at"),
    "allergy_id": lambda patient: patient.allergies.order_by("created_at"),
    "invoice_id": lambda patient: patient.invoices.order_by("issued_at"),
    "receipt_id": lambda patient: patient.receipts.order_by("taken_at"),
    "credit_id": lambda patient: CreditNote.objects.filter(patient=patient).order_by("pk"),
    "shift_id": lambda patient: CashierShift.objects.order_by("opened_at"),
}
"""Parts of an address that are no patient."""
ONLY_POSTED = {"patients:alike", "patients:alike_to", "patients:read_line"}
WORDS = {"kind": "sick-note", "number": 1, "page": 1}


def walk(
    patterns: list[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of every address outside Django's administration."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield space + str(pattern.name), pattern
        elif pattern.app_name != "admin":
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner)


DOORS = dict(walk(get_resolver().url_patterns))
# Who gets through, by what the view asks for; all others are refused with 403. `matrix.txt` says it in
# full: a role that is given more shows there.
WHO = {
    name: {role for role in Role if door.callback.permission in permissions_of([role])}
    for name, door in DOORS.items()
    if name not in {*OPEN_TO_ALL, *POSTS}
}
USERS = {account.role: account.username for account in reversed(demo_accounts())}


@pytest.fixture(scope="module")
def patient(made) -> Patient:
    visit = Visit.objects.order_by("opened_at").last()
    patient = visit.patient
    Allergy.objects.create(patient=patient, substance="Beeswax")
    amina = User.objects.get(username=USERS[Role.CLINICIAN])
    letters.write(visit.pk, kind=Letter.Kind.SUMMARY, paper={}, size="a5", by=amina)
    pay_and_take_back(patient)
    joy = User.objects.get(username=USERS[Role.RECEPTIONIST])
    add_document(patient, by=joy, category="identity")
    return patient


def pay_and_take_back(patient: Patient) -> None:
    """A receipt, and a credit note for part of what is owed."""
    peter, ruth = (User.objects.get(username=USERS[role]) for role in (Role.CASHIER, Role.MANAGER))
    if open_shift_of(peter) is None:
        open_shift(peter)
    taken = pay(patient, [charge(patient, "45.00")], cash("20.00"), by=peter)
    credits.write_off(taken.invoice, Decimal("5.00"), reason="Goodwill", by=ruth)


def address(name: str, patient: Patient) -> str:
    wanted = DOORS[name].pattern.converters
    return reverse(name, kwargs={key: value_for(key, patient) for key in wanted})


def value_for(key: str, patient: Patient) -> Any:
    """What stands in the address: the patient, or something of theirs; somebody unknown has nothing."""
    is_known = not patient._state.adding
    found = THINGS[key](patient).last() if key in THINGS and is_known else None
    return WORDS.get(key) or (found.pk if found else patient.pk)


def ask(client, name: str, patient: Patient):
    """As a browser would; what only takes posts is posted nothing."""
    path = address(name, patient)
    return client.post(path) if name in ONLY_POSTED else client.get(path)


def test_every_view_names_its_permission():
    unguarded = {name for name, door in DOORS.items() if not hasattr(door.callback, "permission")}

    assert unguarded == set(OPEN_TO_ALL)


def test_every_permission_named_by_a_view_is_granted_to_somebody():
    granted = permissions_of(list(PERMISSIONS))

    named = {getattr(door.callback, "permission", "home.view") for door in DOORS.values()}
    assert named <= granted


def test_every_address_is_a_page_a_fragment_or_a_post():
    pages = {page.url for page in PAGES if page.url}
    ours = {
        name
        for name in pages | REACHED | FRAGMENTS | POSTS | DOWNLOADS
        if not name.startswith("admin:")
    }

    assert set(DOORS) == ours


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_through_its_own_doors_and_no_other(role, patient, client):
    client.force_login(User.objects.get(username=USERS[role]))

    answers = {name: ask(client, name, patient).status_code for name in WHO}

    assert answers == {name: 200 if role in WHO[name] else 403 for name in WHO}


@pytest.mark.parametrize("role", Role)
def test_a_refusal_tells_nothing_of_the_patient(role, patient, client):
    client.force_login(User.objects.get(username=USERS[role]))
    secrets = [patient.family_name, patient.given_names, words.mrn(patient.mrn), patient.phone]

    for name in (name for name, roles in WHO.items() if role not in roles):
        body = ask(client, name, patient).content.decode()
        assert [one for one in secrets if one and (one in body or one.upper() in body)] == [], name


def test_patient_has_something_to_hide(patient, client):
    client.force_login(User.objects.get(username=USERS[Role.CLINICIAN]))

    body = client.get(address("patients:record", patient)).content.decode()

    assert patient.family_name.upper() in body
    assert words.mrn(patient.mrn) in body


@pytest.mark.parametrize("name", WHO)
def test_stranger_is_sent_to_sign_in_and_back(name, patient, client):
    path = address(name, patient)

    answer = ask(client, name, patient)

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{reverse(settings.LOGIN_URL)}?next={path}",
    )


@pytest.mark.parametrize("name", [name for name in WHO if name.startswith(("patients:", "clinical_docs:", "audit:")) and DOORS[name].pattern.converters])  # fmt: skip
def test_unknown_patient_is_not_found(name, patient, client):
    role = Role.CLINICIAN if Role.CLINICIAN in WHO[name] else min(WHO[name])
    client.force_login(User.objects.get(username=USERS[role]))
    nobody = Patient(pk="00000000-0000-7000-8000-000000000000")

    assert ask(client, name, nobody).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_administration_is_for_administrators(role, made, client):
    client.force_login(User.objects.get(username=USERS[role]))

    answer = client.get(reverse("admin:index"))

    assert answer.status_code == (200 if role == Role.ADMINISTRATOR else 302)

"""How many questions the cash desk's pages ask: as many for one row as for fifty."""

from decimal import Decimal as D

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.domain import refunds
from billing.models import Payment
from billing.tests.desk import bill, cash, charge, open_shift, pay
from core.accounts.roles import Role
from patients.domain import visits
from patients.models import Room, Ticket, Visit
from patients.tests.people import patient as somebody

AROUND = ('"sessions"', 'FROM "users"', "set_config", "SAVEPOINT", "COPY outbox")
FEW, MANY = 2, 25


def asked(client, path: str, **headers) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return len([one for one in seen if not any(part in one["sql"] for part in AROUND)])


def stand_in_line(count: int) -> None:
    for n in range(count):
        one = somebody(f"Okoro, Grace{n}")
        visit = Visit.objects.create(patient=one, opened_at=timezone.now(), state="ready_to_bill")
        visits.issue(visit, Room.Kind.CASH_DESK, Ticket.Priority.ROUTINE, None, None)
        charge(one, visit=visit)


def owe(count: int, by) -> None:
    for n in range(count):
        bill(somebody(f"Hassan, Omar{n}"), by=by)


def have_paid(count: int, by) -> None:
    for n in range(count):
        one = somebody(f"Ndiaye, Fatou{n}")
        pay(one, [charge(one)], cash("45.00"), by=by)


@pytest.fixture
def till(client, cashier):
    client.force_login(cashier)
    open_shift(cashier)
    return client


@pytest.mark.parametrize(
    ("path", "add"),
    [
        ("billing:till", lambda n, by: stand_in_line(n)),
        ("billing:till?tab=owing", owe),
        ("billing:till?tab=paid", have_paid),
        ("billing:invoices", owe),
    ],
)
def test_lists_ask_as_much_for_two_rows_as_for_twenty_five(till, cashier, path, add):
    name, _, query = path.partition("?")
    url = f"{reverse(name)}?{query}"
    add(FEW, cashier)
    few = asked(till, url)

    add(MANY, cashier)

    assert asked(till, url) == few


def test_a_bill_asks_as_much_for_two_lines_as_for_twenty_five(till, patient, cashier):
    url = reverse("billing:till_of", args=[patient.pk])
    for _ in range(FEW):
        charge(patient), bill(patient, by=cashier)
    few = asked(till, url)

    for _ in range(MANY):
        charge(patient), bill(patient, by=cashier)

    assert asked(till, url) == few
    assert asked(till, url, **{"HX-Request": "true", "HX-Target": "till-charges"}) < few


def test_refunds_and_shifts_ask_as_much_for_two_as_for_twenty_five(
    client, cashier, manager, person
):
    client.force_login(manager)

    def add(count: int) -> None:
        for _ in range(count):
            peter, one = person(Role.CASHIER), somebody()
            open_shift(peter)
            taken = pay(one, [charge(one)], cash("45.00"), by=peter)
            payment = Payment.objects.get(invoice=taken.invoice)
            refunds.ask(payment.pk, D("5.00"), method="cash", reason="x", by=peter)

    pages = [reverse("billing:refunds"), reverse("billing:shifts")]
    add(FEW)
    few = [asked(client, page) for page in pages]

    add(MANY)

    assert [asked(client, page) for page in pages] == few

"""What was done charges itself, once, at the price of the day, and never stands in the way of care."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone
from psycopg.types.range import Range

from billing.models import Charge, CreditNote, Invoice, Price, RefundRequest, ServiceRule
from billing.tests.desk import cash, open_shift, pay, service
from core.accounts.roles import Role
from core.clock import today
from patients.domain import dispensing, queue, returns, stops, visits
from patients.domain.giving import Give
from patients.models import LabRequest, LabTest, Room, Visit
from patients.queries import dispensing as queries
from patients.signals import test_cancelled as cancelled_signal
from patients.signals import tests_ordered as ordered_signal
from patients.tests.medicines import item, lot, prescription


@pytest.fixture
def clinician(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina")


@pytest.fixture
def pharmacist(person):
    return person(Role.PHARMACIST)


def rule(key: str, event: str, of, **fields) -> ServiceRule:
    return ServiceRule.objects.create(key=key, event=event, service=of, **fields)


def rules() -> None:
    rule(
        "new", "consulted", service("NEW", "First consultation", "65.00"), first_visit=True, rank=10
    )
    rule("urgent", "consulted", service("URG", "Urgent", "80.00"), visit_kind="emergency", rank=5)
    rule("other", "consulted", service("FUP", "Follow-up", "45.00"), rank=90)


def consulted(patient, clinician, **fields) -> Visit:
    """A visit whose consultation has ended."""
    ticket = visits.start(patient.pk, service=Room.Kind.CONSULTATION, by=clinician, **fields)
    queue.begin(ticket.pk, by=clinician)
    stops.after_consultation(ticket.visit_id, by=clinician)
    return Visit.objects.get(pk=ticket.visit_id)


def charged() -> list[tuple[str, D, str]]:
    rows = Charge.objects.order_by("created_at", "pk")
    return list(rows.values_list("description", "amount", "state"))


def test_the_first_visit_costs_what_a_first_visit_costs_and_the_next_what_others_do(
    patient, clinician
):
    rules()
    first = consulted(patient, clinician)
    visits.close(first.pk, by=clinician)
    Visit.objects.filter(pk=first.pk).update(opened_at=timezone.now() - timedelta(days=3))

    consulted(patient, clinician)

    assert charged() == [
        ("First consultation", D("65.00"), "open"),
        ("Follow-up", D("45.00"), "open"),
    ]


def test_an_emergency_comes_before_a_first_visit(patient, clinician):
    rules()

    consulted(patient, clinician, kind="emergency")

    assert charged() == [("Urgent", D("80.00"), "open")]


def test_a_consultation_is_charged_once_however_often_it_ends(patient, clinician):
    rules()
    visit = consulted(patient, clinician)
    ticket = visit.tickets.get()
    queue.transfer(ticket.pk, service=Room.Kind.CONSULTATION, by=clinician)
    queue.begin(ticket.pk, by=clinician)

    stops.after_consultation(visit.pk, by=clinician)

    assert len(charged()) == 1


def test_undoing_the_end_of_a_consultation_takes_its_charge_back_until_it_ends_again(
    patient, clinician
):
    rules()
    visit = consulted(patient, clinician)
    move = visit.tickets.get().moves.order_by("-id").first()

    queue.undo(move.pk, by=clinician)
    undone = charged()
    stops.after_consultation(visit.pk, by=clinician)

    assert undone == [("First consultation", D("65.00"), "void")]
    assert charged() == [("First consultation", D("65.00"), "open")]


def test_the_price_is_that_of_the_day(patient, clinician):
    of = service("FUP", "Follow-up", None)
    rule("other", "consulted", of)
    Price.objects.create(service=of, amount=D("40.00"), valid=Range(None, today()))
    Price.objects.create(service=of, amount=D("48.00"), valid=Range(today(), None))

    consulted(patient, clinician)

    assert charged() == [("Follow-up", D("48.00"), "open")]


@pytest.mark.parametrize("has_rule", [True, False])
def test_without_a_price_or_a_rule_care_goes_on_and_the_charge_waits(patient, clinician, has_rule):
    if has_rule:
        rule("other", "consulted", service("FUP", "Consultation", None))

    consulted(patient, clinician)

    charge = Charge.objects.get()
    assert (charge.description, charge.amount, charge.unpriced) == ("Consultation", D(0), True)


def ordered(patient, *names: str) -> list[LabRequest]:
    requests = []
    for name in names:
        test, _ = LabTest.objects.get_or_create(code=name, defaults={"name": name})
        requests.append(
            LabRequest.objects.create(
                patient=patient, test=test, name=name, requested_at=timezone.now()
            )
        )
    return requests


def test_each_test_is_charged_by_its_own_rule_or_the_default_and_void_when_cancelled(
    patient, clinician
):
    rule("cbc", "test", service("LAB-CBC", "Blood count", "18.00"), test="CBC", rank=10)
    rule("any", "test", service("LAB-OTHER", "Other test", "20.00"), rank=90)
    requests = ordered(patient, "CBC", "CRP")

    ordered_signal.send(None, requests=requests, by=clinician)
    ordered_signal.send(None, requests=requests, by=clinician)
    cancelled_signal.send(None, request=requests[1], by=clinician)

    assert charged() == [("CBC", D("18.00"), "open"), ("CRP", D("20.00"), "void")]


def given(patient, pharmacist, many: int = 20):
    """So many tablets at 0.12 handed out."""
    drug = item()
    lot(drug, 100, number="1", days=90)
    order = prescription((drug, many), of=patient)
    line = queries.lines_of(order.pk)[0].pk
    [done] = dispensing.dispense(order.pk, [Give(line, D(many))], by=pharmacist)
    return done


def test_medicines_are_charged_by_what_was_given_and_a_return_lowers_the_charge(
    patient, pharmacist
):
    done = given(patient, pharmacist)
    before = charged()

    returns.give_back(done.pk, D(5), reason="Not needed", by=pharmacist)

    assert [row[1:] for row in before] == [(D("2.40"), "open")]
    assert [row[1:] for row in charged()] == [(D("1.80"), "open")]


def test_what_all_came_back_costs_nothing(patient, pharmacist):
    done = given(patient, pharmacist)

    returns.give_back(done.pk, D(20), reason="Not needed", by=pharmacist)

    assert [row[2] for row in charged()] == ["void"]


def test_a_return_after_the_bill_is_credited_as_far_as_it_is_owed(patient, pharmacist, cashier):
    done = given(patient, pharmacist)
    pay(patient, list(Charge.objects.all()), by=cashier)

    returns.give_back(done.pk, D(5), reason="Not needed", by=pharmacist)

    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.credited, invoice.balance) == (D("2.40"), D("0.60"), D("1.80"))
    assert CreditNote.objects.get().number == f"CN-{today().year}-00001"


def test_a_return_after_the_payment_is_asked_back_and_waits_for_leave(patient, pharmacist, cashier):
    open_shift(cashier)
    done = given(patient, pharmacist)
    pay(patient, list(Charge.objects.all()), cash("2.40"), by=cashier)

    returns.give_back(done.pk, D(5), reason="Not needed", by=pharmacist)

    asked = RefundRequest.objects.get()
    assert (asked.amount, asked.state, asked.asked_by) == (D("0.60"), "asked", pharmacist)
    assert Invoice.objects.get().state == "paid"

"""The pages of the cash desk, as a browser sends and gets them."""

import csv
import io
import json
import re
from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.urls import reverse

from billing.domain import refunds
from billing.models import CashierShift, Charge, CreditNote, Discount, Invoice, Payment, Receipt
from billing.tests.desk import bill, cash, charge, open_shift, pay, service
from core.accounts.roles import Role
from core.clock import today
from core.door.tests.conftest import app_of, code
from core.outbox.models import OutboxRow
from patients.tests.people import patient as somebody


@pytest.fixture
def till(client, cashier):
    """A cashier's browser."""
    client.force_login(cashier)
    return client


def sent(charges, **fields) -> dict:
    """The form of the till with all of these ticked, paid in cash."""
    due = str(sum((one.amount for one in charges), D(0)))
    ids = [str(one.pk) for one in charges]
    usual = {"charge": ids, "to_pay": due, "to_bill": due, "method": ["cash"], "amount_cash": due}
    return {"key": str(uuid4()), **usual, **fields}


def take(till, patient, form: dict):
    return till.post(
        reverse("billing:take", args=[patient.pk]), form, headers={"HX-Request": "true"}
    )


def page_of(till, patient, **headers) -> str:
    return till.get(reverse("billing:till_of", args=[patient.pk]), headers=headers).content.decode()


def test_one_form_takes_the_money_and_sends_the_receipt_to_the_printer(till, patient, cashier):
    open_shift(cashier)
    due = [charge(patient, "45.00"), charge(patient, "7.20")]

    answer = take(till, patient, sent(due, received="60,00"))

    receipt = Receipt.objects.get()
    assert (answer.status_code, receipt.total, receipt.change) == (200, D("52.20"), D("7.80"))
    told = json.loads(answer["HX-Trigger"])
    assert told["paper:print"] == {"url": reverse("billing:receipt_paper", args=[receipt.pk])}
    body = answer.content.decode()
    assert receipt.number in body
    assert "7.80" in body


def test_the_first_payment_asks_for_the_float_in_place(till, patient):
    due = [charge(patient)]

    refused = take(till, patient, sent(due))
    taken = take(till, patient, sent(due, opening_float="80"))

    assert refused.status_code == 422
    assert "Enter the float in the drawer to open it." in refused.content.decode()
    assert (taken.status_code, CashierShift.objects.get().opening_float) == (200, D("80.00"))


def test_what_is_refused_keeps_what_was_typed_and_gets_a_fresh_key(till, patient, cashier):
    open_shift(cashier)
    due = [charge(patient)]
    form = sent(due, amount_cash="12.34", amount_mobile="999", reference_mobile="QK7T2M9X")
    form["method"] = ["cash", "mobile"]

    answer = take(till, patient, form)

    body = answer.content.decode()
    assert (answer.status_code, Payment.objects.count()) == (422, 0)
    assert "more than is to be paid" in body
    assert [text in body for text in ('value="12.34"', 'value="QK7T2M9X"', form["key"])] == [
        True,
        True,
        False,
    ]


def test_what_a_colleague_took_meanwhile_is_said_and_shown(till, patient, cashier):
    open_shift(cashier)
    due = [charge(patient, description="Ear irrigation")]
    form = sent(due)
    bill_number = Invoice.objects.get(pk=pay(patient, due, by=cashier).invoice).number

    answer = take(till, patient, form)

    assert answer.status_code == 409
    assert f"Ear irrigation is on {bill_number} since" in answer.content.decode()


def test_a_bill_without_money_is_issued_for_the_charges_alone(till, patient, cashier):
    old = bill(patient, "20.00", by=cashier)
    due = [charge(patient)]

    answer = take(till, patient, sent(due, bill="yes", invoice=[str(old.pk)], to_pay="65.00"))

    assert answer["HX-Redirect"] == reverse("billing:till_of", args=[patient.pk])
    assert Invoice.objects.exclude(pk=old.pk).get().total == D("45.00")
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("field", ["to_pay", "amount_cash", "received"])
@pytest.mark.parametrize("value", ["x", "-1", "1e9", "NaN", "1.234", "99999999999"])
def test_odd_amounts_are_answered_with_a_sentence(till, patient, cashier, field, value):
    open_shift(cashier)

    answer = take(till, patient, sent([charge(patient)], **{field: value}))

    assert (answer.status_code, Payment.objects.count()) == (422, 0)


def test_odd_ticks_are_answered_with_a_sentence(till, patient, cashier):
    open_shift(cashier)

    answer = take(till, patient, sent([charge(patient)], charge=["nothing"]))

    assert answer.status_code == 422


def test_a_charge_is_added_by_name_and_taken_back(till, patient):
    service("DRESS-S", "Dressing of a small wound", "20.00")
    form = {"key": str(uuid4()), "service": "dress-s", "quantity": "2"}
    url = reverse("billing:add_charge", args=[patient.pk])

    added = till.post(url, form)
    added_twice = till.post(url, form)

    charge_of = Charge.objects.get()
    assert (added.status_code, added_twice.status_code, charge_of.amount) == (204, 204, D("40.00"))
    undo = json.loads(added["HX-Trigger"])["toast"]["undo"]
    assert till.post(undo).status_code == 204
    charge_of.refresh_from_db()
    assert charge_of.state == "void"


def test_a_discount_is_allowed_by_a_password_at_the_desk(till, patient, manager):
    charge(patient, "100.00")
    manager.set_password("ruth-allows-it")
    manager.save()
    form = {"kind": "percent", "value": "50", "reason": "Hardship", "username": manager.username}
    url = reverse("billing:discount", args=[patient.pk])

    wrong = till.post(url, {**form, "password": "guessed"})
    right = till.post(url, {**form, "password": "ruth-allows-it"})

    assert (wrong.status_code, right.status_code) == (422, 204)
    assert Discount.objects.get().decided_by == manager
    assert "allowed by" in page_of(till, patient)


@pytest.mark.parametrize("kind", ["no code", "wrong code", "code"])
def test_a_manager_with_an_app_shows_its_code_at_the_desk_too(till, patient, manager, kind):
    charge(patient, "100.00")
    manager.set_password("ruth-allows-it")
    manager.save()
    secret = app_of(manager)
    typed = {"no code": "", "wrong code": "000000", "code": code(secret)}[kind]
    form = {"kind": "percent", "value": "50", "reason": "Hardship", "username": manager.username}

    answer = till.post(
        reverse("billing:discount", args=[patient.pk]),
        {**form, "password": "ruth-allows-it", "code": typed},
    )

    assert answer.status_code == (204 if kind == "code" else 422)
    assert Discount.objects.exists() == (kind == "code")


def test_who_has_only_a_passkey_is_told_what_to_do_at_the_desk(till, patient, manager, settings):
    settings.SECOND_FACTOR_ROLES = [Role.MANAGER]
    charge(patient, "100.00")
    manager.set_password("ruth-allows-it")
    manager.save()
    form = {"kind": "percent", "value": "50", "reason": "Hardship", "username": manager.username}

    url = reverse("billing:discount", args=[patient.pk])
    answer = till.post(url, {**form, "password": "ruth-allows-it"})

    assert "Leave the name empty to ask for it." in answer.content.decode()
    assert not Discount.objects.exists()


def test_cashiers_see_nothing_of_the_patients_health(till, patient):
    patient.allergies.create(patient=patient, substance="Penicillin")
    charge(patient, description="Ear irrigation")

    body = page_of(till, patient)

    assert ("Ear irrigation" in body, "Penicillin" in body) == (True, False)


def test_a_receipt_is_a_copy_from_the_second_print_on_and_each_print_is_in_the_audit(
    till, patient, cashier
):
    open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)
    url = reverse("billing:receipt_paper", args=[Receipt.objects.get().pk])

    papers = [till.get(url), till.get(url), till.get(f"{url}?size=a4")]

    assert [paper.content[:5] for paper in papers] == [b"%PDF-"] * 3
    assert Receipt.objects.get().printed == 3
    prints = OutboxRow.objects.filter(action="print").order_by("id")
    assert [one.changes["copy"] for one in prints] == [False, True, True]


def test_every_paper_of_the_desk_can_be_printed(till, patient, cashier, manager):
    shift = open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)
    asked = refunds.ask(Payment.objects.get().pk, D("5.00"), method="cash", reason="x", by=cashier)
    refunds.decide(asked.pk, allow=True, by=manager)
    refunds.pay_out(asked.pk, by=cashier)
    invoice, note = Invoice.objects.get(), CreditNote.objects.get()
    papers = {
        "billing:invoice_paper": invoice.pk,
        "billing:credit_paper": note.pk,
        "billing:statement": patient.pk,
        "billing:shift_paper": shift.pk,
    }

    answers = {name: till.get(reverse(name, args=[pk])) for name, pk in papers.items()}

    assert {name: answer.content[:5] for name, answer in answers.items()} == dict.fromkeys(
        papers, b"%PDF-"
    )


def test_a_number_in_a_search_box_opens_its_paper(till, patient, cashier, person, client):
    open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)
    receipt, invoice = Receipt.objects.get(), Invoice.objects.get()

    for box in ("patients:search", "billing:till"):
        opened = till.get(reverse(box), {"q": receipt.number.lower()})
        assert opened["Location"] == reverse("billing:receipt", args=[receipt.pk])
        opened = till.get(reverse(box), {"q": invoice.number})
        assert opened["Location"] == reverse("billing:invoice", args=[invoice.pk])
    client.force_login(person(Role.NURSE))
    assert client.get(reverse("patients:search"), {"q": receipt.number}).status_code == 200


def test_the_list_of_invoices_is_narrowed_by_the_address_and_exported_with_it(
    till, patient, cashier
):
    bill(patient, "20.00", by=cashier)
    open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)

    asked = {"state": "unpaid", "since": f"{today():%d.%m.%Y}", "age": "0"}
    page = till.get(reverse("billing:invoices"), asked)
    rows = list(
        csv.reader(
            io.StringIO(
                till.get(reverse("billing:invoices_export"), asked).content.decode("utf-8-sig")
            )
        )
    )

    assert [one.total for one in page.context["page"]] == [D("20.00")]
    assert rows[0][0] == "Invoices"
    assert rows[0][1].startswith("Unpaid; issued from")
    assert [row[5] for row in rows[3:]] == ["20.00"]


def test_a_refund_goes_from_the_receipt_over_the_manager_to_the_drawer(
    till, patient, cashier, manager, client
):
    open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)
    payment = Payment.objects.get()
    form = {
        f"{payment.pk}-{name}": value
        for name, value in {"amount": "5", "method": "cash", "reason": "Too much"}.items()
    }

    assert till.post(reverse("billing:ask_refund", args=[payment.pk]), form).status_code == 204
    asked = payment.refund_requests.get()
    decide = reverse("billing:decide_refund", args=[asked.pk])
    assert till.post(decide, {"allow": "yes"}).status_code == 403
    client.force_login(manager)
    assert client.post(decide, {"allow": "yes"}).status_code == 200
    client.force_login(cashier)
    assert client.post(reverse("billing:pay_refund", args=[asked.pk])).status_code == 200

    assert Invoice.objects.get().credited == D("5.00")


def test_a_shift_is_counted_and_closed_and_the_count_stays_when_it_is_refused(till, cashier):
    shift = open_shift(cashier)
    url = reverse("billing:close_shift", args=[shift.pk])
    form = {"key": str(uuid4()), "count-50": "1"}

    refused = till.post(url, form)
    closed = till.post(url, {**form, "reason": "Given to the bank"})

    assert refused.status_code == 422
    assert "50.00 less in the drawer" in refused.content.decode()
    assert 'name="count-50" value="1"' in refused.content.decode()
    assert closed["HX-Redirect"] == reverse("billing:shift_of", args=[shift.pk])
    assert CashierShift.objects.get().variance == D("-50.00")


def test_whoever_owes_is_found_whatever_their_number(till, cashier):
    for n in range(43):
        bill(somebody(f"Hassan, Omar{n}"), by=cashier)
    list_alone = {"HX-Request": "true", "HX-Target": "till-list"}

    first, second = (
        till.get(reverse("billing:till"), {"tab": "owing", "page": page}, headers=list_alone)
        for page in (1, 2)
    )

    rows = [re.findall(r'id="turn-([\w-]+)"', one.content.decode()) for one in (first, second)]
    assert [len(one) for one in rows] == [40, 3]
    assert len({*rows[0], *rows[1]}) == 43
    # What follows the news asks for the page that is open, and choosing somebody keeps it.
    assert 'hx-get="/till/?tab=owing&amp;page=2"' in second.content.decode()
    assert second.content.decode().count("?tab=owing&amp;page=2") == 3 + 1

"""The till in a browser: by keyboard alone, and following what colleagues do."""

from decimal import Decimal
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from clinic.tests.browser.test_journeys import register, stamp

SOON = 10_000
"""Milliseconds: a second on an idle machine, with room for a busy one."""
CHARGE = """INSERT INTO charges (patient_id, source_type, source_id, description, quantity, unit_price,
    state) VALUES (%s, 'test', %s, %s, 1, %s, 'open') RETURNING id"""
PAID = """SELECT p.method, p.amount, p.reference, r.cash_received, r.change FROM payments p
    JOIN receipts r ON r.id = p.receipt_id WHERE p.patient_id = %s ORDER BY p.id"""


@pytest.fixture
def bill(page, clinic):
    """Somebody new who owes 30.00 and 15.00, and nothing else."""
    family = stamp()
    register(page("joy"), family)
    patient = clinic.rows("SELECT id FROM patients WHERE family_name = %s", family)[0]["id"]
    charge(clinic, patient, "Ear irrigation", "30.00")
    charge(clinic, patient, "Blood pressure check", "15.00")
    return patient


def charge(clinic, patient, what: str, price: str) -> None:
    clinic.rows(CHARGE, patient, uuid4(), what, Decimal(price))


def till_of(page, patient):
    """Peter's till, with his shift about to open where it is not."""
    window = page("peter", f"/till/{patient}/")
    expect(window.locator(".live")).to_have_attribute("data-state", "live")
    if window.locator("[name=opening_float]").count():
        window.locator("[name=opening_float]").fill("100")
    return window


def test_money_is_taken_by_keys_alone(page, clinic, bill):
    peter = till_of(page, bill)
    peter.locator("[name=received]").focus()

    peter.keyboard.type("50")
    expect(peter.locator(".paid-change")).to_have_text("5.00")
    peter.keyboard.press("Control+Enter")

    expect(peter.locator(".till-done")).to_contain_text("Change 5.00")
    [paid] = clinic.rows(PAID, bill)
    assert (paid["method"], paid["amount"], paid["cash_received"], paid["change"]) == (
        "cash",
        Decimal("45.00"),
        Decimal("50.00"),
        Decimal("5.00"),
    )


def test_part_in_cash_and_the_rest_by_mobile_money(page, clinic, bill):
    peter = till_of(page, bill)

    peter.locator("[name=amount_cash]").fill("20")
    peter.keyboard.press("Alt+3")
    peter.keyboard.type("QK7T2M9X")
    expect(peter.locator("[name=amount_mobile]")).to_have_value("25.00")
    peter.keyboard.press("Control+Enter")

    expect(peter.locator(".till-done")).to_contain_text("45.00")
    paid = [(one["method"], one["amount"], one["reference"]) for one in clinic.rows(PAID, bill)]
    assert paid == [
        ("mobile", Decimal("25.00"), "QK7T2M9X"),
        ("cash", Decimal("20.00"), ""),
    ]


def test_a_new_charge_comes_in_ticked_and_what_was_unticked_stays_so(page, clinic, bill):
    peter = till_of(page, bill)
    peter.get_by_label("Ear irrigation").uncheck()
    expect(peter.locator("[name=amount_cash]")).to_have_value("15.00")

    charge(clinic, bill, "Drawing blood", "8.00")

    expect(peter.get_by_label("Drawing blood")).to_be_checked(timeout=SOON)
    expect(peter.get_by_label("Ear irrigation")).not_to_be_checked()
    expect(peter.locator("[name=amount_cash]")).to_have_value("23.00")


def test_too_much_is_said_before_it_is_sent(page, clinic, bill):
    peter = till_of(page, bill)

    peter.locator("[name=amount_cash]").fill("45.01")

    expect(peter.locator("#till-why")).to_have_text("That is 0.01 more than is to be paid.")
    expect(peter.locator("[data-take]")).to_have_attribute("aria-disabled", "true")

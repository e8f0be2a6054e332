"""The pharmacy in a browser: by keyboard alone, and following what colleagues do."""

import re

import pytest
from playwright.sync_api import expect

SOON = 5_000
"""Milliseconds: a second on an idle machine, with room for a busy one."""
LINE = """INSERT INTO prescription_items (prescription_id, patient_id, item_id, drug, code, code_system,
    dose, unit, route, frequency, as_needed, instruction, quantity, override_reason, metadata,
    dispensed_quantity)
    SELECT %s, %s, i.id, i.name, '', '', '1', i.unit, 'oral',
    'once a day', false, '', 10, '', '{}', 0 FROM inventory i WHERE i.id = %s"""
SIGN = "UPDATE prescriptions SET state = 'signed', signed_at = now() WHERE id = %s"


@pytest.fixture
def prescribe(clinic):
    """Signs a prescription of ten of something that is plentiful; gives its id and its lot's."""

    def sign() -> dict:
        visit = clinic.rows(
            "SELECT id, patient_id FROM visits WHERE state NOT IN"
            " ('closed', 'cancelled', 'entered_in_error') ORDER BY opened_at LIMIT 1"
        )[0]
        lot = clinic.rows(
            "SELECT id, item_id, quantity FROM inventory_lots WHERE quantity > 200"
            " AND expires_on > now() ORDER BY id LIMIT 1"
        )[0]
        made = clinic.rows(
            "INSERT INTO prescriptions (patient_id, visit_id, state, written_at, metadata)"
            " VALUES (%s, %s, 'draft', now(), '{}') RETURNING id",
            visit["patient_id"],
            visit["id"],
        )[0]["id"]
        clinic.rows(f"{LINE} RETURNING id", made, visit["patient_id"], lot["item_id"])
        clinic.rows(f"{SIGN} RETURNING id", made)
        return {"prescription": made, **lot}

    return sign


def test_a_prescription_appears_in_the_line_up_within_a_second(page, clinic, prescribe):
    lena = page("lena", "/pharmacy/")
    expect(lena.locator(".live")).to_have_attribute("data-state", "live")

    made = prescribe()

    expect(lena.locator(f"#turn-{made['prescription']}")).to_be_visible(timeout=SOON)


def test_an_open_sheet_follows_what_is_taken_and_keeps_what_is_typed(page, clinic, prescribe):
    made = prescribe()
    lena = page("lena", f"/pharmacy/{made['prescription']}/")
    expect(lena.locator(".live")).to_have_attribute("data-state", "live")
    first = lena.locator(".lots .box").first
    first.fill("7")
    expect(lena.locator("#sheet")).to_contain_text("3 will be owed")
    lena.locator(".line-up .box").focus()

    clinic.rows(
        "INSERT INTO stock_moves (lot_id, kind, quantity, reference, reason)"
        " VALUES (%s, 'dispense', -1, '', '') RETURNING id",
        made["id"],
    )

    row = lena.locator(f"#sheet tr[id$='-{made['id']}']")
    expect(row).to_contain_text(re.compile("was "), timeout=SOON)
    expect(first).to_have_value("7")


def test_a_prescription_is_dispensed_and_taken_back_by_keys_alone(page, clinic, prescribe):
    made = prescribe()
    lena = page("lena", "/")

    lena.keyboard.press("g")
    lena.keyboard.press("m")
    lena.wait_for_url("**/pharmacy/")
    for _ in range(lena.locator(".turn").count()):
        lena.keyboard.press("j")
    lena.keyboard.press("Enter")
    lena.wait_for_url(f"**/pharmacy/{made['prescription']}/")
    lena.keyboard.press("Control+Enter")
    lena.wait_for_url("**?done=*")

    state = "SELECT state FROM prescriptions WHERE id = %s"
    assert clinic.rows(state, made["prescription"]) == [{"state": "dispensed"}]
    lena.keyboard.press("u")
    expect(lena.locator("#dispense")).to_be_visible()
    assert clinic.rows(state, made["prescription"]) == [{"state": "signed"}]

"""The desk: queue, undo, scan, book and check in, in a real browser."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinic.tests.browser.test_journeys import listening, register, stamp
from patients.queries.codes import patient_code

# A change takes half a second; a busy machine is left room.
SOON = 3_000
CODE = "SELECT mrn FROM patients WHERE family_name = %s"
VISITS = """SELECT v.state FROM visits v JOIN patients p ON p.id = v.patient_id
    WHERE p.family_name = %s"""


def newcomer(page, clinic) -> tuple[str, str, str]:
    """Somebody registered: family name, address of the record, code of the card."""
    family = stamp()
    record = register(page("joy"), family)
    [row] = clinic.rows(CODE, family)
    return family, record, patient_code(row["mrn"])


def scan(page, code) -> None:
    """As a hand scanner does: without a pause, with Enter at the end."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_keyboard_alone_queues_from_the_search_and_takes_it_back(page, clinic):
    family, _, _ = newcomer(page, clinic)
    desk = page("joy", reverse("home"))

    desk.keyboard.press("/")
    desk.keyboard.type(family)
    expect(desk.get_by_role("option").first).to_contain_text(family.upper())
    desk.keyboard.press("Shift+Enter")

    toasts = desk.locator("#toasts")
    expect(toasts).to_contain_text(family.upper())
    expect(toasts.get_by_role("link", name="Print ticket")).to_be_visible()
    toasts.get_by_role("button", name="Undo").press("Enter")
    expect(toasts).to_contain_text("is taken back")
    assert [row["state"] for row in clinic.rows(VISITS, family)] == ["cancelled"]


def test_a_double_click_queues_once(page, clinic):
    family, record, _ = newcomer(page, clinic)
    desk = page("joy", record)

    desk.get_by_role("button", name="Queue", exact=False).first.dblclick()

    expect(desk.locator(".banner")).to_contain_text("Registered since")
    expect(desk.locator("#toasts .say")).to_have_count(1)
    assert len(clinic.rows(VISITS, family)) == 1


def test_a_scan_into_the_box_opens_the_card_and_not_who_was_found_before(page, clinic):
    family, _, code = newcomer(page, clinic)
    other, _, _ = newcomer(page, clinic)
    desk = page("joy", reverse("home"))
    desk.keyboard.press("/")
    desk.keyboard.type(other)
    expect(desk.get_by_role("option").first).to_contain_text(other.upper())

    desk.locator("#find").select_text()
    scan(desk, code)

    expect(desk.locator(".banner")).to_contain_text(family.upper())


def test_a_scan_is_heard_anywhere_and_presses_nothing(page, clinic):
    family, _, code = newcomer(page, clinic)
    desk = page("joy", reverse("patients:today"))

    # All at once: a busy machine types as slowly as a person.
    desk.evaluate(
        """code => [...code, "Enter"].forEach(key => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})))""",
        code,
    )

    expect(desk.locator(".banner")).to_contain_text(family.upper())


def test_a_booked_patient_is_checked_in_with_one_click_and_colleagues_see_it(page, clinic):
    family, record, _ = newcomer(page, clinic)
    at = timezone.localtime() + timedelta(minutes=3)
    desk = page("joy", f"{record}book/?at={at:%Y-%m-%dT%H:%M}")
    desk.get_by_label("With", exact=True).select_option(label="Grace Lindqvist")
    desk.locator("[name=minutes]").select_option("10")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toasts")).to_contain_text("is booked")
    theirs = page("amina", desk.url)
    listening(theirs)

    desk.get_by_role("button", name=f"Check in {family.upper()}").click()

    expect(desk.locator("#toasts")).to_contain_text(family.upper())
    card = theirs.locator(".ap", has_text=family.upper())
    expect(card).to_contain_text("arrived", timeout=SOON)
    # The booking before can be taken back as well; the last is the check-in.
    desk.locator("#toasts").get_by_role("button", name="Undo").last.click()
    expect(card.get_by_role("button", name="Check in")).to_be_visible(timeout=SOON)


def test_a_dialog_keeps_what_was_typed_until_it_is_sent(page, clinic):
    family, record, _ = newcomer(page, clinic)
    desk = page("joy", record)
    desk.locator("[data-opens=arrive]").click()
    desk.get_by_label("Reason for coming").fill("Fever since Monday")

    desk.keyboard.press("Escape")
    desk.locator("[data-opens=arrive]").click()

    expect(desk.get_by_label("Reason for coming")).to_have_value("Fever since Monday")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".banner")).to_contain_text("Registered since")
    reason = "SELECT v.reason FROM visits v JOIN patients p ON p.id = v.patient_id WHERE family_name = %s"
    assert [row["reason"] for row in clinic.rows(reason, family)] == ["Fever since Monday"]

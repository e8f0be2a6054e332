"""Every page of the clinic in one table: what is drawn, photographed and guarded.

A new page is one line here. `test_doors` fails for a URL that no line names and that is not one of
the fragments and posts below.
"""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from PIL import Image

Act = Callable[[Any], None]
"""What is done in the page (Playwright's) before it is looked at."""


@dataclass(frozen=True)
class Example:
    """Page `name` as `user` sees it; `patient` is put into the address where one is needed."""

    name: str
    url: str
    user: str | None
    query: str = ""
    of_patient: bool = False
    args: tuple[Any, ...] = ()
    act: Act | None = None
    status: int = 200
    path: str = ""

    def address(self, patient: Any) -> str:
        """Where it is."""
        args = (patient,) if self.of_patient else self.args
        return (self.path or reverse(self.url, args=args)) + self.query


def type_somebody_known(page: Any) -> None:
    """The form with a likeness beside it: the name of the first patient that the search finds."""
    # A draft of the last time may stand there.
    page.get_by_label("Family name").fill("")
    page.get_by_label("Family name").press_sequentially(known_family_name(page))
    page.locator(".likeness").first.wait_for()


def open_a_ticket(page: Any) -> None:
    """The dialog with all that can be done."""
    page.locator("[data-act=more]").first.click()
    page.locator("#ticket-dialog[open] [data-main]").wait_for()


def known_family_name(page: Any) -> str:
    """A family name out of the list of patients."""
    listed = page.context.new_page()
    listed.goto(reverse("patients:search") + "?q=a")
    name: str = listed.locator(".row-link b").first.inner_text()
    listed.close()
    return name


def let_somebody_be_quicker(page: Any) -> None:
    """A colleague saves the form between its opening and its saving."""
    theirs = page.context.new_page()
    theirs.goto(page.url)
    # Never what was typed the last time: nothing would have changed then.
    house = int(time.time())
    for window, address in ((theirs, f"{house} River Road"), (page, f"{house} Hill Street")):
        window.get_by_label("Address").fill(address)
        window.locator("[name=next_of_kin]").fill(f"Somebody of {address}")
        window.get_by_role("button", name="Save changes").click()
        window.wait_for_load_state()
    theirs.close()
    page.locator(".versus, [name^=choose-]").first.wait_for()


def open_the_first_row(page: Any) -> None:
    """Whoever is on top of a list."""
    page.locator("[data-row] a.row-link").first.click()
    page.locator(".banner").wait_for()


def open_first_prescription(page: Any) -> None:
    """Whoever waits longest for medicines."""
    page.locator(".turn").first.click()
    page.locator("#sheet .disp").first.wait_for()


def open_a_return(page: Any) -> None:
    """The form for taking back what was given of a prescription."""
    page.locator(".turn").first.click()
    page.get_by_role("link", name="Take back").first.click()
    page.locator("#return").wait_for()


def open_first_item(page: Any) -> None:
    """The card of whatever stands first in the list."""
    page.locator("[data-row] a.row-link").first.click()
    page.locator("#card").wait_for()


def open_first_sample(page: Any) -> None:
    """Whoever stands first in the worklist."""
    page.locator(".pile-who").first.click()
    page.locator("#lab-work .banner").wait_for()


def write_a_letter(page: Any) -> None:
    """A sick note for whoever is on top of the list."""
    open_the_first_row(page)
    visit = page.url.rstrip("/").rpartition("/")[2]
    page.goto(reverse("clinical_docs:write_letter", args=[visit, "sick-note"]))


def open_a_consultation(page: Any) -> None:
    """Somebody who is with a clinician, else somebody who waits for one."""
    found = page.locator("a[href^='/visits/']").first
    page.goto(found.get_attribute("href"))
    page.locator("#note").wait_for()


def take_the_first(page: Any) -> None:
    """The bill of whoever has waited longest."""
    page.locator(".turns a.turn").first.click()
    page.locator("#till-form").wait_for()


def open_the_first(page: Any) -> None:
    page.locator("#invoice-list a.row-link").first.click()
    page.locator("#invoice-body").wait_for()


def choose_files(page: Any) -> None:
    """The dialog with a photo and a file that is not taken."""
    page.get_by_role("button", name="Add documents").click()
    chooser = page.locator("#add-files [data-chooses][multiple]")
    good = {"name": "IMG_2055.png", "mimeType": "image/png", "buffer": picture()}
    bad = {"name": "holiday.png", "mimeType": "image/png", "buffer": b"<html>no picture</html>"}
    chooser.set_input_files([good, bad])
    for row in page.locator(".send").all():
        row.locator("select").select_option("identity")


def open_the_first_document(page: Any) -> None:
    """A referral; where there is none, one is added."""
    if not page.locator("#document-list [data-row]").count():
        add_a_document(page, "referral")
    page.locator("#document-list a.row-link").first.click()
    page.locator(".leaf img").first.wait_for()


def add_a_document(page: Any, category: str) -> None:
    page.get_by_role("button", name="Add documents").click()
    file = {"name": "referral.png", "mimeType": "image/png", "buffer": picture()}
    page.locator("#add-files [data-chooses][multiple]").set_input_files([file])
    page.locator(".send select").select_option(category)
    page.locator("[data-send]").click()
    page.locator("#document-list [data-row]").first.wait_for()


def picture() -> bytes:
    """A small one, made on the spot."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((320, 240)).save(out, "PNG")
    return out.getvalue()


def lock_the_page(page: Any) -> None:
    """By hand, from the menu."""
    page.get_by_role("button", name="menu").click()
    page.get_by_role("button", name="Lock", exact=True).click()
    page.locator("#lock[open] [name=password]").wait_for()


HOMES = tuple(
    Example(f"home-{role}", "home", user)
    for role, user in {
        "receptionist": "joy",
        "nurse": "ben",
        "clinician": "amina",
        "lab": "tom",
        "pharmacist": "lena",
        "cashier": "peter",
        "manager": "ruth",
        "administrator": "seth",
        "auditor": "noor",
    }.items()
)
PAGES = (
    Example("sign-in", "accounts:sign_in", None),
    *HOMES,
    Example("queue", "patients:queue", "amina"),
    Example("queue-desk", "patients:queue", "joy"),
    Example("queue-done", "patients:queue", "joy", query="?service=done"),
    Example("queue-ticket", "patients:queue", "joy", act=open_a_ticket),
    Example("screen", "patients:screen", "joy"),
    Example("search-empty", "patients:search", "joy"),
    Example("search", "patients:search", "joy", query="?q=a"),
    Example("search-nobody", "patients:search", "joy", query="?q=xqzwvk"),
    Example("record", "patients:record", "amina", of_patient=True),
    Example("record-vitals", "patients:record", "amina", of_patient=True, query="?kind=vitals"),
    Example("record-desk", "patients:record", "joy", of_patient=True),
    Example("documents", "clinical_docs:documents", "amina", of_patient=True),
    Example("documents-desk", "clinical_docs:documents", "joy", of_patient=True, act=choose_files),
    Example(
        "document",
        "clinical_docs:documents",
        "amina",
        of_patient=True,
        query="?category=referral",
        act=open_the_first_document,
    ),
    Example("today", "patients:today", "joy"),
    Example("today-late", "patients:today", "joy", query="?show=late"),
    Example("book", "patients:book", "joy", query="?who=a"),
    Example("book-for", "patients:book_for", "joy", of_patient=True),
    Example("scan", "patients:scan", "joy"),
    Example("register", "patients:register", "joy"),
    Example("register-alike", "patients:register", "joy", act=type_somebody_known),
    Example("edit", "patients:edit", "joy", of_patient=True),
    Example("conflict", "patients:edit", "joy", of_patient=True, act=let_somebody_be_quicker),
    Example("triage", "clinical_docs:triage", "ben"),
    Example(
        "triage-visit", "clinical_docs:triage_visit", "ben", path="/triage/", act=open_the_first_row
    ),
    Example("pharmacy", "patients:pharmacy", "lena"),
    Example(
        "dispense", "patients:dispense", "lena", path="/pharmacy/", act=open_first_prescription
    ),
    Example(
        "give-back", "patients:give_back", "lena", path="/pharmacy/?tab=owed", act=open_a_return
    ),
    Example("stock", "inventory:stock", "lena"),
    Example("stock-item", "inventory:item", "lena", path="/stock/", act=open_first_item),
    Example("letter", "clinical_docs:write_letter", "amina", path="/triage/", act=write_a_letter),
    Example("paper-unknown", "clinical_docs:verify", None, path="/verify/0000/", status=404),
    Example("consult", "clinical_docs:consult", "amina", path="/queue/", act=open_a_consultation),
    Example("profile", "profile:profile", "amina"),
    Example("second-step-set-up", "profile:second_step", "amina"),
    Example("second-step-app", "profile:app", "amina"),
    # By somebody of its own: the window of the others stays open.
    Example("lock", "home", "sofia", act=lock_the_page),
    Example("lab", "clinical_docs:lab", "tom", act=open_first_sample),
    Example("results", "clinical_docs:results", "amina", query="?of=all"),
    Example("audit-patient", "audit:patient", "amina", of_patient=True),
    Example("audit-looked", "audit:looked", "noor", of_patient=True),
    Example("audit-explorer", "audit:explorer", "noor"),
    Example("privacy", "audit:reviews", "noor"),
    Example("glass", "patients:glass", "amina", of_patient=True),
    Example("restrict", "patients:restrict", "noor", of_patient=True),
    Example("admin", "admin:index", "seth"),
    Example("styleguide", "shell:styleguide", "seth"),
    Example("refused", "patients:register", "noor", status=403),
    Example("missing", "", "joy", path="/nowhere/", status=404),
    Example("till", "billing:till", "peter"),
    Example("till-owing", "billing:till", "peter", query="?tab=owing"),
    Example("till-of", "billing:till", "peter", act=take_the_first),
    Example("till-patient", "billing:till_of", "peter", of_patient=True),
    Example("invoices", "billing:invoices", "peter"),
    Example("invoice", "billing:invoices", "peter", act=open_the_first),
    Example("refunds", "billing:refunds", "ruth"),
    Example("shift", "billing:shift", "peter"),
    Example("shifts", "billing:shifts", "ruth"),
    Example("prices", "billing:prices", "peter"),
)

# What PAGES reach from another page.
REACHED = {
    "accounts:second_step",
    "accounts:lock",
    "clinical_docs:document",
    "billing:invoice",
    "billing:receipt",
    "billing:shift_of",
}
FRAGMENTS = {
    "clinical_docs:document_likeness",
    "clinical_docs:document_page",
    "billing:services",
    "shell:menu",
    "patients:alike",
    "patients:arrive",
    "patients:alike_to",
    "patients:banner",
    "patients:allergies",
    "patients:allergy_search",
    "patients:allergy_withdraw",
    "patients:ticket",
    "patients:orders",
    "patients:prescribing",
    "patients:read_line",
    "clinical_docs:measured",
    "clinical_docs:triage_next",
    "clinical_docs:note",
    "clinical_docs:strip",
    "clinical_docs:visit_note",
    "clinical_docs:note_drafts",
    "clinical_docs:closing",
    "patients:problems",
    "patients:problem_search",
    "live:writers",
    "clinical_docs:vitals",
    "live:events",
    "live:viewers",
    "accounts:session",
}
POSTS = {
    "clinical_docs:document_add",
    "clinical_docs:document_version",
    "clinical_docs:document_describe",
    "clinical_docs:document_archive",
    "clinical_docs:document_restore",
    "clinical_docs:document_hold",
    "clinical_docs:document_retain",
    "billing:take",
    "billing:close_visit",
    "billing:add_charge",
    "billing:discount",
    "billing:price_charge",
    "billing:remove_charge",
    "billing:restore_charge",
    "billing:withdraw_discount",
    "billing:decide_discount",
    "billing:void",
    "billing:credit",
    "billing:ask_refund",
    "billing:decide_refund",
    "billing:withdraw_refund",
    "billing:pay_refund",
    "billing:open_shift",
    "billing:close_shift",
    "clinical_docs:begin",
    "clinical_docs:note_sign",
    "clinical_docs:note_template",
    "clinical_docs:note_restore",
    "clinical_docs:note_discard",
    "clinical_docs:note_amend",
    "clinical_docs:finish",
    "clinical_docs:reopen",
    "patients:problem",
    "patients:dispense_sheet",
    "patients:dispense_undo",
    "clinical_docs:lab_collect",
    "patients:close_glass",
    "patients:lift",
    "audit:review",
    "audit:verify",
    "clinical_docs:lab_results",
    "clinical_docs:lab_verify",
    "clinical_docs:lab_told",
    "clinical_docs:lab_send_back",
    "clinical_docs:lab_amend",
    "clinical_docs:lab_receive",
    "clinical_docs:lab_reject",
    "clinical_docs:acknowledge",
    "clinical_docs:unacknowledge",
    "patients:take_back",
    "patients:add_line",
    "patients:cancel_prescription",
    "patients:cancel_test",
    "patients:order_tests",
    "patients:prescribe",
    "patients:remove_line",
    "patients:repeat",
    "patients:replace_prescription",
    "patients:restore_line",
    "patients:settle_line",
    "patients:star_line",
    "patients:undo_orders",
    "patients:undo_prescription",
    "patients:check_in",
    "patients:no_show",
    "patients:cancel_appointment",
    "patients:undo_appointment",
    "accounts:sign_out",
    "accounts:passkey_options",
    "accounts:passkey",
    "accounts:active",
    "shell:csp_report",
    "start",
    "profile:theme",
    "profile:password",
    "profile:passkey_options",
    "profile:passkey",
    "profile:codes",
    "profile:remove_factor",
    "profile:end_others",
    "profile:end_session",
    "editing:draft",
    "editing:draft_of",
    "patients:allergy_restore",
    "clinical_docs:triage_begin",
    "clinical_docs:triage_undo",
    "patients:move",
    "patients:undo",
}
"""Addresses that only take something, or lead on."""
DOWNLOADS = {
    "clinical_docs:document_file",
    "clinical_docs:document_print",
    "billing:statement",
    "billing:receipt_paper",
    "billing:invoice_paper",
    "billing:credit_paper",
    "billing:shift_paper",
    "billing:invoices_export",
    "audit:export",
    "audit:looked_paper",
    "audit:events",
    "patients:id_card",
    "patients:print_ticket",
    "patients:ticket",
    "clinical_docs:lab_labels",
    "clinical_docs:lab_report",
    "patients:labels",
    "inventory:stock_file",
    "inventory:item_file",
    "patients:today_csv",
    "patients:today_print",
    "clinical_docs:letter",
}

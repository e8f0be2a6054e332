"""One walk-in and six people: from the front door to a paid receipt, each window following live.

Run with `-s` to read what it cost: clicks, screens, and how long after an act the next one saw it.
"""

import json
import re
import sys
import uuid

import pytest
from playwright.sync_api import expect

from clinic.tests.browser.hands import Hand, Tally
from clinic.tests.browser.test_journeys import listening, register, stamp

MOST_CLICKS, MOST_SCREENS = 18, 7
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SIGNS = {"pressure": "128/82", "pulse": "76", "breathing": "14", "oxygen": "98"}
NOBODY_ELSE = """
UPDATE queue_tickets SET state = 'left', finished_at = now()
WHERE state NOT IN ('done', 'left') RETURNING id, old.state, old.finished_at
"""
AS_IT_WAS = "UPDATE queue_tickets SET state = %s, finished_at = %s WHERE id = %s RETURNING id"


class House:
    """Six windows, each already at its place when the patient comes in."""

    def __init__(self, page, clinic, how):
        self.clinic, self.tally, self.keys = clinic, Tally(), how == "keys"
        options = PHONE if how == "phone" else {}
        self.window = lambda who, path: page(who, path, **options)
        self.family = stamp()
        register(page("joy"), self.family, given="Grace")
        known = (
            "UPDATE patients SET allergy_status = 'none_known' WHERE family_name = %s RETURNING id"
        )
        clinic.rows(known, self.family)

    def open(self, who, path):
        return self.hand(self.window(who, path))

    def hand(self, page):
        listening(page)
        return Hand(page, self.tally, keys=self.keys)

    @property
    def name(self):
        return self.family.upper()

    def ticket(self):
        [row] = self.clinic.rows(
            "SELECT t.prefix || lpad(t.number::text, 3, '0') AS label FROM queue_tickets t"
            " JOIN patients p ON p.id = t.patient_id WHERE p.family_name = %s",
            self.family,
        )
        return row["label"]


@pytest.fixture
def nobody_else(clinic):
    """The queue is empty meanwhile; whoever waited comes back afterwards."""
    sent_home = clinic.rows(NOBODY_ELSE)
    yield
    for ticket in sent_home:
        clinic.rows(AS_IT_WAS, ticket["state"], ticket["finished_at"], ticket["id"])


@pytest.mark.usefixtures("nobody_else")
@pytest.mark.parametrize("how", ["mouse", "keys", "phone"])
def test_a_walk_in_is_taken_from_the_door_to_a_paid_receipt(how, page, clinic, capsys):
    house = House(page, clinic, how)
    earlier = f"Earlier{uuid.uuid4().hex[:4].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    joy, ben = reception_and_nurse(house, page, earlier)
    amina, tom = house.open("amina", "/queue/?service=consultation"), house.open("tom", "/lab/")
    lena, peter = house.open("lena", "/pharmacy/"), house.open("peter", "/till/")

    queue(joy, ben, house)
    triage(ben, amina, house)
    consult(amina, tom, lena, house)
    measure(tom, amina, house)
    dispense(lena, house)
    let_go(amina, peter, house)
    pay(peter, joy, house)

    figures = {"how": how, **house.tally.figures(), "each s": rounded(house.tally.seconds)}
    with capsys.disabled():
        sys.stdout.write("\n" + json.dumps(figures) + "\n")
    assert house.tally.clicks <= MOST_CLICKS
    assert len(set(house.tally.screens)) <= MOST_SCREENS, sorted(set(house.tally.screens))
    assert closed(house)


def rounded(seconds):
    return {name: round(value, 3) for name, value in seconds.items()}


def reception_and_nurse(house, page, earlier):
    """The nurse is with somebody else when the patient comes in."""
    register(page("joy"), earlier)
    desk = house.window("joy", "/queue/")
    listening(desk)
    desk.locator("#find").fill(earlier)
    desk.get_by_role("button", name=f"Queue {earlier.upper()}").click()
    nurse = house.window("ben", "/triage/")
    nurse.get_by_role("link", name=earlier.upper()).click()
    nurse.locator("#triage-form [name=pulse]").fill("80")
    listening(nurse)
    desk.goto("/queue/")
    return house.hand(desk), house.hand(nurse)


def queue(joy, ben, house):
    """One click beside the name that was searched."""
    ben.await_text(house.name, "#triage-next")
    joy.type(joy.page.locator("#find"), house.family)
    button = joy.page.get_by_role("button", name=f"Queue {house.name}")
    button.wait_for()
    at = joy.now()
    joy.click(button)
    ben.seen(house.name, at, "queued, seen at triage")


def triage(ben, amina, house):
    page = ben.page
    # The earlier patient's triage ends; that click is theirs.
    page.locator("[data-main]").click()
    expect(page.locator(".banner").first).to_contain_text(house.name)
    listening(page)
    for name, value in SIGNS.items():
        ben.type(page.locator(f"#triage-form [name={name}]"), value)
    amina.await_text(house.name, "#waiting")
    at = ben.now()
    ben.click(page.locator("button[data-main]"))
    amina.seen(house.name, at, "triage done, seen by the clinician")


def consult(amina, tom, lena, house):
    page, label = amina.page, house.ticket()
    amina.click(page.get_by_role("button", name=f"Call {label}", exact=True))
    say_where_i_work(page)
    start = page.get_by_role("button", name=f"Start {label}", exact=True)
    start.wait_for()
    amina.click(start)
    page.wait_for_url("**/visits/**")
    listening(page)
    write(amina)
    order(amina, tom, house)
    prescribe(amina, lena, house)
    finish = page.locator(".actions button[data-main]", has_text="Sign and finish")
    finish.wait_for()
    amina.click(finish)
    expect(page.locator("#toasts")).to_contain_text("Consultation finished")


def say_where_i_work(page):
    """Asked once a session, at the first call: it is none of this patient's clicks."""
    page.locator("#ticket-dialog[open], .tk-called:visible").first.wait_for()
    if page.locator("#ticket-dialog[open]").count():
        page.locator("#ticket-dialog select[name=room]").select_option(index=1)
        page.locator("#ticket-dialog button[type=submit]").first.click()


def write(amina):
    page = amina.page
    amina.type(page.locator("#note textarea").first, "Cough for four days, no fever. Chest clear.")
    search = page.locator("#problem-search")
    search.press_sequentially("cough")
    page.locator("#problem-hits [aria-selected=true]").wait_for()
    search.press("Enter")
    page.locator(".problem.is-today").first.wait_for()


def order(amina, tom, house):
    page = amina.page
    tom.await_text(house.name, "#lab-list")
    amina.tick(page.locator("#orders .tick", has_text="Complete blood count").first)
    at = amina.now()
    amina.click(page.locator("#orders [data-tests-send]"))
    tom.seen(house.name, at, "ordered, seen in the laboratory")


def prescribe(amina, lena, house):
    page = amina.page
    lena.await_text(house.name, "#line-up")
    line = page.locator("#rx-text")
    line.press_sequentially("paracetamol 1g qds 5/7")
    line.press("Enter")
    page.locator(".rx-draft").first.wait_for()
    at = amina.now()
    amina.click(page.locator("#rx-sign"))
    lena.seen(house.name, at, "prescribed, seen at the pharmacy")


def measure(tom, amina, house):
    page = tom.page
    tom.click(page.locator(".pile-who", has_text=house.name))
    page.locator("#lab-work .banner").wait_for()
    listening(page)
    tom.click(page.locator(".actions [data-main]", has_text="Collect"))
    page.locator("#lab-form input.res").first.wait_for()
    for field in page.locator("#lab-form input.res").all():
        tom.type(field, middle(field))
    tom.click(page.locator(".actions button", has_text="Save results"))
    verify = page.locator(".actions button", has_text=re.compile("^Verify"))
    verify.wait_for()
    amina.click(amina.page.locator(".rail").get_by_role("link", name="Results"))
    listening(amina.page)
    amina.await_text(house.name, "#results-list")
    at = tom.now()
    tom.click(verify)
    amina.seen(house.name, at, "verified, seen by the clinician")


def middle(field):
    """A value within range, whatever the range is."""
    low, high = field.get_attribute("data-low"), field.get_attribute("data-high")
    ends = [float(end) for end in (low, high) if end]
    return f"{sum(ends) / len(ends):.1f}" if ends else "1"


def dispense(lena, house):
    page = lena.page
    lena.click(page.locator(".turn", has_text=house.name))
    page.wait_for_url("**/pharmacy/*-*/**")
    lena.click(page.locator(".actions button[data-main]"))
    expect(page.locator("#main")).to_contain_text("Dispensed")


def let_go(amina, peter, house):
    peter.await_text(house.name, "#till-list")
    at = amina.now()
    result = amina.page.locator(".inbox-item", has_text=house.name)
    amina.click(result.locator("[data-seen]"))
    peter.seen(house.name, at, "results seen, seen at the till")


def pay(peter, joy, house):
    page = peter.page
    joy.page.goto("/queue/?service=done")
    listening(joy.page)
    joy.await_text(house.name, "#queue")
    peter.click(page.locator(".turn", has_text=house.name))
    page.wait_for_url("**/till/*-*/**")
    listening(page)
    at = peter.now()
    peter.click(page.locator("button[data-take]"))
    joy.seen(house.name, at, "paid, seen on the board")


def closed(house):
    state = (
        "SELECT v.state, i.state AS bill, i.total - i.paid AS owed FROM visits v"
        " JOIN patients p ON p.id = v.patient_id JOIN invoices i ON i.visit_id = v.id"
        " WHERE p.family_name = %s"
    )
    [row] = house.clinic.rows(state, house.family)
    return (row["state"], row["bill"], row["owed"]) == ("closed", "paid", 0)

"""What people do all day, done in a real browser."""

import os
import signal
import uuid

from django.urls import reverse
from playwright.sync_api import expect

from clinic.tests.browser import looking

WITHIN_A_SECOND = 1_000
# How long a keystroke may take to a draft: a second's pause, then the post.
UNTIL_KEPT = 5_000


def stamp() -> str:
    """Letters that no other test has typed."""
    return "Q" + uuid.uuid4().hex[:7].translate(str.maketrans("0123456789", "ghijklmnop"))


def register(page, family, *, given="Imani", phone="") -> str:
    """A new patient by the form; returns the address of the record."""
    page.goto(reverse("patients:register"))
    page.get_by_label("Family name").fill(family)
    page.get_by_label("Given names").fill(given)
    page.get_by_text("Female", exact=True).click()
    page.get_by_label("Date of birth").fill("14-Jul-1985")
    if phone:
        page.get_by_label("Phone", exact=True).fill(phone)
    page.get_by_role("button", name="Save only").click()
    page.wait_for_url(lambda url: "/register/" not in url)
    return page.url


def listening(page):
    """Wait until the page hears of changes."""
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def test_keyboard_alone_signs_in_searches_with_a_slip_and_opens(windows, page):
    register(page("joy"), "Fitzwarren", given="Imani")
    mine = windows.of(None).new_page()
    mine.goto("/")
    expect(mine.get_by_label("User name")).to_be_focused()

    mine.keyboard.type("amina")
    mine.keyboard.press("Tab")
    mine.keyboard.type("amina-sees-patients")
    mine.keyboard.press("Enter")
    mine.wait_for_url("**/queue/")
    mine.keyboard.press("/")
    # Enter comes sooner than the answer.
    mine.keyboard.type("imani fitzwaren")
    mine.keyboard.press("Enter")

    expect(mine.locator(".banner")).to_contain_text("FITZWARREN")


def test_colleagues_work_appears_within_a_second_and_typing_stays(page, clinic):
    family = stamp()
    record = register(page("joy"), family)
    mine, theirs = page("amina", record), page("ben", record)
    listening(mine)
    mine.get_by_role("button", name="Write a note").click()
    note = mine.get_by_role("textbox", name="Note")
    note.press_sequentially("Coughs since Tues")

    theirs.get_by_role("button", name="Record vital signs").click()
    theirs.get_by_label("Pulse").fill("77")
    theirs.get_by_role("button", name="Save vital signs").click()
    theirs.get_by_role("button", name="Record vital signs").wait_for()

    expect(mine.locator("#timeline .entry-line").first).to_contain_text(
        "77", timeout=WITHIN_A_SECOND
    )
    expect(note).to_have_value("Coughs since Tues")
    expect(note).to_be_focused()
    note.press_sequentially("day.")
    mine.get_by_role("button", name="Save note").click()
    expect(mine.locator("#timeline")).to_contain_text("Coughs since Tuesday.")


def test_changed_phone_appears_in_an_open_record_and_in_the_trail(page):
    record = register(page("joy"), stamp(), phone="+12025550101")
    mine, theirs = page("amina", record), page("joy", record + "edit/")
    listening(mine)

    theirs.get_by_label("Phone", exact=True).fill("+12025550188")
    theirs.get_by_role("button", name="Save changes").click()
    theirs.wait_for_url(record)

    expect(mine.locator("#record-banner")).to_contain_text("0188", timeout=WITHIN_A_SECOND)
    trail = page("amina", record)
    trail.get_by_role("link", name="Audit trail").click()
    expect(trail.locator("main")).to_contain_text("Joy Wanjiru")
    expect(trail.locator("main")).to_contain_text("Phone")


def test_second_of_two_editors_chooses_and_loses_nothing(page, clinic):
    record = register(page("joy"), stamp(), phone="+12025550101")
    mine, theirs = page("amina", record + "edit/"), page("joy", record + "edit/")

    theirs.get_by_label("Phone", exact=True).fill("+12025550111")
    theirs.get_by_label("Address").fill("1 River Road")
    theirs.get_by_role("button", name="Save changes").click()
    theirs.wait_for_url(record)
    mine.get_by_label("Phone", exact=True).fill("+12025550122")
    mine.get_by_label("Email").fill("imani@example.org")
    mine.get_by_role("button", name="Save changes").click()
    expect(mine.locator("main")).to_contain_text("Joy Wanjiru")
    expect(mine.locator("main")).to_contain_text("0111")
    mine.locator("input[type=radio][value=mine]").first.check()
    mine.locator("main button[data-main]").click()
    mine.wait_for_url(record)

    mine.goto(record + "edit/")
    expect(mine.get_by_label("Phone", exact=True)).to_have_value("+12025550122")
    expect(mine.get_by_label("Email")).to_have_value("imani@example.org")
    expect(mine.get_by_label("Address")).to_have_value("1 River Road")


def test_double_click_registers_one_patient(page, clinic):
    family = stamp()
    joy = page("joy", reverse("patients:register"))
    joy.get_by_label("Family name").fill(family)
    joy.get_by_label("Given names").fill("Imani")
    joy.get_by_text("Female", exact=True).click()
    joy.get_by_label("Date of birth").fill("14-Jul-1985")

    joy.get_by_role("button", name="Save only").dblclick()
    joy.wait_for_url(lambda url: "/register/" not in url)

    count = "SELECT count(*) AS n FROM patients WHERE family_name = %s"
    assert clinic.rows(count, family) == [{"n": 1}]


def test_words_of_a_closed_registration_are_there_again(page, windows):
    first = page("grace", reverse("patients:register"))
    family = stamp()
    first.get_by_label("Family name").press_sequentially(family)
    expect(first.locator("[data-draft-state]")).to_contain_text("saved", timeout=UNTIL_KEPT)
    first.close()

    again = page("grace", reverse("patients:register"))

    expect(again.get_by_label("Family name")).to_have_value(family)
    again.get_by_role("button", name="Start afresh").click()
    expect(again.get_by_label("Family name")).to_have_value("")


def test_words_of_a_closed_note_are_there_again(page):
    record = register(page("joy"), stamp())
    first = page("amina", record)
    first.get_by_role("button", name="Write a note").click()
    with first.expect_response(lambda answer: "/drafts/" in answer.url, timeout=UNTIL_KEPT):
        first.get_by_role("textbox", name="Note").press_sequentially("Half a thought")
    first.close()

    again = page("amina", record)
    again.get_by_role("button", name="Write a note").click()

    expect(again.get_by_role("textbox", name="Note")).to_have_value("Half a thought")


def test_likenesses_show_while_registering(page):
    family = stamp()
    register(page("joy"), family)
    joy = page("joy", reverse("patients:register"))

    joy.get_by_label("Family name").press_sequentially(family)
    joy.get_by_label("Given names").press_sequentially("Imani")

    expect(joy.locator(".likeness").first).to_contain_text(family.upper())


def test_after_the_session_ended_one_is_back_at_the_same_page(windows, page, clinic):
    address = reverse("patients:record", args=[clinic.patient()]) + "?kind=visits"
    amina = page("amina", address)
    amina.context.clear_cookies()

    amina.reload()
    windows.sign_in(amina, "amina")

    assert amina.url == clinic.url + address


def test_older_entries_load_on_scroll_and_back_returns_to_the_place(page, clinic):
    amina = page("amina", reverse("patients:record", args=[clinic.patient()]))
    looking.settle(amina)
    before = amina.locator(".visit").count()

    amina.locator(".visit").last.scroll_into_view_if_needed()
    amina.mouse.wheel(0, 100_000)
    expect(amina.locator(".visit").nth(before)).to_be_attached()
    place = amina.evaluate("scrollY")
    assert place > 0
    amina.locator(".rail-link").first.click()
    amina.wait_for_url("**/")
    amina.go_back()

    amina.wait_for_function("place => Math.abs(scrollY - place) < 400", arg=place)


def test_record_answers_while_mongodb_is_silent(page, clinic):
    amina = page("amina")
    os.kill(clinic.pid("mongod"), signal.SIGSTOP)
    try:
        amina.goto(reverse("patients:record", args=[clinic.patient()]))
        answered = amina.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
        expect(amina.locator("#timeline .stale")).to_contain_text("delayed")
    finally:
        os.kill(clinic.pid("mongod"), signal.SIGCONT)
    assert answered < 2_000

    amina.wait_for_timeout(3_000)
    amina.reload()
    expect(amina.locator("#timeline .stale")).to_have_count(0)


def test_back_after_signing_out_shows_nothing(windows, clinic):
    mine = windows.of(None).new_page()
    mine.goto("/sign-in/")
    windows.sign_in(mine, "kenji")
    mine.goto(reverse("patients:record", args=[clinic.patient()]))
    name = mine.locator(".banner .name").first.inner_text()

    mine.get_by_role("button", name="menu").click()
    mine.get_by_role("button", name="Sign out").click()
    mine.wait_for_url("**/sign-in/**")
    mine.go_back()
    mine.wait_for_load_state()

    assert name not in mine.content()
    expect(mine.get_by_role("heading", name="Sign in")).to_be_visible()

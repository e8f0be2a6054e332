"""A consultation in the browser: words survive, colleagues meet, the keyboard is enough."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinic.tests.browser import looking
from clinic.tests.browser.test_journeys import UNTIL_KEPT, WITHIN_A_SECOND, listening, register

SAVED = re.compile(r"saved \d\d:\d\d")


@pytest.fixture
def visit(page, clinic):
    """The address of a new walk-in's visit, with the clinician already."""
    joy = page("joy")
    record = register(joy, f"Consult{datetime.now(UTC):%H%M%S%f}"[:24])
    patient = record.rstrip("/").rpartition("/")[2]
    joy.locator("[form=arrive-now]").click()
    expect(joy.locator("#toasts")).to_contain_text("A0")
    [row] = clinic.rows("SELECT id FROM visits WHERE patient_id = %s", patient)
    address = reverse("clinical_docs:consult", args=[row["id"]])
    amina = page("amina", address)
    amina.get_by_role("button", name="Start consultation").click()
    expect(amina.locator("#note-form")).to_be_visible()
    amina.close()
    return address


def kept(page) -> None:
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED, timeout=UNTIL_KEPT)


def type_into(page, section: str, text: str) -> None:
    page.locator(f"#note-{section}").fill(text)


def text_of(page, section: str):
    return page.locator(f"#note-{section}")


def test_words_survive_a_closed_window(page, visit):
    amina = page("amina", visit)
    type_into(amina, "complaint", "Coughs since Monday")
    kept(amina)
    amina.close()

    again = page("amina", visit)

    expect(text_of(again, "complaint")).to_have_value("Coughs since Monday")


# As if a colleague had changed something of the patient.
NEWS = """() => { for (const topic of document.body.dataset.liveTopics.split(" "))
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`)); }"""


def test_words_survive_the_end_of_the_session(windows, page, visit):
    amina = page("amina", visit)
    type_into(amina, "complaint", "Coughs")
    kept(amina)
    amina.context.clear_cookies()
    windows.complaints.clear()

    text_of(amina, "plan").press_sequentially("Rest for three days")
    amina.evaluate(NEWS)
    expect(amina.locator("#toasts")).to_contain_text("What you typed stays here")
    expect(amina.locator("[data-draft-state]")).to_contain_text("signed out", timeout=UNTIL_KEPT)
    with amina.context.expect_page() as opened:
        amina.get_by_role("link", name="sign in in another window", exact=True).click()
    windows.sign_in(opened.value, "amina")
    opened.value.close()

    expect(amina.locator("[data-draft-state]")).to_have_text(SAVED, timeout=3 * UNTIL_KEPT)
    again = page("amina", visit)
    expect(text_of(again, "complaint")).to_have_value("Coughs")
    expect(text_of(again, "plan")).to_have_value("Rest for three days")
    # Back in, the page hears again, and first fetches anew what it may have missed.
    expect(amina.locator("#live")).to_have_attribute("data-state", "live", timeout=15_000)
    amina.wait_for_load_state("networkidle")
    amina.locator("#note-sign").click()
    expect(amina.locator(".signed-text").last).to_have_text("Rest for three days")


def test_news_do_not_take_away_what_was_pressed_before_it_is_answered(page, visit):
    amina, answers = page("amina", visit), []
    listening(amina)
    amina.locator("#problem-search").press_sequentially("lives alone")
    amina.keyboard.press("Enter")
    expect(amina.locator(".problem.is-today")).to_contain_text("lives alone")
    type_into(amina, "plan", "Rest")
    kept(amina)
    amina.route("**/finish/", lambda route: answers.append((route, route.fetch())))
    finish = amina.locator(".actions button[data-main]", has_text="Sign and finish")
    finish.wait_for()

    finish.click()
    with amina.expect_response(lambda answer: "/closing/" in answer.url):
        amina.evaluate(NEWS)
    amina.wait_for_timeout(500)
    [(route, answer)] = answers
    route.fulfill(response=answer)

    expect(amina.locator("#toasts")).to_contain_text("Consultation finished")


def test_an_older_draft_comes_back_and_the_present_one_is_not_lost(page, visit, clinic):
    amina = page("amina", visit)
    type_into(amina, "plan", "The first plan")
    kept(amina)
    visit_id = visit.rstrip("/").rpartition("/")[2]
    an_hour_ago = "UPDATE note_revisions SET began_at = now() - interval '1 hour'"
    clinic.rows(f"{an_hour_ago} WHERE visit_id = %s RETURNING id", visit_id)
    with amina.expect_response(lambda answer: answer.request.method == "POST"):
        type_into(amina, "plan", "Another plan")

    amina.get_by_role("button", name="Older drafts").click()
    first = amina.locator(".drafts li").filter(has_text="The first plan")
    first.get_by_role("button", name="Bring back").click()

    expect(text_of(amina, "plan")).to_have_value("The first plan")
    amina.get_by_role("button", name="Undo").click()
    expect(text_of(amina, "plan")).to_have_value("Another plan")


def the_one_who_is_told(*windows):
    """Whoever was second by a moment."""
    for _ in range(50):
        told = [window for window in windows if window.locator(".clash").count()]
        if told:
            return told[0]
        windows[0].wait_for_timeout(200)
    raise AssertionError("Nobody was told.")


def test_two_writers_see_each_other_and_neither_loses_a_word(page, visit):
    amina, kenji = page("amina", visit), page("kenji", visit)
    listening(amina)
    listening(kenji)

    text_of(kenji, "examination").focus()
    mark = amina.locator("[data-writers-of=note-examination]")
    expect(mark).to_have_text("Dr Kenji Watanabe is writing here", timeout=WITHIN_A_SECOND)
    type_into(kenji, "examination", "Chest clear")
    expect(text_of(amina, "examination")).to_have_value("Chest clear", timeout=UNTIL_KEPT)

    type_into(amina, "plan", "Antibiotic")
    type_into(kenji, "plan", "Wait")
    second = the_one_who_is_told(amina, kenji)
    second.get_by_role("button", name="Keep both").click()

    for window in (amina, kenji):
        expect(text_of(window, "plan")).to_have_value(
            re.compile(r"Antibiotic\s+Wait|Wait\s+Antibiotic"), timeout=2 * UNTIL_KEPT
        )


def test_keyboard_alone_from_the_complaint_to_the_end(page, visit, clinic):
    amina = page("amina", visit)
    keys = amina.keyboard

    keys.press("Control+Enter")
    expect(text_of(amina, "complaint")).to_be_focused()
    keys.type("Coughs since Monday")
    keys.press("Tab")
    keys.type("No fever")
    main = amina.locator(".actions [data-main]")
    expect(main).to_contain_text("Sign note", timeout=UNTIL_KEPT)
    keys.press("Control+Enter")
    expect(main).to_contain_text("Name a problem", timeout=UNTIL_KEPT)
    keys.press("Control+Enter")
    expect(amina.locator("#problem-search")).to_be_focused()
    keys.type("lives alone")
    keys.press("Enter")
    expect(amina.locator(".problem.is-today")).to_contain_text("lives alone")
    expect(main).to_contain_text("Finish consultation", timeout=UNTIL_KEPT)
    keys.press("Control+Enter")

    expect(amina.locator("#toasts")).to_contain_text("Consultation finished.")
    [row] = clinic.rows("SELECT state FROM visits WHERE id = %s", visit.split("/")[2])
    assert row == {"state": "ready_to_bill"}
    keys.press("u")
    expect(amina.locator("#note-sign").or_(main)).to_be_visible()
    expect(main).to_contain_text("Finish consultation")


def test_enter_before_the_choices_are_there_waits_for_them(page, visit):
    amina = page("amina", visit)
    amina.locator("#problem-search").focus()

    amina.keyboard.type("walks with a stick")
    amina.keyboard.press("Enter")

    expect(amina.locator(".problem.is-today")).to_have_count(1)
    expect(amina.locator(".problem.is-today")).to_contain_text("walks with a stick")
    expect(amina.locator("#problem-search")).to_have_value("")


def test_vital_signs_of_a_nurse_appear_by_themselves(page, visit, clinic):
    amina = page("amina", visit)
    listening(amina)
    expect(amina.locator("#sum-vitals")).to_contain_text("Never taken")
    [row] = clinic.rows("SELECT patient_id FROM visits WHERE id = %s", visit.split("/")[2])
    ben = page("ben", reverse("patients:record", args=[row["patient_id"]]))
    ben.get_by_role("button", name="Record vital signs").click()
    ben.get_by_label("Pulse").fill("118")

    ben.get_by_role("button", name="Save vital signs").click()

    expect(amina.locator("#sum-vitals")).to_contain_text("118", timeout=2 * WITHIN_A_SECOND)


def test_it_fits_every_width_and_axe_finds_nothing_grave(page, visit, windows):
    amina = page("amina", visit)
    type_into(amina, "history", "Coughs since Monday, worse at night. " * 6)
    kept(amina)
    looking.settle(amina)

    assert looking.faults(amina) == []
    assert looking.sideways(amina) == {}
    assert windows.complaints == []

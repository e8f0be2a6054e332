"""Signing in, the second step and the lock, in a real browser with an authenticator of its own."""

import os
import sys
import time
from datetime import UTC, datetime

import pyotp
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinic.tests.browser import looking
from clinic.tests.browser.serving import answers
from clinic.tests.browser.test_consult import SAVED
from clinic.tests.browser.test_journeys import UNTIL_KEPT, register
from clinic.tests.browser.windows import PASSWORDS
from core.embedded import processes, up
from core.embedded.home import free_port
from core.embedded.processes import Program, wait_until

LOCK_AFTER = 8
UNTIL_LOCKED = (LOCK_AFTER + 6) * 1000
UNTIL_ENDED = 5_000


@pytest.fixture
def alone(windows):
    """`alone("kenji", "/")`: signed in by a session of this window's own, at that address."""

    def open_page(username, path="/", at=""):
        page = windows.of(None, **({"base_url": at} if at else {})).new_page()
        page.goto("/sign-in/")
        windows.sign_in(page, username)
        page.goto(path)
        return page

    return open_page


@pytest.fixture
def authenticator(clinic):
    """`authenticator(page)` plugs one in that knows its holder's finger."""

    def plug_in(page):
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                    "hasUserVerification": True, "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )  # fmt: skip

    yield plug_in
    # Other tests sign in by the password alone.
    for table in ("recovery_codes", "second_factors"):
        clinic.rows(f"DELETE FROM {table} RETURNING id")


@pytest.fixture(scope="module")
def impatient(clinic):
    """The same clinic's pages a second time, where a quarter of an hour is eight seconds."""
    port = free_port()
    listening = ["-b", "127.0.0.1", "-p", str(port), "--access-log", os.devnull]
    env = {**clinic.env, "LOCK_AFTER": str(LOCK_AFTER), "PORT": str(port)}
    daphne = Program("impatient", [sys.executable, "-m", "daphne", *listening, up.ASGI], env=env)
    other = type(clinic)(clinic.home, port, clinic.database_url, env)
    processes.launch(daphne, clinic.home)
    try:
        wait_until(lambda: answers(other), "Daphne", seconds=60)
        yield other.url
    finally:
        processes.end_leftover(clinic.home, daphne)


@pytest.fixture
def visit(page, clinic, alone):
    """The address of a visit, with a clinician who has begun its note."""
    joy = page("joy")
    record = register(joy, f"Lock{datetime.now(UTC):%H%M%S%f}"[:24])
    patient = record.rstrip("/").rpartition("/")[2]
    joy.locator("[form=arrive-now]").click()
    expect(joy.locator("#toasts")).to_contain_text("A0")
    [row] = clinic.rows("SELECT id FROM visits WHERE patient_id = %s", patient)
    address = reverse("clinical_docs:consult", args=[row["id"]])
    kenji = alone("kenji", address)
    kenji.get_by_role("button", name="Start consultation").click()
    expect(kenji.locator("#note-form")).to_be_visible()
    kenji.close()
    return address


def sign_out(page) -> None:
    page.get_by_role("button", name="menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")


def expect_locked(page) -> None:
    expect(page.locator("#lock[open] [name=password]")).to_be_focused(timeout=UNTIL_LOCKED)


def shown_text(page) -> str:
    """What somebody who walks by can read, the window's name included."""
    return page.title() + page.locator("body").inner_text()


# --- Second step ----------------------------------------------------------------------------------


def test_an_app_is_set_up_and_asked_for_from_then_on(alone, authenticator):
    page = alone("grace", reverse("profile:second_step"))
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator(".code-text").inner_text().replace(" ", "")
    found = {"setting up": looking.faults(page)}
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Add this app").click()
    codes = page.locator(".codes li").all_inner_texts()
    found["codes"] = looking.faults(page)
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    page.get_by_label("User name").fill("grace")
    page.get_by_label("Password").fill(PASSWORDS["grace"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    found["second step"] = looking.faults(page)
    # The code of the set-up is spent.
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This code does not count.")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(time.time() + 30))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)

    assert len(codes) == 10
    assert {name: fault for name, fault in found.items() if fault} == {}


def test_enter_takes_no_second_step_away(alone, clinic):
    page = alone("peter", reverse("profile:app"))
    secret = page.locator(".code-text").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Add this app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    came_in = "UPDATE sessions SET signed_in_at = now() - interval '1 hour' WHERE user_id = (SELECT id FROM users WHERE username = 'peter') RETURNING id"
    assert clinic.rows(came_in)
    page.goto(reverse("profile:second_step"))

    page.locator("#proof-password").fill(PASSWORDS["peter"])
    page.locator("#proof-present_code").fill(pyotp.TOTP(secret).at(time.time() + 30))
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)

    expect(page.locator("#factors")).to_contain_text("My phone")
    page.get_by_role("button", name="Remove My phone").click()
    expect(page.locator("#factors")).to_have_count(0)


def test_a_passkey_is_made_and_lets_in_alone_by_keys_only(alone, authenticator, windows):
    page = alone("grace", reverse("profile:second_step"))
    authenticator(page)
    page.get_by_label("Name").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("This laptop")
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(reverse("profile:profile"))
    expect(page.locator("#main")).to_contain_text("This laptop")
    sign_out(page)

    passkey = page.locator("[data-passkey]")
    expect(passkey).to_be_visible()
    expect(page.get_by_label("User name")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(passkey).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)

    expect(page.get_by_role("button", name="menu")).to_contain_text("Grace")
    assert windows.complaints == []


def test_a_passkey_opens_the_lock_and_a_second_step(alone, authenticator):
    page = alone("grace", reverse("profile:second_step"))
    authenticator(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(reverse("patients:search"))

    page.get_by_role("button", name="menu").click()
    page.get_by_role("button", name="Lock", exact=True).click()
    expect_locked(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#lock")).to_be_hidden()
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()

    sign_out(page)
    page.get_by_label("User name").fill("grace")
    page.get_by_label("Password").fill(PASSWORDS["grace"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


# --- The lock -------------------------------------------------------------------------------------


def test_a_half_written_note_outlives_the_lock_word_for_word(alone, impatient, visit, windows):
    page = alone("kenji", visit, at=impatient)
    name = page.locator(".banner .name").first.inner_text()
    plan = page.locator("#note-plan")
    plan.press_sequentially("Rest for three days, then")
    plan.evaluate("field => field.setSelectionRange(4, 8)")
    scrolled = page.evaluate("scrollY")
    drawn = page.evaluate("window.drawn = performance.timeOrigin")

    expect_locked(page)
    seen = shown_text(page)
    faults = looking.faults(page)
    assert [word for word in (name, "Rest for", "Consult") if word in seen] == []
    expect(plan).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#lock [name=password]")).to_be_visible()
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.locator("#lock").get_by_role("alert")).to_contain_text("The password is wrong.")
    page.keyboard.type(PASSWORDS["kenji"])
    page.keyboard.press("Enter")

    expect(page.locator("#lock")).to_be_hidden()
    expect(plan).to_be_focused()
    assert plan.evaluate("field => [field.selectionStart, field.selectionEnd]") == [4, 8]
    assert (page.evaluate("scrollY"), page.evaluate("window.drawn")) == (scrolled, drawn)
    plan.press("End")
    page.keyboard.type(" come back")
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED, timeout=UNTIL_KEPT)
    expect(plan).to_have_value("Rest for three days, then come back")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    assert faults == []


def test_who_reads_and_moves_the_mouse_is_not_locked(alone, impatient):
    page = alone("kenji", reverse("patients:queue"), at=impatient)
    until = time.monotonic() + LOCK_AFTER * 2
    while time.monotonic() < until:
        page.mouse.move(200 + time.monotonic() % 50, 300)
        page.wait_for_timeout(400)

    expect(page.locator("#lock")).to_be_hidden()


def test_a_page_that_only_follows_its_colleagues_locks(alone, impatient, clinic):
    page = alone("kenji", reverse("patients:queue"), at=impatient)
    until = time.monotonic() + LOCK_AFTER + 4
    while time.monotonic() < until:
        page.evaluate("""() => { for (const topic of document.body.dataset.liveTopics.split(" "))
            document.body.dispatchEvent(new CustomEvent(`live:${topic}`)); }""")
        page.wait_for_timeout(400)

    expect_locked(page)


def lock_behind_its_back(clinic, username: str) -> None:
    locked = "UPDATE sessions SET locked_at = now() WHERE user_id = (SELECT id FROM users WHERE username = %s) RETURNING id"
    assert clinic.rows(locked, username)


def test_a_form_sent_before_the_page_knew_is_saved_once_unlocked(alone, clinic):
    page = alone("sofia", reverse("profile:profile"))
    # A page hears of the lock as it begins to listen, then with the next beat.
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.get_by_label("Title").fill("Prof")
    lock_behind_its_back(clinic, "sofia")
    page.get_by_role("button", name="Save profile").click()

    page.get_by_label("Password").last.fill(PASSWORDS["sofia"])
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Profile saved.")
    expect(page.get_by_label("Title")).to_have_value("Prof")
    clinic.rows("UPDATE users SET title = 'Dr' WHERE username = 'sofia' RETURNING id")


def test_who_reloads_is_asked_and_then_has_the_page_he_wanted(alone, clinic):
    wanted = reverse("patients:search") + "?q=a"
    page = alone("sofia", wanted)
    lock_behind_its_back(clinic, "sofia")
    page.reload()

    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    assert looking.faults(page) == []
    page.get_by_label("Password").fill(PASSWORDS["sofia"])
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{wanted}")


def test_somebody_else_starts_afresh_at_the_lock(alone, windows):
    page = alone("sofia", reverse("patients:search") + "?q=a")
    page.get_by_role("button", name="menu").click()
    page.get_by_role("button", name="Lock", exact=True).click()
    expect_locked(page)
    page.get_by_role("button", name="Sign in as somebody else").click()
    page.wait_for_url("**/sign-in/**")
    windows.sign_in(page, "grace")

    expect(page.get_by_role("button", name="menu")).to_contain_text("Grace")
    assert "q=a" not in page.url


def test_the_administration_locks_too(alone, impatient):
    page = alone("seth", reverse("admin:index"), at=impatient)

    expect_locked(page)
    assert "Tables and collections" not in shown_text(page)
    assert looking.faults(page) == []
    page.keyboard.type(PASSWORDS["seth"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tables and collections")).to_be_visible()


# --- Ended sessions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ends",
    [
        "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE username = 'sofia') RETURNING id",
        "UPDATE users SET is_active = false WHERE username = 'sofia' RETURNING id",
    ],
    ids=["its session ended", "its person was disabled"],
)
def test_a_page_is_covered_within_five_seconds_when(ends, alone, clinic, record_property):
    page = alone("sofia", reverse("patients:search") + "?q=a")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    shown = page.locator(".row-link b").first.inner_text()

    clinic.rows(ends)
    began = time.monotonic()
    try:
        expect(page.get_by_role("heading", name="Signed out")).to_be_visible(timeout=UNTIL_ENDED)
        took = time.monotonic() - began
        assert shown not in shown_text(page)
    finally:
        clinic.rows("UPDATE users SET is_active = true WHERE username = 'sofia' RETURNING id")
    record_property("seconds", round(took, 2))
    sys.stdout.write(f"\npage covered {took:.2f} s after {ends[:12]}\n")


def test_who_signs_in_again_beside_it_goes_on_with_the_covered_page(alone, clinic, windows):
    page = alone("sofia", reverse("profile:profile"))
    page.get_by_label("Family name").fill("Reyes")
    clinic.rows(
        "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE username = 'sofia') RETURNING id"
    )
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    windows.sign_in(opened.value, "sofia")
    opened.value.close()

    expect(page.locator("#lock")).to_be_hidden()
    expect(page.get_by_label("Family name")).to_have_value("Reyes")


def test_another_device_is_seen_and_ended(alone):
    here, there = (
        alone("sofia", reverse("profile:profile")),
        alone("sofia", reverse("patients:search")),
    )
    here.reload()
    sessions = here.locator("#sessions li")
    before = sessions.count()

    expect(here.locator("#sessions")).to_contain_text("Chrome on Linux")
    expect(here.locator("#sessions").get_by_text("This one")).to_have_count(1)
    here.get_by_role("button", name="End all others").click()

    assert before >= 2
    expect(sessions).to_have_count(1)
    expect(there.get_by_role("heading", name="Signed out")).to_be_visible(timeout=UNTIL_ENDED)

"""The queue board and the waiting-room screen, in several windows at once."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinic.tests.browser.test_journeys import listening, register, stamp

BOARD = reverse("patients:queue")
SCREEN = reverse("patients:screen")
# A change takes half a second; a busy machine is left room.
SOON = 10_000
ANYTHING = re.compile(".")
TICKET = """SELECT t.id, t.prefix || lpad(t.number::text, 3, '0') AS label, t.state, t.version
    FROM queue_tickets t JOIN patients p ON p.id = t.patient_id WHERE p.family_name = %s"""


@pytest.fixture
def arrive(page, clinic):
    """`arrive()`: somebody new comes in and waits for a clinician; their ticket."""

    def come(priority="Routine"):
        family = stamp()
        desk = page("joy", register(page("joy"), family))
        desk.locator("[data-opens=arrive]").click()
        form = desk.locator("#arrive-form")
        form.get_by_label("Queue for").select_option("consultation")
        form.get_by_text(priority, exact=True).click()
        form.locator("[data-main]").click()
        expect(form).to_be_hidden()
        [ticket] = clinic.rows(TICKET, family)
        desk.context.close()
        return {**ticket, "family": family.upper()}

    return come


def card(page, ticket, lane=""):
    """The ticket's card, in a column."""
    within = f"#{lane} " if lane else ""
    return page.locator(f"{within}#ticket-{ticket['id']}")


def call(page, ticket):
    """With c; in whichever room is asked for, or is mine already."""
    page.locator(f"#open-{ticket['id']}").focus()
    page.keyboard.press("c")
    room = page.locator("#ticket-dialog[open] [autofocus]")
    card(page, ticket, "called").or_(room).first.wait_for()
    if room.is_visible():
        page.keyboard.press("Enter")
    card(page, ticket, "called").wait_for()


def state_of(clinic, ticket):
    return clinic.rows("SELECT state FROM queue_tickets WHERE id = %s", ticket["id"])[0]["state"]


def choose_by_keyboard(page, select, value):
    """Arrow by arrow, as far as the list is long."""
    for _ in range(select.locator("option").count()):
        if select.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value} below where it stood")


def test_a_call_by_keyboard_appears_everywhere_and_is_taken_back(arrive, page, clinic):
    ticket = arrive()
    mine, theirs = page("amina", BOARD), page("joy", BOARD)
    for window in (mine, theirs):
        listening(window)
    their_place = theirs.locator("#with .row-link").first
    their_place.focus()

    call(mine, ticket)

    expect(card(theirs, ticket, "called")).to_be_visible(timeout=SOON)
    expect(card(theirs, ticket)).to_have_attribute("data-fresh", "moved")
    expect(their_place).to_be_focused()
    expect(mine.locator(f"#open-{ticket['id']}")).to_be_focused()
    expect(mine.locator("#toasts")).to_contain_text(f"{ticket['label']} called to Consulting room")
    mine.keyboard.press("u")
    expect(card(theirs, ticket, "waiting")).to_be_visible(timeout=SOON)
    expect(card(mine, ticket, "waiting")).to_be_visible()
    assert state_of(clinic, ticket) == "waiting"


def test_keys_move_between_cards_and_columns_and_are_listed(arrive, page):
    arrive(), arrive()
    board = page("amina", BOARD + "?service=consultation")
    listening(board)
    waiting = board.locator("#waiting .row-link")

    board.keyboard.press("j")
    expect(waiting.nth(0)).to_be_focused()
    board.keyboard.press("j")
    expect(waiting.nth(1)).to_be_focused()
    board.keyboard.press("k")
    expect(waiting.nth(0)).to_be_focused()
    board.keyboard.press("l")
    expect(board.locator(".lane:not(#waiting) .row-link:focus")).to_have_count(1)
    board.keyboard.press("h")
    expect(waiting.nth(0)).to_be_focused()
    board.keyboard.press("?")
    expect(board.locator("#keys")).to_contain_text("Column to the right")


def test_sending_on_by_keyboard_alone(arrive, page, clinic):
    ticket = arrive()
    board = page("joy", BOARD)
    listening(board)
    board.locator(f"#open-{ticket['id']}").focus()

    board.keyboard.press("t")
    service = board.locator("#send-service")
    expect(service).to_be_focused()
    colleague_s = arrive()
    expect(card(board, colleague_s)).to_be_attached(timeout=SOON)
    choose_by_keyboard(board, service, "procedure")
    expect(board.locator("#send-room")).to_contain_text("Treatment room")
    board.keyboard.press("Control+Enter")

    expect(board.locator("#ticket-dialog")).to_be_hidden()
    expect(card(board, ticket, "waiting")).to_contain_text("Procedure")
    expect(board.locator(f"#open-{ticket['id']}")).to_be_focused()


def test_a_step_that_a_colleague_has_overtaken_is_refused_in_its_card(arrive, page, clinic):
    ticket = arrive()
    mine, theirs = page("joy", BOARD), page("amina", BOARD)
    listening(theirs)
    # My window hears of nothing, as when its network is slow.
    mine.route(f"**{BOARD}", lambda route: route.abort())

    call(theirs, ticket)
    card(mine, ticket, "waiting").locator("[data-act=call]").click()

    refusal = card(mine, ticket, "called").locator(".tk-refusal")
    expect(refusal).to_contain_text("Dr Amina Diallo called")
    expect(mine.locator("#toasts")).to_be_empty()
    mine.unroute(f"**{BOARD}")
    card(theirs, ticket).locator("[data-act=start]").click()
    expect(card(mine, ticket, "with")).to_be_visible(timeout=SOON)
    expect(refusal).to_be_hidden()
    expect(card(mine, ticket, "with").locator(".tk-refusal")).to_be_visible()
    mine.get_by_role("button", name="Close", exact=True).last.click()
    expect(mine.locator(".tk-refusal")).to_have_count(0)


def test_a_new_arrival_is_marked_counted_and_heard_where_sound_is_on(arrive, page):
    board = page("amina", BOARD)
    listening(board)
    count = int(board.locator("#queue").get_attribute("data-mine"))
    board.locator("[data-chime]").click()
    rang = "Number(document.documentElement.dataset.rang)"
    before = board.evaluate(rang)

    ticket = arrive()

    expect(card(board, ticket)).to_be_visible(timeout=SOON)
    expect(board).to_have_title(f"({count + 1}) Queue · Seth Clinic")
    expect(board.locator(".rail-link[aria-current] .rail-count")).to_contain_text(str(count + 1))
    board.wait_for_function(f"{rang} === {before + 1}")
    board.reload()
    expect(board.locator("[data-chime]")).to_have_attribute("aria-pressed", "true")
    board.locator("[data-chime]").click()


def test_filters_survive_reload_and_back(arrive, page):
    arrive()
    board = page("joy", BOARD)
    board.get_by_role("link", name="Lab", exact=False).first.wait_for()

    board.locator(".chips").get_by_text("Consultation").click()
    board.wait_for_url("**/queue/?service=consultation")
    board.get_by_label("Provider").select_option(label="Dr Amina Diallo")
    board.wait_for_url("**/queue/?service=consultation&provider=*")
    board.reload()
    expect(board.get_by_label("Provider").locator("option:checked")).to_have_text("Dr Amina Diallo")
    board.go_back()
    board.wait_for_url("**/queue/?service=consultation")
    expect(board.locator("[aria-current=true]")).to_contain_text("Consultation")


def test_on_a_phone_a_bar_of_counts_shows_one_column(arrive, page):
    ticket = arrive()
    phone = page("joy", BOARD, viewport={"width": 390, "height": 844}, has_touch=True)
    listening(phone)

    expect(phone.locator("#waiting")).to_be_visible()
    expect(phone.locator("#called")).to_be_hidden()
    card(phone, ticket).locator("[data-act=more]").tap()
    phone.get_by_role("button", name="Consulting room 2").tap()
    phone.locator(".jump a[href='#called']").tap()
    expect(card(phone, ticket, "called")).to_be_visible()
    expect(phone.locator("#waiting")).to_be_hidden()
    phone.reload()
    expect(card(phone, ticket, "called")).to_be_visible()


def test_the_screen_calls_the_number_and_tells_nothing_of_the_patient(arrive, page, clinic):
    ticket = arrive("Emergency")
    told = []
    screen = page("joy")
    screen.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(frame))
    )
    screen.on(
        "response", lambda answer: told.append(answer.text()) if "/screen/" in answer.url else 0
    )
    screen.goto(SCREEN)
    listening(screen)
    expect(screen.locator(".tv-next")).to_contain_text(ticket["label"])
    board = page("amina", BOARD)

    call(board, ticket)

    now = screen.locator(".tv-now")
    expect(now).to_contain_text(ticket["label"], timeout=SOON)
    expect(now).to_contain_text("Please go to Consulting room")
    expect(now).to_have_attribute("data-blinks", ANYTHING)
    secrets = clinic.rows(
        """SELECT p.family_name, p.given_names, p.mrn::text, p.id::text FROM patients p
        JOIN queue_tickets t ON t.patient_id = p.id WHERE t.state NOT IN ('done', 'left')"""
    )
    everything = " ".join(map(str, told)).lower()
    assert ticket["label"].lower() in everything
    hidden = [value for row in secrets for value in row.values() if value and len(value) > 3]
    assert ticket["family"].lower() in [value.lower() for value in hidden]
    assert [value for value in hidden if value.lower() in everything] == []


def test_a_called_number_goes_on_blinking_when_somebody_else_arrives(arrive, page):
    ticket = arrive("Emergency")
    screen = page("joy", SCREEN)
    board = page("amina", BOARD)
    call(board, ticket)
    now = screen.locator(".tv-now")
    expect(now).to_have_attribute("data-blinks", ANYTHING)

    later = arrive("Emergency")

    expect(screen.locator(".tv-next")).to_contain_text(later["label"], timeout=SOON)
    expect(now).to_have_attribute("data-blinks", ANYTHING)


def test_the_screen_goes_on_without_a_socket_and_says_when_it_is_old(arrive, page):
    screen = page("joy")
    screen.route_web_socket("**/ws/live/", lambda socket: socket.close())
    screen.clock.install()
    screen.goto(SCREEN)
    ticket = arrive("Emergency")

    screen.clock.run_for(16_000)
    expect(screen.locator(".tv-next")).to_contain_text(ticket["label"])
    screen.route(f"**{SCREEN}", lambda route: route.abort())
    screen.clock.run_for(60_000)

    expect(screen.locator("#tv-old")).to_contain_text("Not up to date since")

"""An open page outlives the servers behind it, and shows what happened meanwhile without a reload."""

import os
import signal

from playwright.sync_api import expect

from clinic.tests.browser.serving import answers, programs
from clinic.tests.browser.test_journeys import listening, register, stamp
from core.embedded import processes
from core.embedded.processes import wait_until

UNTIL_BACK = 30_000
UNTIL_HEARTBEAT = 12_000


def change_name(clinic, family, name):
    """By a door of its own, so that the change does not depend on what is down."""
    changed = "UPDATE patients SET given_names = %s WHERE family_name = %s RETURNING id"
    assert len(clinic.rows(changed, name, family)) == 1


def test_daphne_killed_under_an_open_page_comes_back_with_what_was_missed(page, clinic):
    family = stamp()
    record = register(page("joy"), family)
    mine = page("amina", record)
    listening(mine)
    drawn = mine.evaluate("window.drawn = performance.timeOrigin")

    os.kill(clinic.pid("daphne"), signal.SIGKILL)
    expect(mine.locator("#live")).to_have_attribute("data-state", "reconnecting")
    change_name(clinic, family, "Imani Otieno")
    daphne = next(one for one in programs(clinic) if one.name == "daphne")
    processes.launch(daphne, clinic.home)
    wait_until(lambda: answers(clinic), "Daphne", seconds=60)

    expect(mine.locator(".banner")).to_contain_text("Otieno", timeout=UNTIL_BACK)
    assert mine.evaluate("window.drawn") == drawn


def test_with_valkey_silent_a_change_is_seconds_late_and_not_lost(page, clinic):
    family = stamp()
    record = register(page("joy"), family)
    mine = page("amina", record)
    listening(mine)

    os.kill(clinic.pid("valkey"), signal.SIGSTOP)
    try:
        change_name(clinic, family, "Imani Wekesa")
        expect(mine.locator(".banner")).to_contain_text("Wekesa", timeout=UNTIL_HEARTBEAT)
    finally:
        os.kill(clinic.pid("valkey"), signal.SIGCONT)

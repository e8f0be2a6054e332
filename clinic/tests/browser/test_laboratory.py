"""From the order to the clinician's inbox, each window following the others."""

from uuid import UUID

import pytest
from playwright.sync_api import expect

from clinic.tests.browser.serving import Served

# Leaves room for a busy machine; the way through the house measures the second itself.
SOON = 5_000
VISIT = """INSERT INTO visits (patient_id, kind, state, reason, disposition, opened_at, metadata)
    SELECT p.id, 'walk_in', 'in_consultation', '', '', now(), '{}' FROM patients p
    WHERE NOT EXISTS (SELECT FROM visits v WHERE v.patient_id = p.id
        AND v.state NOT IN ('closed', 'cancelled', 'entered_in_error'))
    ORDER BY p.mrn LIMIT 1 RETURNING patient_id, id"""
ORDER = """INSERT INTO lab_requests (patient_id, visit_id, test_id, name, code, code_system, priority,
        state, requester_id, requested_at, result_document, flag_summary, entered, untold,
        acknowledgement, metadata)
    SELECT %s, %s, t.id, t.name, t.loinc, 'http://loinc.org', 'stat', 'requested', u.id, now(), '',
        '', '', '{}', '', '{}' FROM lab_tests t, users u
    WHERE t.code = %s AND u.username = 'amina' RETURNING id"""

ENTERED = """
import json
from patients.models import LabRequest
print(json.dumps(LabRequest.objects.get(visit="{visit}").entered["results"]))
"""


@pytest.fixture
def visit(clinic: Served) -> tuple[UUID, UUID]:
    """Somebody who is with the clinician now."""
    [row] = clinic.rows(VISIT)
    return row["patient_id"], row["id"]


def order(clinic: Served, visit: tuple[UUID, UUID], code: str) -> None:
    """As any door would: the database reports it."""
    clinic.rows(ORDER, *visit, code)


def listening(page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def test_an_order_goes_through_four_windows_by_keyboard_alone(page, clinic, visit):
    bench, desk, inbox = page("tom", "/lab/"), page("ben", "/lab/"), page("amina", "/results/")
    for window in (bench, desk, inbox):
        listening(window)
    of = f"?of={visit[0]}"

    order(clinic, visit, "LACT")
    pile = bench.locator(f"#pile-collect-{visit[0]}")
    expect(pile).to_contain_text("Lactate", timeout=SOON)
    expect(pile).to_contain_text("At once")

    desk.goto(f"/lab/{of}")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toasts")).to_contain_text("1 sample collected")
    expect(bench.locator(f"#pile-enter-{visit[0]}")).to_be_visible(timeout=SOON)

    bench.goto(f"/lab/{of}")
    listening(bench)
    expect(bench.get_by_label("Lactate")).to_be_focused()
    bench.keyboard.type("4,1")
    expect(bench.locator(".g-letter")).to_have_text("HH")
    bench.keyboard.press("Control+Enter")
    expect(bench.locator(".lab-told")).to_contain_text("above 3.4")
    expect(inbox.locator(".inbox-item").first).to_contain_text("4.1", timeout=SOON)
    expect(inbox.locator(".inbox-item").first).to_contain_text("Not verified yet")

    bench.get_by_label("Value read back").focus()
    bench.keyboard.press("Space")
    bench.keyboard.press("Control+Enter")
    expect(bench.locator("#toasts")).to_contain_text("The call is recorded")
    bench.keyboard.press("Control+Enter")
    expect(bench.locator("#toasts")).to_contain_text("Lactate verified.")
    expect(inbox.locator(".inbox-item").first).not_to_contain_text("Not verified yet", timeout=SOON)

    inbox.keyboard.press("a")
    expect(inbox.locator("#toasts")).to_contain_text("Lactate seen.")
    seen = clinic.rows("SELECT acknowledged_at FROM lab_requests WHERE visit_id = %s", visit[1])
    assert [row["acknowledged_at"] is not None for row in seen] == [True]


def test_news_of_a_colleague_reach_the_field_i_am_in(page, clinic, visit):
    order(clinic, visit, "BMP")
    theirs, mine = (page("tom", f"/lab/?of={visit[0]}") for _ in range(2))
    listening(mine)
    theirs.get_by_role("button", name="Collect 1 sample").click()
    mine.get_by_label("Potassium").focus(timeout=SOON)

    theirs.get_by_label("Potassium").fill("4.1")
    theirs.get_by_role("button", name="Save results").click()

    expect(mine.get_by_label("Potassium")).to_have_value("4.1", timeout=SOON)
    expect(mine.get_by_label("Potassium")).to_be_focused()


def test_news_of_a_colleague_leave_what_i_type_alone(page, clinic, visit):
    order(clinic, visit, "BMP")
    theirs, mine = (page("tom", f"/lab/?of={visit[0]}") for _ in range(2))
    listening(mine)
    theirs.get_by_role("button", name="Collect 1 sample").click()
    expect(mine.get_by_label("Sodium")).to_be_visible(timeout=SOON)

    mine.get_by_label("Potassium").press_sequentially("4.1")
    theirs.get_by_label("Sodium").fill("134")
    theirs.get_by_role("button", name="Save results").click()
    expect(theirs.locator("#toasts")).to_contain_text("saved as far as entered")
    mine.wait_for_timeout(SOON)
    expect(mine.get_by_label("Potassium")).to_have_value("4.1")
    mine.get_by_label("Chloride").fill("101")
    mine.keyboard.press("Control+Enter")

    expect(mine.get_by_label("Sodium")).to_have_value("134")
    stored = clinic.says(ENTERED.format(visit=visit[1]))
    assert stored == {"sodium": 134, "potassium": 4.1, "chloride": 101}

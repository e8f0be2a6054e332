"""Triage as a nurse does it, by keyboard; and both languages saying the same of every value."""

import uuid
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from clinical_docs.vital_signs.mirror import mirrored
from clinical_docs.vital_signs.news2 import score
from clinical_docs.vital_signs.panel import bmi
from clinical_docs.vital_signs.reading import NotUnderstood, read, read_pressure
from clinical_docs.vital_signs.signs import SIGNS
from clinical_docs.vital_signs.whom import Whom
from core.embedded.up import MANAGE

WITHIN_A_SECOND = 1_000
AGES = {"newborn": 0, "baby": 4, "child": 5 * 12, "adult": 38 * 12}
# In the browser: what the module says of every text, value and score it is asked for.
ASK = """async ({tables, texts, pressures, numbers, scores, sizes}) => {
    const source = document.querySelector("script[src*='vital_signs']").src;
    const says = await import(source);
    return {
        read: texts.map(([name, text]) => says.read(tables.signs[name], text)),
        pressures: pressures.map((text) => says.readPressure(tables.signs, text)),
        letters: numbers.map(([name, value]) => says.letter(tables.signs[name].limits, value)),
        scores: scores.map(([values, scale2]) => says.score(tables.news2, values, scale2)),
        sizes: sizes.map((one) => says.bmi(one)),
    };
}"""


def steps(low: float, high: float, by: float) -> list[float]:
    return [round(low + n * by, 2) for n in range(int((high - low) / by) + 1)]


VALUES = {
    "breathing": steps(0, 125, 1),
    "oxygen": steps(25, 105, 1),
    "systolic": steps(25, 305, 1),
    "diastolic": steps(5, 205, 1),
    "pulse": steps(5, 305, 1),
    "temperature": steps(24, 46, 0.1),
    "glucose": steps(0.1, 62, 0.1),
    "weight": steps(0.1, 12, 0.01) + steps(12, 410, 0.5),
    "height": steps(0, 260, 0.5),
}
FAHRENHEIT = [f"{value}F" for value in steps(70, 120, 0.1)] + [str(v) for v in steps(79, 114, 0.1)]
POUNDS = [f"{value} lb" for value in steps(0.5, 900, 0.7)]
INCHES = [f"{value} in" for value in steps(5, 100, 0.1)] + ["5'11", "5 ft 11 in", "6 ft", "4'7\""]
OTHERS = [
    ("glucose", "126 mg/dl"), ("glucose", "126"), ("glucose", "60"), ("weight", "3400 g"),
    ("weight", "3400"), ("height", "1.72"), ("height", "1,72 m"), ("pulse", "72 bpm"),
    ("pulse", "fast"), ("pulse", ""), ("pulse", "72.5"), ("pulse", "7 2"), ("pulse", "-3"),
    ("temperature", "37,55"), ("temperature", "37.123"), ("temperature", "36 kg"),
    ("oxygen", "94 %"), ("weight", "1" * 30), ("pulse", "1e9"), ("weight", "70 kg kg"),
]  # fmt: skip
PRESSURES = ["108/64", "108 64", "108-64", "108", "64/108", "80/80", "1/2/3", "", "400/80", "a/b", "120/80 mmHg"]  # fmt: skip


def test_browser_and_server_read_every_value_alike(page):
    texts = [(name, str(value)) for name, values in VALUES.items() for value in values]
    texts += [("temperature", text) for text in FAHRENHEIT] + [("weight", text) for text in POUNDS]
    texts += [("height", text) for text in INCHES] + OTHERS

    said = asked(page, "adult", texts=texts, pressures=PRESSURES)

    different = [
        (text, ours, theirs)
        for text, ours, theirs in zip(texts, map(ours_of, texts), said["read"], strict=True)
        if ours != plain(theirs)
    ]
    assert different == []
    assert len(texts) > 4_000
    assert [pressure_of(text) for text in PRESSURES] == [plain(one) for one in said["pressures"]]


@pytest.mark.parametrize("age", AGES)
def test_browser_and_server_mark_every_value_alike(page, age):
    numbers = [(name, value) for name, values in VALUES.items() for value in values]

    said = asked(page, age, numbers=numbers)["letters"]

    whom = Whom(AGES[age], "female")
    ours = [whom.letter(name, Decimal(str(value))) for name, value in numbers]
    assert [(n, o, t) for n, o, t in zip(numbers, ours, said, strict=True) if o != t] == []
    assert set(ours) >= {"", "H", "L"}


def test_browser_and_server_score_alike(page):
    scores = [({name: value}, False) for name, values in VALUES.items() for value in values]
    for saturation in range(80, 101):
        for supply in ("air", "oxygen", None):
            scores += [({"oxygen": saturation, "supply": supply}, scale) for scale in (True, False)]
    for n in range(2_000):
        scores.append((some_patient(n), n % 7 == 0))

    said = asked(page, "adult", scores=scores)["scores"]

    ours = [in_javascript(score(exact(values), scale_2=scale)) for values, scale in scores]
    assert [(s, o, t) for s, o, t in zip(scores, ours, said, strict=True) if o != t] == []
    assert {one["response"] for one in ours} == {"none", "low", "red", "medium", "high"}


def test_browser_and_server_compute_the_same_index(page):
    sizes = [{"weight": w, "height": h} for w in steps(2, 200, 1.3) for h in steps(45, 210, 7.5)]

    said = asked(page, "adult", sizes=sizes)["sizes"]

    assert said == [float(bmi(exact(one))) for one in sizes]


def asked(page, age, **questions):
    """What the page's own module answers."""
    ben = page("ben", reverse("clinical_docs:triage"))
    ben.locator("[data-row] a.row-link").first.click()
    ben.locator("#triage-form").wait_for()
    nothing = {key: [] for key in ("texts", "pressures", "numbers", "scores", "sizes")}
    tables = mirrored(Whom(AGES[age], "female"))
    return ben.evaluate(ASK, {**nothing, "tables": tables, **questions})


def ours_of(asked_for):
    name, text = asked_for
    try:
        found = read(name, text)
    except NotUnderstood as error:
        return {"error": str(error)}
    return {"value": float(found.value), **({"assumed": found.assumed} if found.assumed else {})}


def pressure_of(text):
    try:
        return {name: float(value) for name, value in read_pressure(text).items()}
    except NotUnderstood as error:
        return {"error": str(error)}


def plain(said):
    return {name: float(v) if isinstance(v, int) else v for name, v in said.items() if name != "assumed" or "error" not in said}  # fmt: skip


def exact(values):
    return {n: v if isinstance(v, str | None) else Decimal(str(v)) for n, v in values.items()}


def in_javascript(found):
    return {
        "parts": found.parts,
        "total": found.total,
        "missing": found.missing,
        "response": found.response.name,
    }


def some_patient(n: int) -> dict:
    """Values all over the scales, some of them not taken."""

    def one(name, salt):
        values = VALUES[name]
        return values[(n * salt) % len(values)]

    taken = {
        "breathing": one("breathing", 17), "oxygen": one("oxygen", 31),
        "systolic": one("systolic", 61), "pulse": one("pulse", 53),
        "temperature": one("temperature", 37), "supply": ("air", "oxygen")[n % 2],
        "consciousness": "ACVPU"[n % 5],
    }  # fmt: skip
    return {name: value for place, (name, value) in enumerate(taken.items()) if (n + place) % 9}


def test_names_of_all_measured_signs_are_tried():
    assert set(VALUES) == set(SIGNS)


# ---- the way of a nurse ----


def come_in(page, family: str, born: str = "14-Jul-1959") -> None:
    """Somebody new, registered at the desk and queued for triage."""
    joy = page("joy", reverse("patients:register"))
    joy.get_by_label("Family name").fill(family)
    joy.get_by_label("Given names").fill("Kwame")
    joy.get_by_text("Male", exact=True).click()
    joy.get_by_label("Date of birth").fill(born)
    joy.get_by_role("button", name="Save only").click()
    joy.wait_for_url(lambda url: "/register/" not in url)
    joy.close()


def name() -> str:
    return "Z" + uuid.uuid4().hex[:7].translate(str.maketrans("0123456789", "ghijklmnop"))


@pytest.fixture
def queued(clinic, page):
    """`queued()`: the family name of somebody who waits at triage, and the visit."""

    def come() -> tuple[str, str]:
        family = name()
        come_in(page, family)
        clinic.run([*MANAGE, "shell", "-c", QUEUE.format(family=family)])
        sql = "SELECT v.id FROM visits v JOIN patients p ON p.id = v.patient_id WHERE family_name = %s"
        return family, str(clinic.rows(sql, family)[0]["id"])

    return come


QUEUE = """
from core.accounts.models import User
from patients.domain import visits
from patients.models import Patient
visits.start(Patient.objects.get(family_name="{family}").pk, reason="Fever and weakness, 2 days",
    priority="emergency", by=User.objects.get(username="joy"))
"""


def test_a_nurse_finishes_a_patient_by_keyboard_alone(page, queued, clinic):
    family, visit = queued()
    ben = page("ben", reverse("clinical_docs:triage"))
    ben.keyboard.press("j")
    for _ in range(8):
        if family.upper() in ben.evaluate("document.activeElement.textContent"):
            break
        ben.keyboard.press("j")
    ben.keyboard.press("Enter")
    ben.wait_for_url(f"**/triage/{visit}/")
    expect(ben.locator("#triage-place")).to_contain_text("With you", timeout=5_000)

    ben.locator("[name=reason]").focus()
    for typed in ("Tab", "22", "Tab", "94", "Tab", "r", "Tab", "108/64", "Tab", "112", "Tab", "a", "Tab", "102F"):  # fmt: skip
        ben.keyboard.press(typed) if typed == "Tab" or len(typed) == 1 else ben.keyboard.type(typed)

    expect(ben.locator("[data-measure=temperature] [data-heard]")).to_have_text("= 38.9 °C")
    expect(ben.locator("[data-measure=pulse] [data-flag]")).to_have_text("H")
    expect(ben.locator(".news-total")).to_have_text("7")
    expect(ben.locator("[data-raises]")).to_contain_text("an emergency")
    ben.keyboard.press("Control+Enter")
    ben.wait_for_url(lambda url: visit not in url)

    expect(ben.locator("#toasts")).to_contain_text("NEWS2 7: emergency")
    [ticket] = clinic.rows("SELECT service, priority FROM queue_tickets WHERE visit_id = %s", visit)
    assert ticket == {"service": "consultation", "priority": "emergency"}


def test_undo_brings_the_patient_and_the_words_back(page, queued, clinic):
    _, visit = queued()
    ben = page("ben", reverse("clinical_docs:triage_visit", args=[visit]))
    ben.get_by_label("Pulse").fill("88")
    ben.get_by_role("button", name="Finish", exact=True).click()
    ben.wait_for_url("**/triage/")

    ben.locator("#toasts").get_by_role("button", name="Undo").click()
    ben.wait_for_url(f"**/triage/{visit}/")

    expect(ben.get_by_label("Pulse")).to_have_value("88")
    [ticket] = clinic.rows("SELECT service FROM queue_tickets WHERE visit_id = %s", visit)
    assert ticket == {"service": "triage"}


def test_list_follows_within_a_second(page, queued):
    grace = page("grace", reverse("clinical_docs:triage"))
    expect(grace.locator("#live")).to_have_attribute("data-state", "live")
    family, visit = queued()
    row = grace.locator(".tri-rows tr", has_text=family.upper())
    row.wait_for()

    ben = page("ben", reverse("clinical_docs:triage_visit", args=[visit]))
    expect(ben.locator("#triage-place")).to_contain_text("With you")

    expect(row).to_contain_text("with Ben Okafor", timeout=WITHIN_A_SECOND)
    row.locator("a.row-link").click()
    expect(grace.locator(".tri-colleague")).to_contain_text("Ben Okafor is triaging")


def test_an_allergy_is_asked_added_and_on_the_banner_at_once(page, queued):
    _, visit = queued()
    ben = page("ben", reverse("clinical_docs:triage_visit", args=[visit]))
    expect(ben.locator(".banner")).to_contain_text("Allergies not asked")
    ben.get_by_role("button", name="No known allergies").click()
    expect(ben.locator(".banner")).to_contain_text("No known allergies", timeout=2_000)

    ben.get_by_label("Medicine, food or material").press_sequentially("amox")
    expect(ben.get_by_role("option").first).to_contain_text("Amoxicillin")
    ben.keyboard.press("ArrowDown")
    ben.keyboard.press("Enter")
    expect(ben.get_by_label("Medicine, food or material")).to_have_value("Amoxicillin")
    ben.keyboard.type("rash")
    ben.keyboard.press("Enter")

    expect(ben.locator("#allergies .allergy-list")).to_contain_text("Amoxicillin rash")
    expect(ben.locator("#allergies .allergy-list")).to_contain_text("Penicillins")
    expect(ben.locator(".banner")).to_contain_text("Amoxicillin: rash", timeout=2_000)


def test_words_at_triage_outlive_an_ended_session(windows, page, queued):
    _, visit = queued()
    address = reverse("clinical_docs:triage_visit", args=[visit])
    ben = page("grace", address)
    with ben.expect_response(lambda answer: "/drafts/triage/" in answer.url, timeout=5_000):
        ben.get_by_label("Pulse").press_sequentially("112")
    ben.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    ben.get_by_role("button", name="Finish", exact=True).click()
    windows.sign_in(ben, "grace")

    ben.wait_for_url(f"**{address}")
    expect(ben.get_by_label("Pulse")).to_have_value("112")

"""Triage and consultation."""

from clinic.simulation.staff import Person
from clinic.simulation.window import Form, NotWorking, Page, attribute

SIGNS = {
    "pulse": (58, 104),
    "breathing": (12, 21),
    "oxygen": (94, 99),
    "weight": (52, 96),
}
COMPLAINTS = (
    "Cough and a running nose for four days, no fever.",
    "Headache since yesterday, worse in the evening.",
    "Came for the yearly check, feels well.",
    "Burning on passing urine for two days.",
    "Pain in the lower back after lifting.",
)
PROBLEMS = ("J06.9", "R51.9", "I10", "N39.0", "M54.50")
LINES = (
    "paracetamol 1g qds 5/7",
    "amox 500 tds 5/7",
    "ibuprofen 400 tds 3/7",
    "amlodipine 5 od 30/7",
)
ORDERED_SHARE, PRESCRIBED_SHARE = 0.5, 0.7


def triage(person: Person) -> bool:
    """Whoever waits longest: vital signs, then on to the clinician."""
    waiting = person.window.open("/triage/")
    if not (link := waiting.link("#triage-list a[data-open]")):
        return False
    page = person.window.open(link)
    if begun := page.first("#triage-place[hx-post]"):
        person.window.send(Form(attribute(begun, "hx-post"), True, {}))
    person.pace.spend(4)
    form = person.window.open(link).form("#triage-form")
    if form is not None:
        person.window.send(form, **vital_signs(person), then="list")
        person.note("took vital signs")
    return True


def vital_signs(person: Person) -> dict[str, str]:
    taken = {name: str(person.chance.randint(*ends)) for name, ends in SIGNS.items()}
    pressure = f"{person.chance.randint(104, 152)}/{person.chance.randint(62, 88)}"
    temperature = f"{person.chance.uniform(36.2, 38.4):.1f}"
    return {**taken, "pressure": pressure, "temperature": temperature}


def consult(person: Person) -> bool:
    """Look at results first, then see whoever waits for the clinician."""
    return acknowledge(person) or see_next(person)


def acknowledge(person: Person) -> bool:
    page = person.window.open("/results/")
    if page.first(".inbox-acts") is None:
        return False
    person.window.send(page.form_of(page.all(".inbox-acts button[data-seen]")[0]))
    person.note("looked at a result")
    return True


def see_next(person: Person) -> bool:
    board = person.window.open("/queue/?service=consultation")
    start = board.first("#waiting [data-act=start]") or board.first("#results [data-act=call]")
    if start is None:
        return False
    page = person.window.send(board.form_of(start))
    if "/visits/" not in page.path:
        return True
    person.pace.spend(3)
    write(person, page)
    order(person, page)
    person.pace.spend(6)
    prescribe(person, page)
    finish(person, page.path)
    return True


def write(person: Person, page: Page) -> None:
    """A note, and what the visit is about."""
    which = person.chance.randrange(len(COMPLAINTS))
    if note := page.form("#note-form"):
        first = attribute(page.first("#note-form textarea"), "name")
        person.window.send(note, **{first: COMPLAINTS[which]})
    if problem := page.form("#problem-form"):
        person.window.send(problem, code=PROBLEMS[which])


def order(person: Person, page: Page) -> None:
    place = page.first("#orders-place")
    if place is None or person.chance.random() > ORDERED_SHARE:
        return
    orders = person.window.open(attribute(place, "hx-get"), fragment=True)
    offered = orders.all("[name=test]:not([disabled])")[:6]
    form = orders.form("#orders-form")
    if form is not None and offered:
        ticked = attribute(person.chance.choice(offered), "value")
        person.window.send(form, test=[ticked])
        person.note("ordered a test")


def prescribe(person: Person, page: Page) -> None:
    """One line; where it is stopped by a warning it is left out again."""
    place = page.first("#prescribing-place")
    if place is None or person.chance.random() > PRESCRIBED_SHARE:
        return
    panel = person.window.open(attribute(place, "hx-get"), fragment=True)
    line = panel.form("#rx-type")
    if line is None:
        return
    panel = person.window.send(line, text=person.chance.choice(LINES))
    if panel.first(".is-stopped") is not None:
        person.window.send(panel.form_of(panel.all("[aria-label^=Remove]")[0]))
        person.note("heeded a warning")
    elif sign := panel.first("#rx-sign"):
        person.window.send(panel.form_of(sign))
        person.note("prescribed")


def finish(person: Person, path: str) -> None:
    """Whoever cannot finish says what is missing, and is looked at again later."""
    page = person.window.open(path)
    if form := page.form("#finish"):
        ended = person.window.send(form)
        if ended.answer.status_code != 200:
            raise NotWorking(f"finishing: {ended.answer.headers.get('HX-Trigger', '')}")
        person.note("finished a consultation")

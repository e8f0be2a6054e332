"""Laboratory, pharmacy and cash desk."""

from bs4 import Tag

from clinic.simulation.staff import Person
from clinic.simulation.window import Page, attribute


def measure(person: Person) -> bool:
    """Collect, enter, verify: whatever the first patient of the worklist needs next."""
    listed = person.window.open("/lab/")
    for link in listed.all(".pile-who"):
        page = person.window.open("/lab/" + attribute(link, "href"))
        if next_step(person, page):
            return True
    return False


def next_step(person: Person, page: Page) -> bool:
    """The main act of a patient's work; False where it waits for somebody else."""
    if told := page.first(".lab-told"):
        person.window.send(page.form_of(told), read_back="yes")
        person.note("told a critical value")
        return True
    typed = values(person, page)
    # What is typed is saved first, and verified once it was looked at again.
    act = page.first(".actions [form=lab-form]" if typed else "[data-main]:not([aria-disabled])")
    if act is None:
        return False
    person.pace.spend(3)
    answer = person.window.send(page.form_of(act), **typed)
    if odd := [attribute(one, "value") for one in answer.all("[name=sure]")]:
        person.window.send(page.form_of(act), **typed, sure=odd)
    person.note(f"laboratory: {act.get_text(' ', strip=True).removesuffix(' Ctrl Enter').lower()}")
    return True


def values(person: Person, page: Page) -> dict[str, str]:
    """What the analyser shows of what is not entered yet: mostly within range."""
    return {attribute(one, "name"): value(person, one) for one in page.all(".res") if is_empty(one)}


def is_empty(field: Tag) -> bool:
    chosen = attribute(field.select_one("option[selected]"), "value")
    text = field.select_one("option[selected]") if field.name == "select" else None
    return not (attribute(field, "value") or chosen or (text and text.get_text(strip=True)))


def value(person: Person, field: Tag) -> str:
    """Between the limits, now and then a little above; of words, the first that is normal."""
    if field.name == "select":
        bad = {*attribute(field, "data-abnormal").split("|")}
        words = [option.get_text(strip=True) for option in field.select("option")]
        return next((one for one in words if one and one not in bad), words[-1])
    above, below = attribute(field, "data-low"), attribute(field, "data-high")
    high = float(below or 2 * float(above or 1))
    low = float(above or high / 2)
    return f"{low + (high - low) * person.chance.uniform(0.1, 1.1):.1f}"


def hand_out(person: Person) -> bool:
    """Whoever stands at the pharmacy first."""
    listed = person.window.open("/pharmacy/")
    if not (link := listed.link("#line-up a.turn")):
        return False
    page = person.window.open(link)
    form = page.form("#dispense")
    if form is None or page.first(".actions [data-main]:not([aria-disabled])") is None:
        return False
    person.pace.spend(3)
    person.window.send(form)
    person.note("dispensed")
    return True


def take_payment(person: Person) -> bool:
    """Whoever waits at the cash desk pays in cash, all of it."""
    listed = person.window.open("/till/")
    for link in listed.all("#till-list a.turn"):
        page = person.window.open(attribute(link, "href"))
        take = page.first("button[data-take]")
        if take is None or take.has_attr("aria-disabled"):
            continue
        person.pace.spend(2)
        form = page.form_of(take)
        first = {"opening_float": "100.00"} if "opening_float" in form.fields else {}
        paid = person.window.send(form, amount_cash=form.fields["to_pay"][0], **first)
        if paid.answer.status_code == 200:
            person.note("took a payment")
            return True
    return False

"""Reception: somebody comes in every few minutes."""

from clinic.simulation.staff import Person
from core.ids import uuid7

EVERY_MINUTES = (3, 11)
LETTERS = "abcdefghjklmnoprstw"


def receive(person: Person) -> bool:
    """Find whoever has come and queue them; then wait for the next to come in."""
    page = person.window.open(f"/patients/?q={person.chance.choice(LETTERS)}")
    buttons = page.all(".hit-queue button")
    if buttons:
        button = person.chance.choice(buttons)
        person.window.send(page.form_of(button), key=str(uuid7()))
        person.note("queued", str(button.get("aria-label", "")).removeprefix("Queue "))
    person.pace.spend(person.chance.uniform(*EVERY_MINUTES))
    return True

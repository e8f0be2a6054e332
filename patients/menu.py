"""What patients add to the rail."""

from core.shell.menu import MenuEntry
from patients.queries import pharmacy
from patients.queries.appointments import to_arrive
from patients.queries.queue import waiting_for

ENTRIES = (
    MenuEntry("home", "Home", "home", "home", "home.view", order=10, shortcut="g h"),
    MenuEntry(
        "queue",
        "Queue",
        "ticket",
        "patients:queue",
        "queue.view",
        order=15,
        shortcut="g q",
        count=waiting_for,
        hot=True,
        topics=("queue",),
    ),
    MenuEntry(
        "today",
        "Today",
        "calendar",
        "patients:today",
        "appointments.view",
        order=25,
        shortcut="g t",
        count=to_arrive,
        topics=("appointments",),
    ),
    MenuEntry(
        "patients", "Patients", "users", "patients:search", "patients.search", 20, shortcut="g p"
    ),
    MenuEntry(
        "pharmacy",
        "Dispense",
        "pill",
        "patients:pharmacy",
        "prescriptions.dispense",
        order=60,
        shortcut="g m",
        count=pharmacy.waiting_for,
        hot=True,
        topics=("prescriptions",),
    ),
)

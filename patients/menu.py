"""What patients add to the rail."""

from core.shell.menu import MenuEntry

ENTRIES = (
    MenuEntry("home", "Home", "home", "home", "home.view", order=10, shortcut="g h"),
    MenuEntry(
        "patients", "Patients", "users", "patients:search", "patients.search", 20, shortcut="g p"
    ),
)

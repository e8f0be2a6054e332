"""What the audit adds to the rail."""

from core.shell.menu import MenuEntry

ENTRIES = (
    MenuEntry(
        "audit", "Audit", "shield-check", "audit:explorer", "audit.view", order=80, shortcut="g a"
    ),
)

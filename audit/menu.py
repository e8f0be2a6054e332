"""What the audit adds to the rail."""

from core.shell.menu import MenuEntry
from patients.queries.glass import waiting_for_review

ENTRIES = (
    MenuEntry(
        "audit", "Audit", "shield-check", "audit:explorer", "audit.view", order=80, shortcut="g a"
    ),
    MenuEntry(
        "privacy",
        "Privacy",
        "lock",
        "audit:reviews",
        "privacy.review",
        order=82,
        shortcut="g y",
        count=waiting_for_review,
        hot=True,
        topics=("privacy",),
    ),
)
